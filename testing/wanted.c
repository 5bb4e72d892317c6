/* SPDX-License-Identifier: MIT */
/*
 * Compares a request with the one that an assertion wants. It must not know what follows from that.
 */
#define PHASELOCK_OPTIONAL
#include "wanted.h"

#include "text.h"

#include <string.h>

unsigned wanted_compare(const struct phaselock_check_spec *spec,
			const struct phaselock_event *event)
{
	const struct phaselock_violation *request = event->request;
	unsigned differences = 0;

	if (!event->forbidden)
		differences |= NOT_FORBIDDEN;
	if (spec->function != NULL && strcmp(spec->function, request->function) != 0)
		differences |= DIFFERENT_FUNCTION;
	if (spec->size != PHASELOCK_ANY_SIZE && spec->size != request->size)
		differences |= DIFFERENT_SIZE;
	if (spec->site != NULL && !phaselock_has_function(request, spec->site))
		differences |= DIFFERENT_SITE;
	return differences;
}

void wanted_append(struct text *text, unsigned differences)
{
	static const char *const words[] = {"other function", "other size", "other site",
					    "not forbidden"};
	const char *between = "";

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if ((differences & 1u << i) == 0)
			continue;
		text_append(text, "%s%s", between, words[i]);
		between = ", ";
	}
}
