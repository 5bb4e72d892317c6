/* SPDX-License-Identifier: MIT */
/*
 * Compares a request with what an assertion says of it. It must not know what follows from that.
 */
#define PHASELOCK_OPTIONAL
#include "wanted.h"

#include <stdio.h>
#include <string.h>

static bool has_site(const struct phaselock_violation *request, const char *site)
{
	char text[4096], wanted[256];

	phaselock_describe(request, text, sizeof(text));
	snprintf(wanted, sizeof(wanted), " %s+0x", site);
	return strstr(text, wanted) != NULL;
}

bool is_wanted(const struct phaselock_check_spec *spec, const struct phaselock_event *event)
{
	const struct phaselock_violation *request = event->request;

	return event->forbidden &&
	       (spec->function == NULL || strcmp(spec->function, request->function) == 0) &&
	       (spec->size == PHASELOCK_ANY_SIZE || spec->size == request->size) &&
	       (spec->site == NULL || has_site(request, spec->site));
}
