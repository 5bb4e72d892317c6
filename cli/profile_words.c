/* SPDX-License-Identifier: MIT */
/* Names of frames, stacks from their outer ends, numbers. It must not know of any form. */
#define _GNU_SOURCE
#include "profile_words.h"

#include "emit.h"
#include "escape.h"

#include <inttypes.h>
#include <stdlib.h>

char *profile_frame_name(const struct report_frame *frame)
{
	char *text;
	size_t size;
	FILE *out;

	if (frame->function != NULL)
		return emit_checked(escape_copy(frame->function));
	out = emit_checked(open_memstream(&text, &size));
	if (frame->module != NULL) {
		escape_write(frame->module, out);
		fputc('+', out);
	}
	fprintf(out, "0x%" PRIx64, frame->offset);
	if (fclose(out) != 0)
		emit_no_memory();
	return text;
}

void profile_write_valgrind(const struct report_frame *frame, FILE *out)
{
	fprintf(out, "0x%" PRIX64 ": ", frame->offset);
	escape_write(frame->function != NULL ? frame->function : "???", out);
	if (frame->file != NULL) {
		fputs(" (", out);
		escape_write(frame->file, out);
		fprintf(out, ":%u)", frame->line);
	} else if (frame->path != NULL) {
		fputs(" (in ", out);
		escape_write(frame->path, out);
		fputc(')', out);
	}
}

void profile_path_fill(struct profile_path *path, const struct profile_view *view, uint32_t node)
{
	path->count = 0;
	for (uint32_t at = node; at != VIEW_NONE; at = view->nodes[at].parent)
		path->count++;
	if (path->count > path->room) {
		path->room = 2 * path->count;
		path->nodes =
			emit_checked(reallocarray(path->nodes, path->room, sizeof(*path->nodes)));
	}
	for (size_t i = path->count; i-- > 0; node = view->nodes[node].parent)
		path->nodes[i] = node;
}

const char *profile_number(uint64_t number, char text[PROFILE_NUMBER_SIZE])
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);
	char *to = text;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return text;
}

struct profile_pair profile_pair_of(const struct view_figures *figures, enum view_measure measure)
{
	switch (measure) {
	case VIEW_PEAK:
		return (struct profile_pair){figures->peak_blocks, figures->peak_bytes};
	case VIEW_TEMPORARY:
		return (struct profile_pair){figures->temporary, figures->temporary_bytes};
	case VIEW_LEAKED:
		return (struct profile_pair){figures->live_blocks, figures->live_bytes};
	default:
		return (struct profile_pair){figures->requests, figures->bytes};
	}
}
