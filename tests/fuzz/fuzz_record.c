/* SPDX-License-Identifier: MIT */
/*
 * Files that claim to be records. Whatever is read is within bounds, its names are found, and a
 * report can be made of it and given back.
 */
#define _GNU_SOURCE
#include "fuzz.h"
#include "profile_view.h"
#include "record.h"
#include "report_record.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The file of which the path is known without a name in a folder. */
static void write_file(const uint8_t *bytes, size_t size, char path[64])
{
	int fd = memfd_create("record", MFD_CLOEXEC);

	CHECK(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	snprintf(path, 64, "/proc/self/fd/%d", fd);
}

static void check_bounds(const struct record *record)
{
	for (size_t i = 0; i < record->site_count; i++) {
		const struct pl_layout_site *site = &record->sites[i];

		CHECK(site->frame_count <= PHASELOCK_FRAMES_MAX);
		CHECK(site->image <= record->image_count);
		for (size_t k = 0; k < site->frame_count; k++)
			CHECK(record_place(record, site->frames[k]).module <= record->module_count);
	}
}

static void check_profile(const struct profile *profile, size_t images)
{
	for (size_t i = 0; i < profile->node_count; i++)
		CHECK(profile->nodes[i].node.parent <= i && profile->nodes[i].process < images);
	for (size_t i = 0; i < profile->row_count; i++) {
		const struct profile_row *row = &profile->rows[i];

		CHECK(row->process < images && row->thread < profile->thread_count);
		CHECK(row->stack <= profile->node_count && row->phase <= 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct report report = {.status = 0};
	struct record record;
	char path[64];

	write_file(bytes, size, path);
	if (record_read(&record, path)) {
		check_bounds(&record);
		check_profile(&record.profile, record.image_count);
		report_add_record(&report, &record);
		CHECK(report.process_count == record.image_count);
		if (report.profile != NULL)
			profile_view_finish(report.profile);
		report_free(&report);
		record_free(&record);
	}
	close(atoi(strrchr(path, '/') + 1));
	return 0;
}
