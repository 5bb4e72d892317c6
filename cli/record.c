/* SPDX-License-Identifier: MIT */
/*
 * The file of a record: a head that says where each section is, how many elements it has and how
 * large one is; then the sections. It must not know what a record is good for.
 */
#define _GNU_SOURCE
#include "record.h"

#include "record_raw.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define VERSION 2
#define ALIGNMENT 8
/* Some 20 MiB, and what the chunks of a profile have. */
#define FILE_MAX (((uint64_t)64 << 20) + 2 * PL_PROFILE_SIZE)

enum {
	RUN,
	IMAGES,
	MODULES,
	SITES,
	NAMES,
	PROCESSES,
	THREADS,
	NODES,
	ROWS,
	POINTS,
	STAGES,
	CHECKS,
	SECTIONS
};

struct section {
	uint64_t offset; /* in the file */
	uint64_t count;
	uint64_t size; /* of an element */
};

struct head {
	char magic[8];
	uint32_t version;
	uint32_t sections;
	struct section section[SECTIONS];
};

/* Where a record has the elements of a section, and how many there can be. */
struct table {
	void **start;
	size_t *count;
	size_t size, most;
};

/* The run is no array: its section is apart. */
static void list(struct record *record, struct table tables[SECTIONS])
{
	struct profile *profile = &record->profile;

#define TABLE(array, number, limit)                                                                \
	(struct table){(void **)&(array), &(number), sizeof(*(array)), limit}
	tables[RUN] = (struct table){NULL, NULL, sizeof(record->run), 1};
	tables[IMAGES] = TABLE(record->images, record->image_count, PL_LAYOUT_IMAGES);
	tables[MODULES] = TABLE(record->modules, record->module_count, PL_LAYOUT_MODULES);
	tables[SITES] = TABLE(record->sites, record->site_count, PL_LAYOUT_SITES);
	tables[NAMES] = TABLE(record->names, record->names_size, FILE_MAX);
	tables[PROCESSES] = TABLE(profile->processes, profile->process_count, PL_LAYOUT_IMAGES);
	tables[THREADS] = TABLE(profile->threads, profile->thread_count, UINT32_MAX - 1);
	tables[NODES] = TABLE(profile->nodes, profile->node_count, UINT32_MAX - 1);
	tables[ROWS] = TABLE(profile->rows, profile->row_count, UINT32_MAX - 1);
	tables[POINTS] = TABLE(profile->points, profile->point_count, UINT32_MAX - 1);
	tables[STAGES] = TABLE(record->stages, record->stage_count, PL_LAYOUT_STAGES);
	tables[CHECKS] = TABLE(record->checks, record->check_count, PL_LAYOUT_CHECKS);
#undef TABLE
}

struct record_place record_place(const struct record *record, uint64_t frame)
{
	uint64_t module = frame >> PL_LAYOUT_OFFSET_BITS;
	uint64_t offset = frame & ((UINT64_C(1) << PL_LAYOUT_OFFSET_BITS) - 1);

	if (module > record->module_count || (module > 0 && !record->modules[module - 1].is_there))
		module = 0;
	return (struct record_place){(uint32_t)module, offset};
}

/* ---- from memory ----------------------------------------------------------------------------- */

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void *copy(const void *from, size_t count, size_t size)
{
	void *to = malloc(count * size + 1);

	if (to != NULL)
		memcpy(to, from, count * size);
	return to;
}

/* Copies the rows of a table that are there, one behind the other. */
static void *copy_rows(const void *rows, size_t most, size_t size, size_t *count)
{
	char *to = malloc(most * size + 1);

	*count = 0;
	for (size_t i = 0; to != NULL && i < most; i++) {
		const char *row = (const char *)rows + i * size;

		if (atomic_load_explicit((const _Atomic uint32_t *)(const void *)row,
					 memory_order_acquire) == PL_LAYOUT_READY)
			memcpy(to + (*count)++ * size, row, size);
	}
	return to;
}

