/* SPDX-License-Identifier: MIT */
/*
 * report_forms FORM MODEL [NUMBER [ROOT]]: writes a made report in a form, for readers that others
 * wrote. Models: `nasty`, whose names are the worst that a program can have; `pass`; `cut`, of a
 * record without its end; `silent`, a failure without a site; `many`, NUMBER sites and programs
 * with long names; `bare`, NUMBER sites without frames; `random`, NUMBER being the seed of the
 * bytes in all names.
 */
#define _GNU_SOURCE
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define NASTY                                                                                      \
	"x\n\x1b[2J\xc2\x9b\xe2\x80\xae\xff\xed\xa0\xbd]]><b>&amp;|`a``b`\\@user [l](http://x) "

static char worst[] = NASTY;

/* ---- the nasty one --------------------------------------------------------------------------- */

static struct report_frame first_stack[] = {
	{.function = (char[]){"operator new[](unsigned long)"},
	 .module = (char[]){"libstdc++.so.6"},
	 .path = (char[]){"/usr/lib/libstdc++.so.6"},
	 .file = (char[]){"/usr/include/new"},
	 .line = 3,
	 .offset = 0xa1},
	{.function = (char[]){"parse"},
	 .module = (char[]){"server"},
	 .path = (char[]){"/src/project/build/server"},
	 .file = (char[]){"/src/project/build/../lib//./a b#%.c"},
	 .line = 12,
	 .offset = 0xb2,
	 .is_inlined = true},
	{.function = (char[]){"main"},
	 .module = (char[]){"server"},
	 .path = (char[]){"/src/project/build/server"},
	 .file = (char[]){"/src/project/main.c"},
	 .line = 99,
	 .offset = UINT64_MAX},
};

static struct report_frame second_stack[] = {
	{.function = worst, .module = worst, .path = worst, .file = worst, .line = 7, .offset = 1},
	{.function = (char[]){"main::{lambda(int)#1}::operator[](int) const"},
	 .module = (char[]){"server"},
	 .path = (char[]){"server"},
	 .file = (char[]){"./src/x:y.cc"},
	 .line = 0,
	 .offset = 2},
	{.offset = 0x7f00},
};

static struct report_frame third_stack[] = {
	{.function = NULL, .module = (char[]){"stripped.so"}, .path = worst, .offset = 0x33},
};

static struct report_site nasty_sites[] = {
	{.id = "00000000000000a1",
	 .function = (char[]){"operator new[]"},
	 .cause = (char[]){"phase"},
	 .count = 7,
	 .bytes = 700,
	 .size = 100,
	 .first_ns = 1,
	 .last_ns = UINT64_MAX,
	 .thread = (char[]){"main"},
	 .process = 0,
	 .frame_count = COUNT_OF(first_stack),
	 .frames = first_stack,
	 .origin = 1},
	{.id = "00000000000000b2",
	 .function = (char[]){"malloc"},
	 .cause = (char[]){"forbid"},
	 .count = UINT64_MAX,
	 .bytes = 5,
	 .thread = worst,
	 .process = 1,
	 .frame_count = COUNT_OF(second_stack),
	 .frames = second_stack,
	 .origin = 0},
	{.id = "00000000000000c3",
	 .function = (char[]){"unlock_allocations"},
	 .cause = (char[]){"seal"},
	 .count = 1,
	 .thread = (char[]){""},
	 .process = 1},
	{.id = "00000000000000d4",
	 .function = (char[]){"calloc"},
	 .cause = (char[]){"hot"},
	 .count = 1,
	 .bytes = 8,
	 .size = 8,
	 .thread = (char[]){"w"},
	 .frame_count = COUNT_OF(third_stack),
	 .frames = third_stack},
};

static struct report_process nasty_processes[] = {
	{.id = 10,
	 .parent = 1,
	 .program = (char[]){"server"},
	 .began = "program",
	 .ended = "exit",
	 .is_armed = true,
	 .was_locked = true,
	 .violations = 8,
	 .counts = {{.requests = 40, .bytes = 4000, .frees = 4}, {.requests = 9, .permitted = 1}}},
	{.id = 11,
	 .parent = 10,
	 .program = worst,
	 .began = "fork",
	 .ended = "violation",
	 .is_armed = true,
	 .was_locked = true,
	 .violations = UINT64_MAX},
	{.id = 12, .parent = 10, .program = (char[]){"server"}, .began = "fork", .ended = "runs"},
	{.id = 13,
	 .parent = 10,
	 .program = (char[]){"good"},
	 .began = "program",
	 .ended = "exec",
	 .is_armed = true,
	 .was_locked = true},
	{.id = 14, .program = (char[]){"idle"}, .began = "fork", .ended = "exit", .is_armed = true},
};

enum { NASTY_PROCESSES = COUNT_OF(nasty_processes) - 1 };

