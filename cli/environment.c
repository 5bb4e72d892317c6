/* SPDX-License-Identifier: MIT */
/*
 * The variables by which the guard reaches a program. The library takes them away again, and
 * takes itself off the front of LD_PRELOAD: so what was preloaded before must stand behind it, as
 * it was.
 */
#define _GNU_SOURCE
#include "environment.h"

#include "common/options.h"
#include "common/reach.h"
#include "reaction/hot_handed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PRELOAD_VARIABLE "LD_PRELOAD"
#define VARIABLES 4

static bool sets(const char *entry, const char *name)
{
	size_t length = strlen(name);

	return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

static bool is_ours(const char *entry)
{
	return sets(entry, PRELOAD_VARIABLE) || sets(entry, PL_OPTIONS_VARIABLE) ||
	       sets(entry, PL_REACH_VARIABLE) || sets(entry, PL_HOT_HANDED_VARIABLE);
}

static char *setting(const char *name, const char *value, const char *separator, const char *rest)
{
	char *entry;

	return asprintf(&entry, "%s=%s%s%s", name, value, separator, rest) >= 0 ? entry : NULL;
}

char **environment_for(const char *library, const char *options, const char *page, const char *hot)
{
	const char *preloaded = getenv(PRELOAD_VARIABLE);
	size_t count = 0, used = 0, first;
	bool complete = true;
	char **all;

	while (environ[count] != NULL)
		count++;
	all = calloc(count + VARIABLES + 1, sizeof(*all));
	if (all == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!is_ours(environ[i]))
			all[used++] = environ[i];
	first = used;
	/* The colon is written before an empty rest too: set to empty is not the same as unset. */
	all[used++] = setting(PRELOAD_VARIABLE, library, preloaded != NULL ? ":" : "",
			      preloaded != NULL ? preloaded : "");
	all[used++] = setting(PL_OPTIONS_VARIABLE, options, "", "");
	all[used++] = setting(PL_REACH_VARIABLE, page, "", "");
	if (*hot != '\0')
		all[used++] = setting(PL_HOT_HANDED_VARIABLE, hot, "", "");
	for (size_t i = first; i < used; i++)
		complete = complete && all[i] != NULL;
	if (complete)
		return all;
	free(all);
	return NULL;
}
