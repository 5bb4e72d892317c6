/* SPDX-License-Identifier: MIT */
/*
 * Looks up the function of the C or C++ library that the program called. It must not know what a
 * violation is, or where the text goes.
 */
#include "report/advice.h"

#include "report/callee.h"
#include "common/format.h"
#include "common/runtime.h"
#include "stack/module.h"

#include <string.h>

/* The function of glibc that allocates a stream's buffer, and does nothing else. */
static bool takes_buffer(const char *function)
{
	return function != NULL && strcmp(function, "_IO_file_doallocate") == 0;
}

void pl_advice_call(const void *const *frames, unsigned count, struct pl_advice_call *call)
{
	struct pl_place place;
	unsigned own = 0; /* frames of run-time libraries */

	*call = (struct pl_advice_call){.for_stream = false};
	for (; own < count; own++) {
		pl_module_find(frames[own], &place);
		if (!pl_runtime_is_library(place.module))
			break;
		call->keys[1] = place.function;
		call->for_stream = call->for_stream || takes_buffer(place.function);
	}
	if (own > 0 && own < count)
		call->keys[0] = pl_callee_name(frames[own]);
}

/* An exact name wins over a prefix. */
static const struct pl_advice *find(const char *function, bool for_stream)
{
	const struct pl_advice *family = NULL;

	for (size_t i = 0; i < pl_advice_count; i++) {
		const struct pl_advice *advice = &pl_advice_table[i];

		if (advice->of_stream && !for_stream)
			continue;
		if (strcmp(advice->function, function) == 0)
			return advice;
		if (advice->is_beginning &&
		    strncmp(advice->function, function, strlen(advice->function)) == 0)
			family = advice;
	}
	return family;
}

const struct pl_advice *pl_advice_find(const void *const *frames, unsigned count)
{
	const struct pl_advice *advice = NULL;
	struct pl_advice_call call;

	pl_advice_call(frames, count, &call);
	for (int i = 0; i < 2 && advice == NULL; i++)
		advice = call.keys[i] != NULL ? find(call.keys[i], call.for_stream) : NULL;
	return advice;
}

bool pl_advice(const void *const *frames, unsigned count, struct pl_text *text)
{
	const struct pl_advice *advice = pl_advice_find(frames, count);

	if (advice == NULL)
		return false;
	pl_text_append(text, "%s allocates %s; %s", advice->name, advice->when, advice->cure);
	return true;
}
