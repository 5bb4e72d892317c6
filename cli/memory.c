/* SPDX-License-Identifier: MIT */
/* A table by the hash of the question; if two have the same place, the newer one stays. */
#define _GNU_SOURCE
#include "memory.h"

#include <stdlib.h>
#include <string.h>

/* Of question and answer together: the whole table is 4 MiB at most. */
#define PAIR_MAX ((size_t)4096)

struct memory_pair {
	size_t question_length;
	size_t answer_length;
	char bytes[]; /* of the question, then of the answer */
};

/* FNV-1a. */
static size_t place_of(const char *question, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)question[i]) * 0x100000001b3;
	return (size_t)(hash ^ hash >> 32) % MEMORY_SLOTS;
}

size_t memory_find(const struct memory *memory, const char *question, size_t length, char *answer)
{
	const struct memory_pair *pair = memory->slots[place_of(question, length)];

	if (pair == NULL || pair->question_length != length ||
	    memcmp(pair->bytes, question, length) != 0)
		return 0;
	memcpy(answer, pair->bytes + length, pair->answer_length);
	return pair->answer_length;
}

void memory_keep(struct memory *memory, const char *question, size_t question_length,
		 const char *answer, size_t answer_length)
{
	struct memory_pair **slot = &memory->slots[place_of(question, question_length)];
	struct memory_pair *pair;

	if (question_length + answer_length > PAIR_MAX)
		return;
	pair = malloc(sizeof(*pair) + question_length + answer_length);
	if (pair == NULL)
		return;
	pair->question_length = question_length;
	pair->answer_length = answer_length;
	memcpy(pair->bytes, question, question_length);
	memcpy(pair->bytes + question_length, answer, answer_length);
	free(*slot);
	*slot = pair;
}

void memory_forget(struct memory *memory)
{
	for (size_t i = 0; i < MEMORY_SLOTS; i++)
		free(memory->slots[i]);
}
