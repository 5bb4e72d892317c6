/* SPDX-License-Identifier: MIT */
/* Mistakes on purpose, by which the test shows that each kind is found. */
#include "module.h"

static void *volatile kept; /* so that the compiler leaves the requests alone */

void mistake_inside(struct context *context)
{
	if (context->conf->mistake == MISTAKE_MALLOC) {
		kept = malloc(24); /* the mistake: malloc */
		free(kept);
	}
	if (context->conf->mistake == MISTAKE_PALLOC)
		kept = ngx_pnalloc(context->r->pool, 1);
	if (context->conf->mistake == MISTAKE_CONNECTION_PALLOC)
		kept = ngx_pnalloc(context->r->connection->pool, 1);
}

void mistake_outside(struct context *context)
{
	if (context->conf->mistake != MISTAKE_LEAK)
		return;
	for (int i = 0; i < 2; i++)
		kept = malloc(64);
}
