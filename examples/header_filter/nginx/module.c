/* SPDX-License-Identifier: MIT */
/*
 * The module: the filter's start in each worker, and the order of what is done for a request.
 * Request headers are filtered, and the calls made, in front of the access checks; response headers
 * where nginx's own filters stand.
 */
#include "module.h"

#include "configuration.h"
#include "stages.h"

struct worker *worker;

static ngx_http_output_header_filter_pt next_header_filter;

/* ---- a request ------------------------------------------------------------------------------- */

/* Begins the next call, or says with NGX_DECLINED that there is none to wait for. */
static ngx_int_t go_on(struct context *context)
{
	ngx_int_t rc = NGX_DECLINED;

	if (context->progress == BEGUN) {
		context->progress = CALLING;
		rc = call_begin(context);
		if (rc == NGX_OK)
			return NGX_AGAIN;
		context->progress = CALLED;
	}
	if (rc == NGX_DECLINED && context->progress == CALLED) {
		context->progress = REVIEWING;
		rc = review_begin(context);
		if (rc == NGX_OK)
			return NGX_AGAIN;
		context->progress = COMPLETE;
	}
	if (rc == NGX_ERROR)
		return NGX_HTTP_INTERNAL_SERVER_ERROR;
	if (context->progress != COMPLETE)
		return NGX_AGAIN;
	if (!context->routed)
		hookpointRouter(filter_request_id(context->request));
	context->routed = 1;
	return NGX_DECLINED;
}

/* Runs again when a call has ended, and after an internal redirect. */
static ngx_int_t on_request(ngx_http_request_t *r)
{
	struct location_conf *conf;
	struct context *context;

	if (r != r->main)
		return NGX_DECLINED;
	context = context_find(r);
	if (context == NULL) {
		conf = ngx_http_get_module_loc_conf(r, ngx_http_header_review_module);
		if (!conf->enabled)
			return NGX_DECLINED;
		context = context_make(r, conf);
		if (context == NULL)
			return NGX_HTTP_INTERNAL_SERVER_ERROR;
		if (context->request != NULL && request_filter(context) != NGX_OK)
			return NGX_HTTP_INTERNAL_SERVER_ERROR;
		mistake_outside(context);
	}
	return context->request != NULL ? go_on(context) : NGX_DECLINED;
}

static ngx_int_t on_response(ngx_http_request_t *r)
{
	struct context *context = r == r->main ? context_find(r) : NULL;

	if (context == NULL || context->request == NULL || context->answered)
		return next_header_filter(r);
	context->answered = 1;
	if (response_filter(context) != NGX_OK)
		return NGX_ERROR;
	return next_header_filter(r);
}

static ngx_int_t on_log(ngx_http_request_t *r)
{
	struct context *context = r == r->main ? context_find(r) : NULL;

	if (context == NULL)
		return NGX_OK;
	if (context->request != NULL)
		hookpointWrite(filter_request_id(context->request),
			       hooks_number((size_t)r->connection->sent));
	stages_mark(context, "Request End");
	return NGX_OK;
}

/* ---- a worker -------------------------------------------------------------------------------- */

/*
 * Runs inside the guard. nginx makes a line on the stack and writes it at once; for syslog it takes
 * memory for the socket at the first one, so an error_log of that kind is not for the guard.
 */
static void log_line(void *unused, enum filter_level level, const char *line, size_t length)
{
	ngx_uint_t ngx_level = level == FILTER_INFO ? NGX_LOG_INFO : NGX_LOG_WARN;

	(void)unused;
	ngx_log_error(ngx_level, worker->log, 0, "header_filter: %*s", length, line);
}

static void tell_guard(ngx_log_t *log)
{
	const char *how = phaselock_present() ? "not armed" : "absent";

	if (phaselock_present() && phaselock_armed() == PHASELOCK_ENTRY_ALL)
		return;
	ngx_log_error(NGX_LOG_WARN, log, 0, "header_filter: phaselock is %s: nothing is checked",
		      how);
}

static struct filter *start_filter(ngx_cycle_t *cycle, const struct main_conf *conf)
{
	const struct filter_settings settings = {
		.call_authority = (const char *)conf->authority.data,
		.call_path = (const char *)conf->path.data,
		.chosen = conf->chosen->elts,
		.seed = (uint64_t)ngx_random() << 32 ^ (uint64_t)ngx_pid << 16 ^
			(uint64_t)ngx_time(),
		.framed = true,
		.log = log_line,
	};
	size_t size = filter_size(WORKER_REQUESTS);
	void *memory = ngx_alloc(size, cycle->log);

	return memory != NULL ? filter_start(memory, size, &settings) : NULL;
}

static ngx_int_t start_worker(ngx_cycle_t *cycle)
{
	struct main_conf *conf =
		ngx_http_cycle_get_module_main_conf(cycle, ngx_http_header_review_module);
	struct phaselock_stage stage;

	if (conf == NULL ||
	    (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE))
		return NGX_OK;
	tell_guard(cycle->log);
	if (phaselock_present())
		phaselock_stage_begin(&stage, "Plugin Start");
	worker = ngx_calloc(sizeof(*worker), cycle->log);
	if (worker == NULL)
		return NGX_ERROR;
	worker->log = cycle->log;
	worker->filter = start_filter(cycle, conf);
	if (worker->filter == NULL)
		return NGX_ERROR;
	if (phaselock_present())
		phaselock_stage_mark(&stage, "Plugin Initialization");
	return NGX_OK;
}

static void stop_worker(ngx_cycle_t *cycle)
{
	if (worker != NULL)
		filter_stop(worker->filter);
}

/* ---- what nginx knows of us ------------------------------------------------------------------ */

static ngx_int_t add_handler(ngx_conf_t *cf, ngx_uint_t phase, ngx_http_handler_pt handler)
{
	ngx_http_core_main_conf_t *core =
		ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
	ngx_http_handler_pt *place = ngx_array_push(&core->phases[phase].handlers);

	if (place == NULL)
		return NGX_ERROR;
	*place = handler;
	return NGX_OK;
}

static ngx_int_t add_handlers(ngx_conf_t *cf)
{
	if (add_handler(cf, NGX_HTTP_PREACCESS_PHASE, on_request) != NGX_OK ||
	    add_handler(cf, NGX_HTTP_LOG_PHASE, on_log) != NGX_OK)
		return NGX_ERROR;
	next_header_filter = ngx_http_top_header_filter;
	ngx_http_top_header_filter = on_response;
	return NGX_OK;
}

static ngx_http_module_t hooks = {
	.postconfiguration = add_handlers,
	.create_main_conf = configuration_main,
	.init_main_conf = configuration_main_end,
	.create_loc_conf = configuration_location,
	.merge_loc_conf = configuration_merge,
};

ngx_module_t ngx_http_header_review_module = {
	NGX_MODULE_V1,
	.ctx = &hooks,
	.commands = configuration_directives,
	.type = NGX_HTTP_MODULE,
	.init_process = start_worker,
	.exit_process = stop_worker,
	NGX_MODULE_V1_PADDING,
};
