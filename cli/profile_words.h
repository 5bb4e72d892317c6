/* SPDX-License-Identifier: MIT */
/* What several forms of a profile say in the same words. */
#ifndef CLI_PROFILE_WORDS_H
#define CLI_PROFILE_WORDS_H

#include "profile_view.h"

/*
 * Returns what a frame is called, quoted as for a terminal, to be freed: "parse", "libx.so+0x1a2b"
 * or "0x1a2b".
 */
char *profile_frame_name(const struct report_frame *frame);

/* "0x1a2b: parse (config.c:12)", "0x1a2b: parse (in /lib/libx.so)": as valgrind has it. */
void profile_write_valgrind(const struct report_frame *frame, FILE *out);

/* Nodes of a stack, outermost first. Its array is used again. */
struct profile_path {
	uint32_t *nodes;
	size_t count, room;
};

void profile_path_fill(struct profile_path *path, const struct profile_view *view, uint32_t node);

/* "1,234,567". */
#define PROFILE_NUMBER_SIZE 28
const char *profile_number(uint64_t number, char text[PROFILE_NUMBER_SIZE]);

/* Blocks and bytes that a measure is about. */
struct profile_pair {
	uint64_t blocks, bytes;
};
struct profile_pair profile_pair_of(const struct view_figures *figures, enum view_measure measure);

#endif
