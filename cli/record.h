/* SPDX-License-Identifier: MIT */
/*
 * The record of a run as the command has it: taken from the memory that guarded processes write, or
 * read from a file (docs/record.md). Nothing in either is trusted: what is here is within bounds.
 */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include "common/layout.h"
#include "profile.h"

#include <stdio.h>

#define RECORD_MAGIC "phlkrec" /* how a file begins, with the zero */

/* What the command itself knows of the run. Strings are terminated. */
struct record_run {
	char version[32];
	char command[2048]; /* the program and its arguments, as for a shell; may be cut */
	char verdict[32];   /* "" while it runs */
	char reason[512];
	/* What would be said if all violations were forgiven; "" while it runs. */
	char forgiven[512];
	int64_t status;
	uint64_t start_s;    /* since the epoch */
	uint64_t start_ns;   /* CLOCK_MONOTONIC */
	uint64_t end_ns;     /* likewise; 0 while it runs */
	uint64_t violations; /* those too of processes that could not write to the record */
	uint64_t sites_lost;
	uint64_t checks_lost, stages_lost;
};

struct record {
	struct record_run run;
	struct pl_layout_image *images;
	struct pl_layout_module *modules;
	struct pl_layout_site *sites;
	char *names; /* lines of names.h, terminated */
	struct pl_layout_stage *stages;
	struct pl_layout_check *checks;
	size_t image_count, module_count, site_count, names_size, stage_count, check_count;
	struct profile profile; /* of `phaselock record`; empty otherwise */
};

/* A place of a site's frame: the number of the module + 1, or 0, and the offset in it. */
struct record_place {
	uint32_t module;
	uint64_t offset;
};

/* Frames of sites are such places. A number beyond the modules that there are means no module. */
struct record_place record_place(const struct record *record, uint64_t frame);

/*
 * Copies what has been written so far; run and names stay as they are. Returns false if there is no
 * memory. record_free() gives back what the record was before.
 */
bool record_take(struct record *record, const struct pl_layout *layout,
		 const struct pl_profile *profile); /* profile: NULL if there is none */

/*
 * Writes a file: FILE.part first, which then takes the place of FILE. Returns false after it has
 * said why it cannot; then FILE is what it was.
 */
bool record_write(struct record *record, const char *path);

/* Reads a file. Returns false after it has said what is wrong; then the record is empty. */
bool record_read(struct record *record, const char *path);

/* Brings what was read within its bounds: a part of the two above. */
void record_bound(struct record *record);

void record_free(struct record *record);

#endif
