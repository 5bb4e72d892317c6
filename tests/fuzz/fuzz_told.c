/* SPDX-License-Identifier: MIT */
/*
 * Reports in the record, as a program may have written them, with the modules that they name. What
 * comes of one has an end, begins and ends like a report, and has no control character.
 */
#define _GNU_SOURCE
#include "fuzz.h"
#include "told.h"

#define MODULES ((size_t)4)

static const struct namer_options options;

static void take(struct input *input, void *to, size_t size)
{
	size_t length = input->left < size ? input->left : size;

	memcpy(to, input->at, length);
	input->at += length;
	input->left -= length;
}

static void check(const char *text, size_t length)
{
	CHECK(length > 0 && text[length - 1] == '\n');
	CHECK(strncmp(text, "phaselock: ", strlen("phaselock: ")) == 0);
	for (size_t i = 0; i < length; i++)
		CHECK((unsigned char)text[i] >= ' ' || text[i] == '\n');
}

static void tell(struct pl_layout_report report, const struct pl_layout *layout,
		 struct namer *namer)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	CHECK(out != NULL);
	told_write(&report, layout, namer, out);
	fclose(out);
	check(text, length);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pl_layout layout;
	static struct pl_layout_report report;
	struct input input = {data, size};
	struct namer *namer = namer_new(&options);

	memset((void *)&report, 0, sizeof(report));
	for (size_t i = 0; i < MODULES; i++) {
		take(&input, (void *)&layout.modules[i], sizeof(layout.modules[i].build_id) + 64);
		layout.modules[i].is_there = i != 1;
	}
	take(&input, (void *)&report, sizeof(report));
	for (size_t i = 0; i < PHASELOCK_FRAMES_MAX; i++) {
		report.frames[i] ^= (uint64_t)(i % (MODULES + 1)) << PL_LAYOUT_OFFSET_BITS;
		report.lock_frames[i] ^= (uint64_t)(i % (MODULES + 1)) << PL_LAYOUT_OFFSET_BITS;
	}
	tell(report, &layout, namer);
	tell(report, &layout, NULL);
	namer_free(namer);
	return 0;
}