static const struct report nasty = {
	.version = (char[]){"1.2.3"},
	.command = worst,
	.verdict = (char[]){"FAIL"},
	.reason = worst,
	.status = 99,
	.start_s = 1700000000,
	.duration_ns = 2504000000,
	.sites_lost = 5,
	.unplaced = 2,
	.process_count = NASTY_PROCESSES,
	.processes = nasty_processes,
	.site_count = COUNT_OF(nasty_sites),
	.sites = nasty_sites,
};

/* ---- those made from it ---------------------------------------------------------------------- */

static void *must(void *pointer)
{
	if (pointer == NULL)
		abort();
	return pointer;
}

/* What comes of a name in a model. */
typedef char *name_maker(const char *name, size_t number);

static char *long_name(const char *name, size_t number)
{
	char *made;

	if (asprintf(&made, "%s%06zu%0*d", name, number, 700, 0) < 0)
		abort();
	return made;
}

static char *random_name(const char *name, size_t number)
{
	size_t length = (size_t)rand() % 12;
	char *made = must(calloc(1, length + 1));

	(void)name;
	(void)number;
	for (size_t i = 0; i < length; i++) {
		static const char markup[] = "|`<>&]['\"\\{}()@#*_!-\n\t ./%";
		int byte = rand() % 2 > 0 ? rand() % 255 + 1
					  : markup[(size_t)rand() % (sizeof(markup) - 1)];

		made[i] = (char)byte;
	}
	return made;
}

static char *same_name(const char *name, size_t number)
{
	(void)number;
	return must(strdup(name));
}

static void remake(char **name, name_maker *make, size_t number)
{
	if (*name != NULL)
		*name = make(*name, number);
}

static struct report_site make_site(const struct report_site *like, name_maker *make, size_t number)
{
	struct report_site site = *like;
	size_t room = site.frame_count + 1;

	snprintf(site.id, sizeof(site.id), "%016zx", number);
	remake(&site.thread, make, number);
	if (make == random_name)
		remake(&site.function, make, number);
	site.frames = must(calloc(room, sizeof(*site.frames)));
	for (size_t i = 0; i < site.frame_count; i++) {
		struct report_frame *frame = &site.frames[i];

		*frame = like->frames[i];
		remake(&frame->function, make, number);
		remake(&frame->module, make, number);
		remake(&frame->path, make, number);
		remake(&frame->file, make, number);
	}
	return site;
}

static struct report make_report(size_t sites, name_maker *make)
{
	struct report report = nasty;

	report.site_count = report.process_count = sites;
	report.sites = must(calloc(sites, sizeof(*report.sites)));
	report.processes = must(calloc(sites, sizeof(*report.processes)));
	for (size_t i = 0; i < sites; i++) {
		report.sites[i] = make_site(&nasty_sites[i % COUNT_OF(nasty_sites)], make, i);
		report.processes[i] = nasty_processes[i % NASTY_PROCESSES];
		remake(&report.processes[i].program, make, i);
	}
	remake(&report.version, make, 0);
	remake(&report.command, make, 0);
	remake(&report.reason, make, 0);
	return report;
}

static struct report model_of(const char *name, size_t number)
{
	static char pass[] = "PASS", none[] = "";
	struct report report = nasty;

	if (strcmp(name, "bare") == 0) {
		report = make_report(number, same_name);
		for (size_t i = 0; i < number; i++)
			report.sites[i].frame_count = 0;
		return report;
	}
	if (strcmp(name, "many") == 0)
		return make_report(number, long_name);
	srand((unsigned)number);
	if (strcmp(name, "random") == 0)
		return make_report(8, random_name);
	if (strcmp(name, "nasty") == 0)
		return report;
	report.site_count = 0;
	report.sites_lost = 0;
	report.reason = none;
	if (strcmp(name, "silent") == 0)
		return report;
	report.processes += 3;
	report.process_count = strcmp(name, "pass") == 0 ? 2 : 1;
	report.duration_ns = 0;
	report.unplaced = 0;
	report.status = 0;
	report.verdict = strcmp(name, "pass") == 0 ? pass : none;
	return report;
}

int main(int count, char **words)
{
	static const struct {
		const char *name;
		report_write *write;
	} forms[] = {
		{"json", report_write_json},	     {"junit", report_write_junit},
		{"sarif", report_write_sarif},	     {"gitlab", report_write_gitlab},
		{"markdown", report_write_markdown},
	};
	struct report_options options = {.root = count > 4 ? words[4] : NULL};
	struct report report;

	if (count < 3)
		return 2;
	report = model_of(words[2], count > 3 ? strtoul(words[3], NULL, 10) : 0);
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		if (strcmp(words[1], forms[i].name) != 0)
			continue;
		forms[i].write(&report, &options, stdout);
		return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
	}
	return 2;
}
