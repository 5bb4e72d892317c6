/* SPDX-License-Identifier: MIT */
/*
 * Keeps answers by the message of their question: most frames of a run are asked about again and
 * again. It must not know what is in a message.
 */
#ifndef CLI_MEMORY_H
#define CLI_MEMORY_H

#include "common/base.h"

#define MEMORY_SLOTS ((size_t)1024)

/* Zeroed memory has no answer. */
struct memory {
	struct memory_pair *slots[MEMORY_SLOTS];
};

/*
 * Copies the answer to a question to a place with room for any answer, and returns its length, or
 * 0.
 */
size_t memory_find(const struct memory *memory, const char *question, size_t length, char *answer);

/* Keeps the answer, unless it is large. It may replace an earlier one. */
void memory_keep(struct memory *memory, const char *question, size_t question_length,
		 const char *answer, size_t answer_length);

void memory_forget(struct memory *memory);

#endif
