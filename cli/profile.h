/* SPDX-License-Identifier: MIT */
/*
 * The profile of a record, as the command has it: the processes' numbers are joined, so that each
 * number is an index into one array. All within bounds, whatever was read.
 */
#ifndef CLI_PROFILE_H
#define CLI_PROFILE_H

#include "common/profile_layout.h"

/* A row, and whose it is. */
struct profile_row {
	uint32_t process; /* index of its image in the record */
	uint32_t thread;  /* index into threads */
	uint32_t stack;	  /* index into nodes + 1; 0: no stack, all that found no room */
	uint32_t phase;	  /* 0 or 1 */
	struct pl_profile_row counts; /* its numbers of stack and thread are the process's own */
};

struct profile_thread {
	uint32_t process;
	struct pl_profile_thread thread;
};

/* parent is an index into nodes + 1, lower than the node's own. */
struct profile_node {
	uint32_t process;
	struct pl_profile_node node;
};

struct profile_point {
	uint32_t process;
	struct pl_profile_point point;
};

struct profile_process {
	uint32_t process;
	struct pl_profile_process counts;
};

/* These arrays are the sections of the file, behind those of the record. */
struct profile {
	struct profile_process *processes;
	struct profile_thread *threads;
	struct profile_node *nodes;
	struct profile_row *rows;
	struct profile_point *points; /* by process, then by time */
	size_t process_count, thread_count, node_count, row_count, point_count;
};

/*
 * Copies what the first `images` processes have written so far. Returns false if there is no
 * memory; then it is empty.
 */
bool profile_take(struct profile *profile, const struct pl_profile *memory, size_t images);

/* Brings all numbers of a profile that was read from a file within their bounds. */
void profile_bound(struct profile *profile, size_t images);

void profile_free(struct profile *profile);

#endif
