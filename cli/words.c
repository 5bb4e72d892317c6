/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with an option, in the words of getopt_long(3), which writes the option as it is.
 * It must not know what options there are.
 */
#define _GNU_SOURCE
#include "words.h"

#include "common/base.h"
#include "say.h"

#include <string.h>

static void PL_PRINTF(2, 3) complain(const char *verb, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_as(verb, format, arguments);
	va_end(arguments);
}

static unsigned count_names(const struct option *options, const char *beginning, size_t length)
{
	unsigned count = 0;

	for (; options->name != NULL; options++)
		count += strncmp(options->name, beginning, length) == 0;
	return count;
}

/* A word that begins with two dashes. */
static void complain_of(const char *verb, const char *word, const struct option *options)
{
	int length = (int)strcspn(word, "=");

	if (optopt != 0 && word[length] == '=')
		complain(verb, "option '%.*s' doesn't allow an argument", length, word);
	else if (optopt != 0)
		complain(verb, "option '%s' requires an argument", word);
	else if (count_names(options, word + 2, (size_t)length - 2) > 1)
		complain(verb, "option '%s' is ambiguous", word);
	else
		complain(verb, "unrecognized option '%s'", word);
}

int words_next(const char *verb, int count, char **words, const char *letters,
	       const struct option *options, int *which)
{
	int before = optind, found;

	opterr = 0;
	optopt = 0;
	found = getopt_long(count, words, letters, options, which);
	if (found != '?')
		return found;
	/* In a word of several letters it does not come to the next word. */
	if (optind == before || strncmp(words[optind - 1], "--", 2) != 0)
		complain(verb, "invalid option -- '%c'", optopt);
	else
		complain_of(verb, words[optind - 1], options);
	return found;
}
