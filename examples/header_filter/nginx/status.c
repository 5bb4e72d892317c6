/* SPDX-License-Identifier: MIT */
/* What a worker has counted, one "name number" a line, for people and for the test. */
#include "module.h"

#define STATUS_SIZE 1024

static const char *guard_state(void)
{
	if (!phaselock_present())
		return "absent";
	return phaselock_armed() == PHASELOCK_ENTRY_ALL ? "armed" : "not-armed";
}

static u_char *write_status(u_char *at, u_char *end)
{
	struct filter_counts counts;

	filter_get_counts(worker->filter, &counts);
	at = ngx_slprintf(at, end, "worker %P\nguard %s\n", ngx_pid, guard_state());
	at = ngx_slprintf(at, end, "requests %uL\nopen %uL\ncalls %uL\nreviews %uL\n",
			  counts.requests, worker->open, worker->calls, worker->reviews);
	at = ngx_slprintf(at, end, "malformed %uL\ntoo_large %uL\ndropped %uL\n", counts.malformed,
			  counts.too_large, counts.dropped);
	at = ngx_slprintf(at, end, "no_context %uL\nfailed_calls %uL\nskipped %uL\n",
			  counts.no_context, counts.failed_calls, worker->skipped);
	at = ngx_slprintf(at, end, "pool_findings %uL\nviolations %uL\n", worker->pool_findings,
			  get_stats().locked_attempts);
	return at;
}

ngx_int_t status_send(ngx_http_request_t *r)
{
	ngx_chain_t out;
	ngx_buf_t *buf;
	ngx_int_t rc;

	rc = ngx_http_discard_request_body(r);
	if (rc != NGX_OK)
		return rc;
	buf = ngx_create_temp_buf(r->pool, STATUS_SIZE);
	if (buf == NULL)
		return NGX_HTTP_INTERNAL_SERVER_ERROR;
	buf->last = write_status(buf->last, buf->end);
	buf->last_buf = 1;
	r->headers_out.status = NGX_HTTP_OK;
	r->headers_out.content_length_n = buf->last - buf->pos;
	ngx_str_set(&r->headers_out.content_type, "text/plain");
	rc = ngx_http_send_header(r);
	if (rc == NGX_ERROR || rc > NGX_OK || r->header_only)
		return rc;
	out = (ngx_chain_t){buf, NULL};
	return ngx_http_output_filter(r, &out);
}
