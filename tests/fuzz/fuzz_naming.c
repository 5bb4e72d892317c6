/* SPDX-License-Identifier: MIT */
/* One line of a report: what comes of it ends, and has no control character that was not in it. */
#define _GNU_SOURCE
#include "fuzz.h"
#include "naming.h"

static const struct namer_options options;

static bool has_control(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' && text[i] != '\n')
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	bool in_block = input_byte(&input) % 2 != 0;
	char *line = input_text(&input), *id = strchr(line, '\n'), *out = NULL;
	struct known known = {0};
	struct naming naming = {namer_new(&options), &known, in_block};
	size_t length = 0;
	FILE *stream = open_memstream(&out, &length);
	struct build_id build_id;

	CHECK(stream != NULL);
	known_begin(&known);
	if (id != NULL) {
		*id++ = '\0';
		if (build_id_parse(slice_line((struct slice){id, strlen(id)}), &build_id))
			known_note(&known, &build_id);
	}
	naming_is_frame((struct slice){line, strlen(line)});
	naming_write(&naming, (struct slice){line, strlen(line)}, stream);
	fclose(stream);
	CHECK(has_control(line, strlen(line)) || !has_control(out, length));
	known_forget(&known);
	namer_free(naming.namer);
	free(out);
	free(line);
	return 0;
}
