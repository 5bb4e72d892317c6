/* SPDX-License-Identifier: MIT */
/*
 * Makes a report from a record: frames get their names, sites get their ids, and sites of equal ids
 * become one. It must not know how a report is written.
 */
#define _GNU_SOURCE
#include "report.h"

#include "names.h"
#include "profile_view.h"
#include "record.h"
#include "report_record.h"
#include "report_sites.h"
#include "say.h"
#include "site_id.h"

#include <stdlib.h>
#include <string.h>

/* Want of memory ends the command: a report with holes would be a lie. */
static void *checked(void *memory)
{
	if (memory != NULL)
		return memory;
	say("no memory for the report");
	exit(125);
}

static char *copy_of(const char *text)
{
	return text != NULL ? checked(strdup(text)) : NULL;
}

static char *copy_bounded(const char *text, size_t size)
{
	return checked(strndup(text, size));
}

/* ---- frames ---------------------------------------------------------------------------------- */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static struct report_frame frame_in(const struct record *record, uint64_t frame)
{
	struct record_place place = record_place(record, frame);
	struct report_frame result = {.offset = place.offset};

	if (place.module == 0)
		return result;
	result.path = copy_bounded(record->modules[place.module - 1].path,
				   sizeof(record->modules[0].path));
	result.module = copy_of(last_part(result.path));
	return result;
}

/* All functions at a place; at least one frame, which may have no name. */
static void add_frames(struct report_site *site, const struct record *record,
		       const struct names *names, uint64_t frame)
{
	size_t lines;
	const struct names_line *line = names_find(names, frame, &lines);
	size_t count = lines > 0 ? lines : 1;

	site->frames =
		checked(realloc(site->frames, (site->frame_count + count) * sizeof(*site->frames)));
	for (size_t i = 0; i < count; i++) {
		struct report_frame *added = &site->frames[site->frame_count++];

		*added = frame_in(record, frame);
		if (lines == 0)
			continue;
		added->function = copy_of(line[i].function);
		added->file = copy_of(line[i].file);
		added->line = line[i].line;
		added->is_inlined = i + 1 < lines;
	}
}

/* ---- sites ----------------------------------------------------------------------------------- */

static const char *cause_name(uint8_t cause)
{
	switch (cause) {
	case PHASELOCK_CAUSE_FORBID:
		return "forbid";
	case PHASELOCK_CAUSE_SEAL:
		return "seal";
	case PHASELOCK_CAUSE_HOT:
		return "hot";
	default:
		return "phase";
	}
}

static uint64_t since(const struct record *record, uint64_t time_ns)
{
	return time_ns > record->run.start_ns ? time_ns - record->run.start_ns : 0;
}

static struct report_site read_site(const struct record *record, const struct names *names,
				    const struct pl_layout_site *from, size_t first_process)
{
	struct report_site site = {
		.function = copy_of(from->function),
		.cause = copy_of(cause_name(from->cause)),
		.count = from->count,
		.bytes = from->bytes,
		.size = from->size,
		.first_ns = since(record, from->first_ns),
		.last_ns = since(record, from->last_ns),
		.thread = copy_of(from->thread_name),
		.process = first_process + (from->image > 0 ? from->image - 1 : 0),
	};

	for (size_t i = 0; i < from->frame_count; i++)
		add_frames(&site, record, names, from->frames[i]);
	site.origin = site.frame_count;
	site_id(&site, site.id);
	return site;
}

static void add_sites(struct report *report, const struct record *record, const struct names *names,
		      size_t first_process)
{
	report->sites = checked(realloc(report->sites, (report->site_count + record->site_count +
							1) * sizeof(*report->sites)));
	for (size_t i = 0; i < record->site_count; i++)
		if (record->sites[i].count > 0 && record->sites[i].function[0] != '\0')
			report->sites[report->site_count++] =
				read_site(record, names, &record->sites[i], first_process);
	report_merge_stacks(report);
}

/* ---- processes ------------------------------------------------------------------------------- */

static const char *end_name(const struct record *record, uint32_t end)
{
	switch (end) {
	case PL_LAYOUT_EXIT:
		return "exit";
	case PL_LAYOUT_VIOLATION:
		return "violation";
	case PL_LAYOUT_EXEC:
		return "exec";
	case PL_LAYOUT_LEFT:
		return "detached";
	default:
		return record->run.verdict[0] != '\0' ? "not heard of" : "runs";
	}
}

static struct report_counts counts_of(const struct pl_layout_phase *phase)
{
	return (struct report_counts){
		.requests = phase->allocations + phase->reallocations,
		.bytes = phase->bytes_requested,
		.frees = phase->deallocations,
		.permitted = phase->permitted_attempts,
		.suppressed = phase->suppressed,
	};
}

