/* SPDX-License-Identifier: MIT */
/*
 * Values that options of `phaselock run` and `phaselock record` may have. The library's own parser
 * reads all of the text, and the file of suppressions=, before the program starts, so that what
 * passes here also holds there. It must not know which options there are.
 */
#define _GNU_SOURCE
#include "arguments_value.h"

#include "choice.h"
#include "say.h"
#include "common/options.h"
#include "common/suppress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns a pattern as a value, which can have no colon in it, to be freed; NULL if memory ends. */
static char *without_colons(const char *pattern)
{
	char *value = malloc(4 * strlen(pattern) + 1), *to = value;

	for (bool is_escaped = false; value != NULL && *pattern != '\0'; pattern++) {
		if (*pattern == ':') {
			to = stpcpy(to, is_escaped ? "x3a" : "\\x3a");
			is_escaped = false;
			continue;
		}
		is_escaped = *pattern == '\\' && !is_escaped;
		*to++ = *pattern;
	}
	if (value != NULL)
		*to = '\0';
	return value;
}

/* Whether the library takes a value; what it does not take is said in the command's own words. */
static bool check_value(const char *option, const char *key, const char *value)
{
	struct pl_options unused = pl_options_default();
	char unsaid[1];
	struct pl_text errors = pl_text_in(unsaid, sizeof(unsaid));
	char *setting;
	bool is_taken;

	if (strchr(value, ':') != NULL) {
		say("--%s=%s: a value cannot have a colon in it", option, value);
		return false;
	}
	if (asprintf(&setting, "%s=%s", key, value) < 0)
		return false;
	is_taken = pl_options_parse(setting, &unused, &errors) == 0;
	free(setting);
	if (!is_taken)
		choice_complain(option, value, pl_options_values(key));
	return is_taken;
}

/* Appends "key=value" to the text for the library. */
static bool append_key(struct arguments *arguments, const char *option, const char *key,
		       const char *value)
{
	char *longer;

	if (!check_value(option, key, value))
		return false;
	if (asprintf(&longer, "%s:%s=%s", arguments->options_text, key, value) < 0)
		return false;
	free(arguments->options_text);
	arguments->options_text = longer;
	return true;
}

/* Only patterns have another way to write a colon: C++ names are full of them. */
bool arguments_set_key(struct arguments *arguments, const char *option, const char *key,
		       const char *value)
{
	char *pattern;
	bool done;

	if (strcmp(key, "hot") != 0)
		return append_key(arguments, option, key, value);
	pattern = without_colons(value);
	done = pattern != NULL && append_key(arguments, option, key, pattern);
	free(pattern);
	return done;
}

bool arguments_set_frames(struct arguments *arguments, const char *value)
{
	char *end;
	unsigned long frames = strtoul(value, &end, 10);

	if (value[strspn(value, "0123456789")] != '\0' || value[0] == '\0' || frames == 0 ||
	    frames > ARGUMENTS_FRAMES_MAX) {
		choice_complain("frames", value, ARGUMENTS_FRAMES_VALUES);
		return false;
	}
	arguments->profile_frames = frames;
	return true;
}

static bool parse_options(struct arguments *arguments)
{
	char buffer[4096];
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));

	arguments->options = pl_options_default();
	if (pl_options_parse(arguments->options_text, &arguments->options, &errors) == 0)
		return true;
	fputs(buffer, stderr);
	return false;
}

static bool check_suppressions(const struct arguments *arguments)
{
	static char buffer[65536];
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));

	if (arguments->options.suppressions[0] == '\0' ||
	    pl_suppress_read(arguments->options.suppressions, &errors) == 0)
		return true;
	fputs(buffer, stderr);
	if (errors.length == sizeof(buffer) - 1) /* cut */
		fputs("...\n", stderr);
	return false;
}

bool arguments_check(struct arguments *arguments)
{
	return parse_options(arguments) && check_suppressions(arguments);
}
