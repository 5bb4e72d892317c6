/* SPDX-License-Identifier: MIT */
/*
 * The header filter in a worker of nginx: what the files of this folder share. The filter knows no
 * nginx; here it is called, always inside a guard (guard.h), and its results are applied.
 */
#ifndef MODULE_H
#define MODULE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "filter.h"
#include "hooks.h"
#include "map.h"
#include "pools.h"

#define PHASELOCK_OPTIONAL
#include <phaselock/phaselock.h>

/* Requests that a worker filters at once; others are passed on as they come. */
#define WORKER_REQUESTS 256

/* Headers that the filter may add to a message, and the bytes of those that it adds to a request.
 */
#define ADDED_HEADERS 8
#define ADDED_SIZE 256

/* Which mistake to make on purpose: for the test alone. */
enum mistake {
	MISTAKE_NONE,
	MISTAKE_MALLOC,
	MISTAKE_PALLOC,
	MISTAKE_CONNECTION_PALLOC,
	MISTAKE_LEAK
};

struct main_conf {
	ngx_str_t authority; /* of the call-out, terminated */
	ngx_str_t path;	     /* likewise */
	ngx_array_t *chosen; /* of char *, with NULL at the end */
};

struct location_conf {
	ngx_flag_t enabled;
	ngx_str_t call;	  /* the internal location of the call-out; empty: none is made */
	ngx_str_t review; /* that of the gRPC call, likewise */
	ngx_uint_t mistake;
};

/* All that a worker has. Taken from the heap when it starts. */
struct worker {
	struct filter *filter;
	struct map map; /* of the step under way */
	ngx_log_t *log; /* likewise: where the filter's lines go */

	uint64_t calls;		/* subrequests made */
	uint64_t reviews;	/* likewise */
	uint64_t open;		/* requests */
	uint64_t skipped;	/* messages for which there was no room here */
	uint64_t pool_findings; /* steps that took memory of a pool */
};

extern struct worker *worker;

enum progress { BEGUN, CALLING, CALLED, REVIEWING, COMPLETE };

/* Of one request, in its pool. */
struct context {
	ngx_http_request_t *r;
	struct filter_request *request;
	struct location_conf *conf; /* where the filter found it: redirects go elsewhere */
	enum progress progress;
	unsigned answered : 1; /* the response was filtered */
	unsigned routed : 1;   /* on its way to the upstream */
	char added[ADDED_SIZE];
	size_t added_used;
	ngx_http_post_subrequest_t done; /* of the call under way */
	struct phaselock_stage stage;
	struct pools pools;    /* at the begin of the stage */
	int64_t blocks, bytes; /* what they held then */
};

extern ngx_module_t ngx_http_header_review_module;

/* context.c: found also after an internal redirect. NULL if the request is not filtered. */
struct context *context_find(ngx_http_request_t *r);
struct context *context_make(ngx_http_request_t *r, struct location_conf *conf);

/* request.c, response.c: both return NGX_OK, or NGX_ERROR if nginx is out of memory. */
ngx_int_t request_filter(struct context *context);
ngx_int_t response_filter(struct context *context);

/* calls.c: each begins a subrequest, or returns NGX_DECLINED if there is none to make. */
ngx_int_t call_begin(struct context *context);
ngx_int_t review_begin(struct context *context);

/* status.c: the content of header_filter_status. */
ngx_int_t status_send(ngx_http_request_t *r);

/* mistake.c */
void mistake_inside(struct context *context);
void mistake_outside(struct context *context);

#endif