static struct report_process read_process(const struct record *record,
					  const struct pl_layout_image *image)
{
	return (struct report_process){
		.id = image->id,
		.parent = image->parent,
		.program = copy_bounded(image->name, sizeof(image->name)),
		.began = image->begin == PL_LAYOUT_FORK ? "fork" : "program",
		.ended = end_name(record, image->end),
		.is_armed = image->entries_missing == 0,
		.was_locked = image->locks > 0 || image->scopes > 0,
		.violations = image->violations,
		.statistics = report_statistics(image),
		.counts = {counts_of(&image->phases[0]), counts_of(&image->phases[1])},
	};
}

/* An image being written when the process ended has no beginning, so it belongs to no program. */
static void add_processes(struct report *report, const struct record *record)
{
	report->processes =
		checked(realloc(report->processes, (report->process_count + record->image_count +
						    1) * sizeof(*report->processes)));
	for (size_t i = 0; i < record->image_count; i++)
		report->processes[report->process_count++] =
			read_process(record, &record->images[i]);
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* If there are several records, the worst verdict counts. */
static int badness(const char *verdict)
{
	static const char *const verdicts[] = {"PASS", "not checked", ""};

	for (int i = 0; i < 3; i++)
		if (strcmp(verdict, verdicts[i]) == 0)
			return i;
	return 3;
}

static bool passes(const char *words)
{
	return strncmp(words, "PASS", 4) == 0;
}

static uint64_t duration_of(const struct record_run *run)
{
	return run->end_ns > run->start_ns ? run->end_ns - run->start_ns : 0;
}

/* How many violations have no site: a misuse, or a process that could not write to the record. */
static uint64_t unplaced_in(const struct record *record)
{
	uint64_t placed = record->run.sites_lost;

	for (size_t i = 0; i < record->site_count; i++)
		placed += record->sites[i].count;
	return record->run.violations > placed ? record->run.violations - placed : 0;
}

static void add_run(struct report *report, const struct record *record)
{
	const struct record_run *run = &record->run;

	report->sites_lost += run->sites_lost;
	report->unplaced += unplaced_in(record);
	report->duration_ns += duration_of(run);
	if (report->forgiven == NULL || (passes(report->forgiven) && !passes(run->forgiven))) {
		free(report->forgiven);
		report->forgiven = copy_of(run->forgiven);
	}
	if (report->verdict != NULL && badness(run->verdict) <= badness(report->verdict))
		return;
	free(report->version);
	free(report->command);
	free(report->verdict);
	free(report->reason);
	report->version = copy_of(run->version);
	report->command = copy_of(run->command);
	report->verdict = copy_of(run->verdict);
	report->reason = copy_of(run->reason);
	report->status = (int)run->status;
	report->start_s = run->start_s;
}

void report_add_record(struct report *report, struct record *record)
{
	size_t first_process = report->process_count;
	struct names names = names_read(record);

	add_run(report, record);
	add_processes(report, record);
	add_sites(report, record, &names, first_process);
	report_add_rows(report, record);
	if (record->profile.process_count > 0) {
		if (report->profile == NULL)
			report->profile = profile_view_new();
		profile_view_add(report->profile, record, &record->profile, &names, first_process);
	}
	names_free(&names);
}

bool report_add_file(struct report *report, const char *path, const struct report_names *options)
{
	const struct namer_options namer_options = {
		.debug_path = options->debug_path,
		.debuginfod = options->debuginfod,
		.patient = true,
		.complain = say,
	};
	struct record record;
	struct namer *namer;

	if (!record_read(&record, path))
		return false;
	/* The record was cut off, or made without names. */
	if (record.names_size == 0 && !options->off &&
	    (namer = namer_new(&namer_options)) != NULL) {
		names_collect(&record, namer);
		namer_free(namer);
	}
	report_add_record(report, &record);
	record_free(&record);
	return true;
}

void report_free(struct report *report)
{
	for (size_t i = 0; i < report->site_count; i++)
		report_site_free(&report->sites[i]);
	for (size_t i = 0; i < report->process_count; i++) {
		free(report->processes[i].program);
		free(report->processes[i].statistics);
	}
	report_free_rows(report);
	if (report->profile != NULL)
		profile_view_free(report->profile);
	free(report->sites);
	free(report->processes);
	free(report->version);
	free(report->command);
	free(report->verdict);
	free(report->reason);
	free(report->forgiven);
	*report = (struct report){.status = 0};
}
