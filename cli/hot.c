/* SPDX-License-Identifier: MIT */
/*
 * Asks the helper for functions, module by module. It must not know what debug information is.
 */
#define _GNU_SOURCE
#include "hot.h"

#include "child.h"
#include "namer.h"
#include "needed.h"
#include "reaction/hot_handed.h"
#include "say.h"
#include "common/runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATTERNS_SIZE (PL_OPTIONS_HOT_SIZE + 1)

/* One search: what is asked for, and what was found. */
struct search {
	struct namer *namer;
	char patterns[PATTERNS_SIZE]; /* a line each */
	FILE *out;
	size_t length;
	bool is_cut;
	unsigned unread;    /* modules that gave no answer */
	char *first_unread; /* the path of one */
};

static void join_patterns(const struct pl_options *options, char patterns[PATTERNS_SIZE])
{
	struct pl_text text = pl_text_in(patterns, PATTERNS_SIZE);
	const char *pattern;

	for (unsigned i = 0; (pattern = pl_options_hot(options, i)) != NULL; i++)
		pl_text_append(&text, "%s%s", i > 0 ? "\n" : "", pattern);
}

static void search_module(const char *path, void *argument)
{
	struct search *search = argument;
	const struct question question = {
		.path = path, .function = "", .patterns = search->patterns};
	const struct answer *answer;
	size_t length;

	/* Nobody means functions inside a run-time library, and its debug information is large. */
	if (pl_runtime_is_library(path))
		return;
	answer = namer_ask(search->namer, &question);
	if (answer->state != MODULE_HERE && search->unread++ == 0)
		search->first_unread = strdup(path);
	length = answer->listed != NULL ? strlen(answer->listed) : 0;
	search->is_cut = search->is_cut || answer->is_list_cut ||
			 length > PL_HOT_HANDED_MAX - search->length;
	if (length == 0 || length > PL_HOT_HANDED_MAX - search->length)
		return;
	fputs(answer->listed, search->out);
	search->length += length;
}

char *hot_find(const struct arguments *arguments, const struct program *program)
{
	const struct namer_options options = {
		.debug_path = arguments->debug_path,
		.debuginfod = arguments->debuginfod,
		.complain = say,
		.watched = child_signals,
		.meanwhile = child_pass_signals_on,
	};
	struct search search = {.namer = NULL};
	char *found = NULL;
	size_t size;

	if (pl_options_hot(&arguments->options, 0) == NULL)
		return strdup("");
	join_patterns(&arguments->options, search.patterns);
	search.namer = namer_new(&options);
	search.out = open_memstream(&found, &size);
	if (search.namer != NULL && search.out != NULL) {
		search_module(program->loaded, &search);
		needed_each(program->loaded, search_module, &search);
	}
	namer_free(search.namer);
	if (search.out != NULL && fclose(search.out) != 0) {
		free(found);
		return NULL;
	}
	if (search.unread > 0 && search.first_unread != NULL)
		say("hot: debug information of %u module%s could not be read, of %s first; inlined "
		    "functions there are not seen",
		    search.unread, search.unread == 1 ? "" : "s", search.first_unread);
	free(search.first_unread);
	if (search.is_cut)
		say("hot: more functions match in debug information than can be handed over; "
		    "inlined ones of the rest are not seen");
	return found;
}
