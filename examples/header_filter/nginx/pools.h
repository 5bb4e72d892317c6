/* SPDX-License-Identifier: MIT */
/*
 * What is taken of nginx's pools. A pool that has room serves ngx_palloc() without the heap, so no
 * guard of malloc sees that: but the pool's own words tell.
 */
#ifndef POOLS_H
#define POOLS_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

/* Of the request, its connection and, for HTTP/2, its stream and the connection's frames. */
#define POOLS_MAX 4

struct pool_state {
	ngx_pool_t *pool;
	size_t blocks;
	size_t used; /* bytes handed out of the blocks */
	size_t large;
	ngx_pool_large_t *last_large;
	ngx_pool_cleanup_t *cleanup;
	ngx_chain_t *chain; /* links to be used again */
};

struct pools {
	ngx_uint_t count;
	struct pool_state states[POOLS_MAX];
};

/* Notes the state of the pools of a request. Makes no heap request. */
void pools_note(struct pools *pools, ngx_http_request_t *r);

/* Returns a pool that is not as it was noted; NULL if all are. */
ngx_pool_t *pools_changed(const struct pools *pools);

/* What the same pools hold of the heap now, in blocks and usable bytes. */
void pools_held(const struct pools *pools, int64_t *blocks, int64_t *bytes);

#endif