bool record_take(struct record *record, const struct pl_layout *layout,
		 const struct pl_profile *profile)
{
	size_t images, modules, sites;
	bool is_taken;

	free(record->images);
	free(record->modules);
	free(record->sites);
	free(record->stages);
	free(record->checks);
	record->stages = copy_rows(layout->stages, PL_LAYOUT_STAGES, sizeof(*record->stages),
				   &record->stage_count);
	record->checks = copy_rows(layout->checks, PL_LAYOUT_CHECKS, sizeof(*record->checks),
				   &record->check_count);
	/* acquire: with a number come the places that were taken before it */
	images = atomic_load_explicit(&layout->images_taken, memory_order_acquire);
	sites = atomic_load_explicit(&layout->sites_taken, memory_order_acquire);
	is_taken = profile == NULL || profile_take(&record->profile, profile, images);
	record->image_count = smaller(images, PL_LAYOUT_IMAGES);
	record->site_count = smaller(sites, PL_LAYOUT_SITES);
	record->images = copy(layout->images, record->image_count, sizeof(*record->images));
	record->sites = copy(layout->sites, record->site_count, sizeof(*record->sites));
	/* Read these after the sites: then the modules of their frames are there. */
	modules = atomic_load_explicit(&layout->modules_taken, memory_order_acquire);
	record->module_count = smaller(modules, PL_LAYOUT_MODULES);
	record->modules = copy(layout->modules, record->module_count, sizeof(*record->modules));
	record->run.sites_lost = layout->sites_lost;
	record->run.checks_lost = layout->checks_lost;
	record->run.stages_lost = layout->stages_lost;
	if (record->images == NULL || record->modules == NULL || record->sites == NULL ||
	    record->stages == NULL || record->checks == NULL) {
		record->stage_count = record->check_count = record->image_count =
			record->module_count = record->site_count = 0;
		return false;
	}
	record_bound(record);
	return is_taken;
}

