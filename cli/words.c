/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with an option, in the words of getopt_long(3), which writes the option as it is,
 * and which one may have been meant. It must not know what options there are.
 */
#define _GNU_SOURCE
#include "words.h"

#include "common/base.h"
#include "common/format.h"
#include "common/near.h"
#include "say.h"

#include <stdio.h>
#include <string.h>

static void PL_PRINTF(2, 3) complain(const char *verb, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_as(verb, format, arguments);
	va_end(arguments);
}

#define HINT_SIZE (PL_NEAR_SIZE + 32)

/* Returns " (did you mean --this?)", or "". */
static const char *hint(const char *name, size_t length, const struct option *options,
			char text[HINT_SIZE])
{
	struct pl_near near = pl_near_to(name, length);

	for (; options->name != NULL; options++)
		pl_near_offer(&near, options->name, strlen(options->name));
	text[0] = '\0';
	if (near.best[0] != '\0')
		snprintf(text, HINT_SIZE, " (did you mean --%s?)", near.best);
	return text;
}

/*
 * Writes the names that begin like a word, as ": --this, --that", as far as there is room. Returns
 * how many there are.
 */
static unsigned list_names(const struct option *options, const char *beginning, size_t length,
			   struct pl_text *list)
{
	unsigned count = 0;

	for (; options->name != NULL; options++) {
		if (strncmp(options->name, beginning, length) != 0)
			continue;
		pl_text_append(list, "%s --%s", count == 0 ? ":" : ",", options->name);
		count++;
	}
	return count;
}

/* A word that begins with two dashes. */
static void complain_of(const char *verb, const char *word, const struct option *options)
{
	size_t length = strcspn(word, "=");
	char buffer[1024], text[HINT_SIZE];
	struct pl_text list = pl_text_in(buffer, sizeof(buffer));

	if (optopt != 0 && word[length] == '=')
		complain(verb, "option '%.*s' doesn't allow an argument", (int)length, word);
	else if (optopt != 0)
		complain(verb, "option '%s' requires an argument", word);
	else if (list_names(options, word + 2, length - 2, &list) > 1)
		complain(verb, "option '%s' is ambiguous%s", word, buffer);
	else
		complain(verb, "unrecognized option '%s'%s", word,
			 hint(word + 2, length - 2, options, text));
}

/* A letter that is no option; word, if there is one, is the one that begins with it. */
static void complain_of_letter(const char *verb, const char *word, const struct option *options)
{
	char text[HINT_SIZE] = "";

	/* A whole name after a single dash. */
	if (word != NULL && word[0] == '-' && word[1] == optopt && word[2] != '\0')
		hint(word + 1, strcspn(word + 1, "="), options, text);
	complain(verb, "invalid option -- '%c'%s", optopt, text);
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
		complain_of_letter(verb, words[optind], options);
	else
		complain_of(verb, words[optind - 1], options);
	return found;
}
