/* SPDX-License-Identifier: MIT */
/*
 * Looks up the function of the C or C++ library that the program called. It must not know what a
 * violation is, or where the text goes.
 */
#include "advice.h"

#include "callee.h"
#include "format.h"
#include "module.h"

#include <string.h>

void pl_advice_keys(const void *const *frames, unsigned count, const char *keys[2])
{
	struct pl_place place;
	unsigned own = 0; /* frames of run-time libraries */

	keys[0] = keys[1] = NULL;
	for (; own < count; own++) {
		pl_module_find(frames[own], &place);
		if (!pl_module_is_runtime(place.module))
			break;
		keys[1] = place.function;
	}
	if (own > 0 && own < count)
		keys[0] = pl_callee_name(frames[own]);
}

/* An exact name goes before a beginning. */
static const struct pl_advice *find(const char *function)
{
	const struct pl_advice *family = NULL;

	for (size_t i = 0; i < pl_advice_count; i++) {
		const struct pl_advice *advice = &pl_advice_table[i];

		if (strcmp(advice->function, function) == 0)
			return advice;
		if (advice->is_beginning &&
		    strncmp(advice->function, function, strlen(advice->function)) == 0)
			family = advice;
	}
	return family;
}

bool pl_advice(const void *const *frames, unsigned count, struct pl_text *text)
{
	const struct pl_advice *advice = NULL;
	const char *keys[2];

	pl_advice_keys(frames, count, keys);
	for (int i = 0; i < 2 && advice == NULL; i++)
		advice = keys[i] != NULL ? find(keys[i]) : NULL;
	if (advice == NULL)
		return false;
	pl_text_append(text, "%s allocates %s; %s", advice->name, advice->when, advice->cure);
	return true;
}
