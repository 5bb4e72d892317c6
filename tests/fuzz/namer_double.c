/* SPDX-License-Identifier: MIT */
/*
 * In the place of cli/namer.c: modules that are no files. What is found at an offset follows from
 * its lowest bits, so that an input can have all of it: inlined functions, no line, no name, names
 * that hold what nobody expects.
 */
#include "namer.h"

#include <stdlib.h>
#include <string.h>

struct namer {
	struct answer answer;
};

struct namer *namer_new(const struct namer_options *options)
{
	(void)options;
	return calloc(1, sizeof(struct namer));
}

void namer_free(struct namer *namer)
{
	free(namer);
}

static enum module_state state_of(const char *path, const char *build_id)
{
	size_t length = strlen(path);

	if (length == 0 || path[length - 1] == '0')
		return MODULE_ABSENT;
	if (build_id != NULL && strncmp(build_id, "00", 2) == 0)
		return MODULE_OTHER;
	return MODULE_HERE;
}

const struct answer *namer_ask(struct namer *namer, const struct question *question)
{
	static const char *const names[] = {
		"f",  "a::b()",	      "_ZTV", "", "\033[31m\nphaselock run: PASS", "a < b (c+0x1)",
		"_Z", "__GI___strdup"};
	uint64_t offset = question->offset;
	struct answer *answer = &namer->answer;

	memset(answer, 0, sizeof(*answer));
	answer->state = state_of(question->path, question->build_id);
	if (strncmp(question->function, "_Z", 2) == 0)
		answer->demangled = names[question->function[2] & 7];
	if (answer->state != MODULE_HERE)
		return answer;
	answer->count = offset & 3;
	for (size_t i = 0; i < answer->count; i++) {
		answer->functions[i].name = names[(offset >> 2 & 7) ^ i];
		answer->functions[i].file = (offset >> 5 & 1) != 0 ? "/src/a \n.c" : NULL;
		answer->functions[i].line = (unsigned)(offset >> 6);
	}
	answer->symbol = (offset >> 7 & 1) != 0 ? names[offset >> 8 & 7] : NULL;
	answer->symbol_offset = offset >> 4;
	return answer;
}
