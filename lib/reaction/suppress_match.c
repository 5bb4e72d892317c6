/* SPDX-License-Identifier: MIT */
/*
 * Whether a pattern of suppressions= matches a request. It must not know what happens to the
 * request then.
 */
#include "common/suppress.h"

#include "common/clone.h"
#include "common/glob.h"
#include "common/runtime.h"
#include "stack/module.h"

#include <string.h>

#include <phaselock/phaselock.h>

/* The frames of a request, looked up once. */
struct stack {
	struct pl_place places[PHASELOCK_FRAMES_MAX];
	unsigned count;
	unsigned origin; /* this many, from the innermost on, are the origin */
};

static void look_up(struct stack *stack, const void *const *frames, unsigned count)
{
	bool outside = false;

	stack->count = count < PHASELOCK_FRAMES_MAX ? count : PHASELOCK_FRAMES_MAX;
	stack->origin = 0;
	for (unsigned i = 0; i < stack->count; i++) {
		pl_module_find(frames[i], &stack->places[i]);
		if (!outside)
			stack->origin = i + 1;
		/* Code in no module, such as a JIT's, does not belong to a run-time library. */
		outside = outside || !pl_runtime_is_library(stack->places[i].module);
	}
}

/* A copy that the compiler made also matches by its name in the source. */
static bool matches_function(const struct pl_place *place, const char *glob)
{
	const char *name = place->function;

	return name != NULL && (pl_glob_matches(glob, name) ||
				pl_glob_matches_start(glob, name, pl_clone_base(name)));
}

static bool matches_module(const struct pl_place *place, const char *glob)
{
	const char *name = strchr(glob, '/') != NULL ? place->path : place->module;

	return name != NULL && pl_glob_matches(glob, name);
}

static bool matches_any_name(const struct pl_place *place, const char *glob)
{
	return matches_function(place, glob) ||
	       (place->module != NULL && pl_glob_matches(glob, place->module)) ||
	       (place->path != NULL && pl_glob_matches(glob, place->path));
}

static bool matches(const struct stack *stack, const struct pl_suppress_pattern *pattern)
{
	static bool (*const functions[])(const struct pl_place *, const char *) = {
		matches_function, matches_module, matches_any_name};
	unsigned count = pattern->kind == PL_SUPPRESS_STACK ? stack->count : stack->origin;

	for (unsigned i = 0; i < count; i++)
		if (functions[pattern->kind](&stack->places[i], pattern->glob))
			return true;
	return false;
}

int pl_suppress_match(const void *const *frames, unsigned count)
{
	const struct pl_suppress_pattern *pattern = pl_suppress_pattern(0);
	struct stack stack;

	if (pattern == NULL)
		return -1;
	look_up(&stack, frames, count);
	for (unsigned i = 0; pattern != NULL; pattern = pl_suppress_pattern(++i))
		if (matches(&stack, pattern))
			return (int)i;
	return -1;
}
