/* SPDX-License-Identifier: MIT */
#include "pools.h"

#include <malloc.h>

static void note(struct pool_state *state, ngx_pool_t *pool)
{
	*state = (struct pool_state){.pool = pool,
				     .last_large = pool->large,
				     .cleanup = pool->cleanup,
				     .chain = pool->chain};
	for (ngx_pool_t *block = pool; block != NULL; block = block->d.next) {
		state->blocks++;
		state->used += (size_t)(block->d.last - (u_char *)block);
	}
	for (ngx_pool_large_t *large = pool->large; large != NULL; large = large->next)
		state->large += large->alloc != NULL;
}

static void add(struct pools *pools, ngx_pool_t *pool)
{
	if (pool == NULL)
		return;
	for (ngx_uint_t i = 0; i < pools->count; i++) {
		if (pools->states[i].pool == pool)
			return;
	}
	note(&pools->states[pools->count++], pool);
}

void pools_note(struct pools *pools, ngx_http_request_t *r)
{
	pools->count = 0;
	add(pools, r->pool);
	add(pools, r->connection->pool);
	if (r->stream != NULL) {
		add(pools, r->stream->pool);
		add(pools, r->stream->connection->pool);
	}
}

ngx_pool_t *pools_changed(const struct pools *pools)
{
	for (ngx_uint_t i = 0; i < pools->count; i++) {
		const struct pool_state *before = &pools->states[i];
		struct pool_state now;

		note(&now, before->pool);
		if (now.blocks != before->blocks || now.used != before->used ||
		    now.large != before->large || now.last_large != before->last_large ||
		    now.cleanup != before->cleanup || now.chain != before->chain)
			return before->pool;
	}
	return NULL;
}

void pools_held(const struct pools *pools, int64_t *blocks, int64_t *bytes)
{
	*blocks = *bytes = 0;
	for (ngx_uint_t i = 0; i < pools->count; i++) {
		ngx_pool_t *pool = pools->states[i].pool;

		for (ngx_pool_t *block = pool; block != NULL; block = block->d.next) {
			*blocks += 1;
			*bytes += (int64_t)malloc_usable_size(block);
		}
		for (ngx_pool_large_t *large = pool->large; large != NULL; large = large->next) {
			*blocks += large->alloc != NULL;
			*bytes += (int64_t)malloc_usable_size(large->alloc);
		}
	}
}
