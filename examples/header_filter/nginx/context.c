/* SPDX-License-Identifier: MIT */
/*
 * The context of a request, from the first time that the filter sees it to the end of its pool. An
 * internal redirect makes nginx forget the contexts of all modules and run the handlers again: the
 * context is then found at the pool's cleanup, so a request is filtered once, whatever its way.
 */
#include "module.h"

#include "guard.h"
#include "stages.h"

static void end(void *data)
{
	struct context *context = data;
	struct guard guard;

	if (context->request != NULL) {
		worker->open--;
		hookpointFiltersEnd(filter_request_id(context->request), HOOKS_FILTER);
		GUARD_BEGIN(&guard, context->r);
		filter_end(context->request);
		guard_end(&guard);
	}
	stages_end(context);
}

struct context *context_find(ngx_http_request_t *r)
{
	struct context *context = ngx_http_get_module_ctx(r, ngx_http_header_review_module);

	if (context != NULL || !(r->internal || r->filter_finalize))
		return context;
	for (ngx_pool_cleanup_t *cleanup = r->pool->cleanup; cleanup; cleanup = cleanup->next) {
		if (cleanup->handler == end) {
			ngx_http_set_ctx(r, cleanup->data, ngx_http_header_review_module);
			return cleanup->data;
		}
	}
	return NULL;
}

struct context *context_make(ngx_http_request_t *r, struct location_conf *conf)
{
	ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(r->pool, sizeof(struct context));
	struct context *context;
	struct guard guard;

	if (cleanup == NULL)
		return NULL;
	context = cleanup->data;
	ngx_memzero(context, sizeof(*context));
	context->r = r;
	context->conf = conf;
	cleanup->handler = end;
	ngx_http_set_ctx(r, context, ngx_http_header_review_module);

	stages_begin(context);
	GUARD_BEGIN(&guard, r);
	context->request = filter_begin(worker->filter);
	guard_end(&guard);
	if (context->request != NULL)
		worker->open++;
	return context;
}
