/* SPDX-License-Identifier: MIT */
/*
 * Recognizes requests of the test framework by the module that they come from. Some functions of a
 * framework allocate for the code under test, like CMocka's test_malloc(): those do not count as
 * its own.
 */
#define PHASELOCK_OPTIONAL
#include "framework.h"

#include <phaselock/assert.h>

#include <string.h>

static struct {
	const char *module;
	const char *except;
} framework;

void phaselock_checks_ignore(const char *module, const char *except)
{
	framework.module = module;
	framework.except = except;
}

/* Returns whether the call stack has a function of the framework whose name begins so. */
static bool passes(const struct phaselock_violation *request, const char *beginning)
{
	char text[4096];
	const char *at = text;

	phaselock_describe(request, text, sizeof(text));
	while ((at = strstr(at, beginning)) != NULL) {
		const char *module = strstr(at, framework.module);

		if (at > text && at[-1] == ' ' && module != NULL && module < at + strcspn(at, "\n"))
			return true;
		at++;
	}
	return false;
}

bool framework_made(const struct phaselock_event *event)
{
	if (framework.module == NULL || event->origin == NULL ||
	    strncmp(event->origin, framework.module, strlen(framework.module)) != 0)
		return false;
	return framework.except == NULL || !passes(event->request, framework.except);
}
