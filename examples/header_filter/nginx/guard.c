/* SPDX-License-Identifier: MIT */
#include "guard.h"

void guard_begin(struct guard *guard, ngx_http_request_t *r, const char *file, int line)
{
	guard->r = r;
	guard->file = file;
	guard->line = line;
	worker->log = r->connection->log;
	pools_note(&guard->pools, r);
	if (phaselock_present())
		phaselock_forbid_begin();
}

void guard_end(struct guard *guard)
{
	const char *slash = strrchr(guard->file, '/');
	ngx_pool_t *changed;

	if (phaselock_present())
		phaselock_forbid_end();
	worker->log = ngx_cycle->log;
	changed = pools_changed(&guard->pools);
	if (changed == NULL)
		return;
	worker->pool_findings++;
	ngx_log_error(NGX_LOG_CRIT, guard->r->connection->log, 0,
		      "header_filter: pool check: memory was taken from the pool of the %s inside "
		      "the guard at %s:%d",
		      changed == guard->r->pool ? "request" : "connection",
		      slash != NULL ? slash + 1 : guard->file, guard->line);
}
