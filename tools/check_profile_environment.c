/* SPDX-License-Identifier: MIT */
/*
 * Preloaded by check-profile: leaves only those variables in the environment of the program that
 * SAME_PROGRAM names whose names are in SAME_ENVIRONMENT, with colons between, in one order, before
 * the program copies them. Tools add some of their own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int is_kept(const char *variable, const char *names)
{
	size_t length = strcspn(variable, "=");

	for (const char *name = names; *name != '\0'; name += *name == ':') {
		size_t own = strcspn(name, ":");

		if (own == length && memcmp(name, variable, length) == 0)
			return 1;
		name += own;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In place: main()'s third argument is the same list. */
__attribute__((constructor)) static void keep(int argc, char **argv, char **variables)
{
	const char *names = getenv("SAME_ENVIRONMENT"), *program = getenv("SAME_PROGRAM");
	size_t count = 0;

	(void)argc, (void)argv;
	if (names == NULL || program == NULL || strcmp(program, program_invocation_short_name) != 0)
		return;
	for (char **variable = variables; *variable != NULL; variable++)
		if (is_kept(*variable, names))
			variables[count++] = *variable;
	variables[count] = NULL;
	/* So few are sorted without a buffer of the heap. */
	qsort(variables, count, sizeof(*variables), compare);
}
