/* SPDX-License-Identifier: MIT */
#include "stages.h"

/* Without stages=1 the structure is not touched. */
static bool is_told(const struct context *context)
{
	return context->stage.begin.allocations != 0;
}

void stages_begin(struct context *context)
{
	if (!phaselock_present())
		return;
	phaselock_stage_begin(&context->stage, "Request Start");
	if (!is_told(context))
		return;
	pools_note(&context->pools, context->r);
	pools_held(&context->pools, &context->blocks, &context->bytes);
}

void stages_mark(struct context *context, const char *name)
{
	if (phaselock_present())
		phaselock_stage_mark(&context->stage, name);
}

void stages_end(struct context *context)
{
	struct phaselock_stage *stage = &context->stage;
	int64_t blocks, bytes;

	if (!phaselock_present())
		return;
	if (is_told(context)) {
		pools_held(&context->pools, &blocks, &bytes);
		stage->begin.allocations += (uint64_t)(blocks - context->blocks);
		stage->begin.live_bytes += bytes - context->bytes;
	}
	phaselock_stage_end(stage, "Request Complete");
}