/* Writes or reads all of it at a place in the file. */
static bool move_all(ssize_t (*move)(int fd, const struct iovec *parts, int count, off_t at),
		     int fd, const void *bytes, size_t size, uint64_t at)
{
	struct iovec left = {(void *)(uintptr_t)bytes, size};

	while (left.iov_len > 0) {
		ssize_t done = move(fd, &left, 1, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		left.iov_base = (char *)left.iov_base + done;
		left.iov_len -= (size_t)done;
		at += (uint64_t)done;
	}
	return true;
}

/* ---- writing --------------------------------------------------------------------------------- */

static bool write_sections(int fd, struct record *record)
{
	struct head head = {.magic = RECORD_MAGIC, .version = VERSION, .sections = SECTIONS};
	struct table tables[SECTIONS];
	uint64_t at = sizeof(head);

	list(record, tables);
	for (int i = 0; i < SECTIONS; i++) {
		const void *start = i == RUN ? &record->run : *tables[i].start;
		size_t count = i == RUN ? 1 : *tables[i].count, size = count * tables[i].size;

		head.section[i] = (struct section){at, count, tables[i].size};
		if (size > 0 && !move_all(pwritev, fd, start, size, at))
			return false;
		at += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	}
	/*
	 * The end may be padding. Write the head last: a file that is cut off before that has none.
	 */
	return ftruncate(fd, (off_t)at) == 0 && move_all(pwritev, fd, &head, sizeof(head), 0);
}

static char *part_of(const char *path)
{
	char *part;

	return asprintf(&part, "%s.part", path) >= 0 ? part : NULL;
}

bool record_write(struct record *record, const char *path)
{
	char *part = part_of(path);
	bool is_written = false;
	int fd = -1;

	if (part != NULL)
		fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
			  0600);
	if (fd >= 0) {
		is_written = write_sections(fd, record);
		is_written = close(fd) == 0 && is_written && rename(part, path) == 0;
	}
	if (!is_written)
		say("--output=%s: cannot write it: %s", path, strerror(errno));
	free(part);
	return is_written;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool complain(const char *path, const char *what)
{
	say("%s: %s", path, what);
	return false;
}

/* Reads a section's elements into memory of its own, followed by one zero byte. */
static void *read_section(int fd, const struct section *section, const struct table *table,
			  uint64_t file_size)
{
	char *bytes;
	size_t size;

	if (section->size != table->size || section->count > table->most ||
	    (section->count > 0 &&
	     (section->offset > file_size ||
	      section->count > (file_size - section->offset) / section->size)))
		return NULL;
	size = section->count * section->size;
	bytes = calloc(1, size + 1);
	if (bytes != NULL && move_all(preadv, fd, bytes, size, section->offset))
		return bytes;
	free(bytes);
	return NULL;
}

/* Nobody has said what the run was. */
static void describe_raw(struct record *record)
{
	struct record_run *run = &record->run;

	snprintf(run->verdict, sizeof(run->verdict), "recorded");
	if (record->image_count == 0)
		return;
	snprintf(run->command, sizeof(run->command), "%.*s", (int)sizeof(record->images[0].name),
		 record->images[0].name);
	run->start_ns = record->images[0].begin_ns;
}

static bool read_raw(int fd, struct record *record, const char *path)
{
	char *memory = record_raw_read(fd);
	bool is_taken =
		memory != NULL && record_take(record, (void *)(memory + PL_CHANNEL_RECORD_AT),
					      (void *)(memory + PL_CHANNEL_PROFILE_AT));

	if (memory != NULL)
		record_raw_free(memory);
	if (is_taken)
		describe_raw(record);
	return is_taken || complain(path, "a damaged profile: it was cut off");
}

static bool read_sections(int fd, struct record *record, uint64_t file_size, const char *path)
{
	struct table tables[SECTIONS];
	struct record_run *run = NULL;
	struct head head = {.version = 0};
	bool is_whole = true;

	if (move_all(preadv, fd, &head, sizeof(head), 0) && record_raw_is(&head))
		return read_raw(fd, record, path);
	list(record, tables);
	if (!move_all(preadv, fd, &head, sizeof(head), 0) ||
	    memcmp(head.magic, RECORD_MAGIC, sizeof(RECORD_MAGIC)) != 0)
		return complain(path, "not a record of phaselock, or one that was cut off; copy it "
				      "again, or run the program again");
	if (head.version != VERSION || head.sections != SECTIONS) {
		say("%s: a record of format %u, and this phaselock reads %u; report it with the "
		    "phaselock that wrote it",
		    path, head.version, VERSION);
		return false;
	}
	for (int i = 0; i < SECTIONS; i++) {
		void *read = read_section(fd, &head.section[i], &tables[i], file_size);

		is_whole = is_whole && read != NULL;
		if (i == RUN) {
			run = read;
			continue;
		}
		*tables[i].start = read;
		*tables[i].count = read != NULL ? head.section[i].count : 0;
	}
	is_whole = is_whole && head.section[RUN].count == 1;
	if (is_whole) {
		memcpy(&record->run, run, sizeof(record->run));
		record_bound(record);
	}
	free(run);
	return is_whole || complain(path, "a damaged record, or one that was cut off; copy it "
					  "again, or run the program again");
}

bool record_read(struct record *record, const char *path)
{
	struct stat file = {.st_mode = 0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool is_read = false;

	*record = (struct record){.names = NULL};
	if (fd < 0 || fstat(fd, &file) != 0) {
		complain(path, strerror(errno));
	} else if (!S_ISREG(file.st_mode)) {
		complain(path, "not a regular file");
	} else if ((uint64_t)file.st_size > FILE_MAX) {
		complain(path, "too large for a record");
	} else {
		is_read = read_sections(fd, record, (uint64_t)file.st_size, path);
	}
	if (fd >= 0)
		close(fd);
	if (!is_read)
		record_free(record);
	return is_read;
}

void record_free(struct record *record)
{
	free(record->images);
	free(record->modules);
	free(record->sites);
	free(record->names);
	free(record->stages);
	free(record->checks);
	profile_free(&record->profile);
	*record = (struct record){.names = NULL};
}
