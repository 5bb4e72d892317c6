/* SPDX-License-Identifier: MIT */
/*
 * The functions that the command hands over. Whatever stands in the text: each range has a name in
 * it, and begins before it ends.
 */
#include "fuzz.h"
#include "reaction/hot_handed.h"

struct bounds {
	const char *start, *end;
};

static void check(const char *name, uint64_t start, uint64_t end, void *argument)
{
	const struct bounds *text = argument;

	CHECK(name >= text->start && name + strlen(name) < text->end && start < end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char id[] = {0x0b, 0xad};
	char *text = malloc(size + 2);
	struct bounds bounds = {text, text + size + 2};

	CHECK(text != NULL);
	for (size_t i = 0; i < size; i++)
		text[i] = data[i] == '\n' ? '\0' : (char)data[i];
	text[size] = text[size + 1] = '\0';
	pl_hot_handed_read(text, id, sizeof(id), check, &bounds);
	free(text);
	return 0;
}
