/* SPDX-License-Identifier: MIT */
/*
 * A stream with reports in it, named. However it is cut the same comes out; and what has no place
 * in it comes out as it went in.
 */
#define _GNU_SOURCE
#include "annotate.h"
#include "fuzz.h"

struct output {
	char *text;
	size_t length;
};

static void keep(void *context, const char *text, size_t length)
{
	struct output *output = context;

	output->text = realloc(output->text, output->length + length + 1);
	CHECK(output->text != NULL);
	memcpy(output->text + output->length, text, length);
	output->length += length;
}

static const struct namer_options options;

/* step 0: all at once. */
static struct output annotate(const char *text, size_t length, size_t step)
{
	struct annotator *annotator = annotator_new(&options);
	struct output output = {NULL, 0};

	CHECK(annotator != NULL);
	step = step == 0 ? length + 1 : step;
	for (size_t at = 0; at < length; at += step)
		annotator_feed(annotator, text + at, length - at < step ? length - at : step, keep,
			       &output);
	annotator_flush(annotator, keep, &output);
	annotator_free(annotator);
	return output;
}

static bool contains(const char *text, size_t length, const char *word)
{
	return memmem(text, length, word, strlen(word)) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	size_t step = input_byte(&input), length = input.left;
	char *text = (char *)input_bytes(&input);
	struct output whole = annotate(text, length, 0), cut = annotate(text, length, step);

	CHECK(whole.length == cut.length);
	CHECK(whole.length == 0 || memcmp(whole.text, cut.text, whole.length) == 0);
	/* Lines of a report begin by the library's name, or two blanks. */
	if (!contains(text, length, "phaselock") && !contains(text, length, "  "))
		CHECK(whole.length == length &&
		      (length == 0 || memcmp(whole.text, text, length) == 0));
	free(whole.text);
	free(cut.text);
	free(text);
	return 0;
}
