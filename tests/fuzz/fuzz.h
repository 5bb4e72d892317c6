/* SPDX-License-Identifier: MIT */
/*
 * What the targets of libFuzzer share: input that is taken apart, and checks. A target is one file:
 * it feeds the input to one reader, and checks what that promises. No target reads a file that the
 * input names, or writes outside its memory.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "common/base.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition) ((condition) ? (void)0 : abort())

/* The input that is left. */
struct input {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t input_byte(struct input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

/*
 * A text of all that is left, up to a NUL in it, in memory of its own size: a byte more is a fault.
 */
static inline char *input_text(struct input *input)
{
	char *text = malloc(input->left + 1);

	CHECK(text != NULL);
	memcpy(text, input->at, input->left);
	text[input->left] = '\0';
	return text;
}

/* Likewise bytes, without an end. */
static inline uint8_t *input_bytes(struct input *input)
{
	uint8_t *bytes = malloc(input->left > 0 ? input->left : 1);

	CHECK(bytes != NULL);
	memcpy(bytes, input->at, input->left);
	return bytes;
}

#endif
