/* SPDX-License-Identifier: MIT */
/* The words are the library's own: lib/common/wording.h. */
#define _GNU_SOURCE
#include "told.h"

#include "common/wording.h"
#include "escape.h"
#include "named.h"
#include "stack/unwind.h"

#include <inttypes.h>
#include <string.h>

#define LINE_SIZE 8192 /* whatever a name and a path become when they are quoted */
#define OFFSET_MASK ((UINT64_C(1) << PL_LAYOUT_OFFSET_BITS) - 1)

/* What is told, and by what. */
struct telling {
	const struct pl_layout_report *report;
	const struct pl_layout *layout;
	struct namer *namer;
	const char *functions[2 * PHASELOCK_FRAMES_MAX]; /* of the frames, then of the lock's */
	const char *hot_pattern, *hot_function, *option, *advice, *message;
	FILE *out;
};

/* A module as it was at one moment: the program may write to the record. */
struct module {
	char path[sizeof(((struct pl_layout_module *)NULL)->path) + 1];
	unsigned char build_id[sizeof(((struct pl_layout_module *)NULL)->build_id)];
	size_t build_id_size;
	char hex[2 * sizeof(((struct pl_layout_module *)NULL)->build_id) + 1];
};

/* ---- within bounds --------------------------------------------------------------------------- */

static void bound(struct pl_layout_report *report)
{
	if (report->frame_count > PHASELOCK_FRAMES_MAX)
		report->frame_count = PHASELOCK_FRAMES_MAX;
	if (report->lock_frame_count > PHASELOCK_FRAMES_MAX)
		report->lock_frame_count = PHASELOCK_FRAMES_MAX;
	if (report->cause > PHASELOCK_CAUSE_HOT)
		report->cause = PHASELOCK_CAUSE_PHASE;
	if (report->verdict > PHASELOCK_DENY)
		report->verdict = PHASELOCK_ABORT;
	report->thread_name[sizeof(report->thread_name) - 1] = '\0';
	report->lock_thread_name[sizeof(report->lock_thread_name) - 1] = '\0';
	report->function[sizeof(report->function) - 1] = '\0';
	report->text[sizeof(report->text) - 1] = '\0';
}

/* Takes a string off the text; "" behind its end. */
static const char *take(const char **next, const char *end)
{
	const char *string = *next;

	if (string >= end)
		return "";
	*next += strlen(string) + 1;
	return string;
}

static void read_strings(struct telling *telling)
{
	const struct pl_layout_report *report = telling->report;
	const char *next = report->text, *end = next + sizeof(report->text);

	telling->hot_pattern = take(&next, end);
	telling->hot_function = take(&next, end);
	telling->option = take(&next, end);
	telling->advice = take(&next, end);
	telling->message = take(&next, end);
	for (size_t i = 0; i < sizeof(telling->functions) / sizeof(telling->functions[0]); i++)
		telling->functions[i] = "";
	for (size_t i = 0; i < report->frame_count; i++)
		telling->functions[i] = take(&next, end);
	for (size_t i = 0; i < report->lock_frame_count; i++)
		telling->functions[PHASELOCK_FRAMES_MAX + i] = take(&next, end);
}

/* Returns false if the frame lies in no module. */
static bool find_module(const struct telling *telling, uint64_t frame, struct module *module)
{
	uint64_t number = frame >> PL_LAYOUT_OFFSET_BITS;
	const struct pl_layout_module *written;

	if (number == 0 || number > PL_LAYOUT_MODULES)
		return false;
	written = &telling->layout->modules[number - 1];
	if (atomic_load_explicit(&written->is_there, memory_order_acquire) == 0)
		return false;
	*module = (struct module){.build_id_size = written->build_id_size};
	memcpy(module->path, written->path, sizeof(written->path));
	memcpy(module->build_id, written->build_id, sizeof(written->build_id));
	if (module->build_id_size > sizeof(module->build_id))
		module->build_id_size = 0;
	for (size_t i = 0; i < module->build_id_size; i++)
		snprintf(module->hex + 2 * i, 3, "%02x", module->build_id[i]);
	return true;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void write_line(const struct telling *telling, const struct pl_text *line)
{
	fwrite(line->start, 1, line->length, telling->out);
	fputc('\n', telling->out);
}

/* The i-th frame of those that the lock's begin in the middle of. */
static uint64_t frame_at(const struct pl_layout_report *report, size_t i)
{
	return i < PHASELOCK_FRAMES_MAX ? report->frames[i]
					: report->lock_frames[i - PHASELOCK_FRAMES_MAX];
}

static struct named_place place_of(const struct telling *telling, size_t i,
				   const struct module *module)
{
	return (struct named_place){
		.function = telling->functions[i][0] != '\0' ? telling->functions[i] : NULL,
		.function_offset = telling->report->function_offsets[i],
		.path = module->path,
		.offset = frame_at(telling->report, i) & OFFSET_MASK,
		.build_id = module->hex,
	};
}

static void write_raw(const struct telling *telling, const char *prefix,
		      const struct named_place *place)
{
	char buffer[LINE_SIZE];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));

	pl_text_append(&line, "%s", prefix);
	pl_wording_place(&line, place->function, place->function_offset, place->path,
			 place->offset);
	fwrite(line.start, 1, line.length, telling->out);
}

/* Writes the i-th frame on a line behind a prefix; is_short: without what is inlined around it. */
static void write_frame(const struct telling *telling, size_t i, const char *prefix, bool is_short)
{
	uint64_t frame = frame_at(telling->report, i);
	struct module module;
	struct named_place place;

	if (!find_module(telling, frame, &module)) {
		fprintf(telling->out, "%s0x%" PRIx64 "\n", prefix, frame & OFFSET_MASK);
		return;
	}
	place = place_of(telling, i, &module);
	if (telling->namer == NULL) {
		write_raw(telling, prefix, &place);
	} else if (is_short) {
		fputs(prefix, telling->out);
		named_write_short(telling->namer, &place, true, telling->out);
	} else {
		named_write_frame(telling->namer, prefix, &place, telling->out);
	}
	fputc('\n', telling->out);
}

static void write_stack(const struct telling *telling, size_t first, size_t count, unsigned end)
{
	for (size_t i = 0; i < count; i++) {
		char prefix[32];

		snprintf(prefix, sizeof(prefix), "    #%zu ", i);
		write_frame(telling, first + i, prefix, false);
	}
	if (end == PL_UNWIND_NO_TABLE)
		fputs(PL_WORDING_NO_TABLE "\n", telling->out);
	if (end == PL_UNWIND_UNREADABLE)
		fputs(PL_WORDING_NO_STACK "\n", telling->out);
}

/* ---- the parts of a report ------------------------------------------------------------------- */

static void write_heading(const struct telling *telling)
{
	const struct pl_layout_report *report = telling->report;
	struct phaselock_violation violation = {
		.function = report->function,
		.size = report->size,
		.alignment = report->alignment,
		.old_pointer = (const void *)(uintptr_t)report->old_pointer, /* NOLINT: printed */
		.cause = report->cause,
		.thread_id = report->thread,
		.count = report->count,
	};
	char buffer[LINE_SIZE];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	memcpy(violation.thread_name, report->thread_name, sizeof(violation.thread_name));
	pl_wording_heading(&text, &violation,
			   telling->hot_function[0] != '\0' ? telling->hot_function : NULL,
			   telling->hot_pattern, (report->flags & PL_LAYOUT_NESTED) != 0);
	fwrite(text.start, 1, text.length, telling->out);
}

static void write_against(const struct telling *telling)
{
	const struct pl_layout_report *report = telling->report;
	const struct pl_wording_lock lock = {
		.time_ns = report->lock_ns,
		.thread_id = report->lock_thread,
		.thread_name = report->lock_thread_name,
		.option = telling->option[0] != '\0' ? telling->option : NULL,
		.is_told = (report->flags & PL_LAYOUT_AS_ABOVE) != 0,
	};
	char buffer[LINE_SIZE];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));

	if (report->lock_frame_count == 0)
		return;
	if (report->cause == PHASELOCK_CAUSE_FORBID) {
		write_frame(telling, PHASELOCK_FRAMES_MAX, PL_WORDING_FORBIDDEN, true);
		return;
	}
	pl_wording_locked(&line, report->time_ns, &lock);
	write_line(telling, &line);
	if (lock.thread_id != 0 && !lock.is_told)
		write_stack(telling, PHASELOCK_FRAMES_MAX, report->lock_frame_count,
			    report->lock_end);
}

static void write_advice(const struct telling *telling)
{
	if (telling->advice[0] == '\0')
		return;
	fputs(PL_WORDING_ADVICE, telling->out);
	escape_write(telling->advice, telling->out);
	fputc('\n', telling->out);
}

/* Whether an earlier frame lies in the same module. */
static bool is_told(const struct pl_layout_report *report, size_t i)
{
	uint64_t module = frame_at(report, i) >> PL_LAYOUT_OFFSET_BITS;

	for (size_t k = 0; k < i; k++) {
		bool is_frame = k < PHASELOCK_FRAMES_MAX
					? k < report->frame_count
					: k - PHASELOCK_FRAMES_MAX < report->lock_frame_count;

		if (is_frame && frame_at(report, k) >> PL_LAYOUT_OFFSET_BITS == module)
			return true;
	}
	return false;
}

/* The modules of frames, by whose build-ids a symbolizer finds their files; or what is wrong. */
static void write_modules(const struct telling *telling, size_t first, size_t count)
{
	for (size_t i = first; i < first + count; i++) {
		struct module module;
		char buffer[LINE_SIZE];
		struct pl_text line = pl_text_in(buffer, sizeof(buffer));

		if (is_told(telling->report, i) ||
		    !find_module(telling, frame_at(telling->report, i), &module) ||
		    module.build_id_size == 0 || strchr(module.path, '/') == NULL)
			continue;
		if (telling->namer != NULL) {
			named_write_if_other(telling->namer, module.path, module.hex, telling->out);
			continue;
		}
		pl_wording_build_id(&line, module.build_id, module.build_id_size, module.path);
		write_line(telling, &line);
	}
}

static void write_verdict(const struct telling *telling)
{
	const struct pl_layout_report *report = telling->report;
	char buffer[128];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));

	pl_wording_verdict(&line, report->verdict, (report->flags & PL_LAYOUT_BY_HANDLER) != 0,
			   (report->flags & PL_LAYOUT_UNDENIABLE) != 0);
	write_line(telling, &line);
}

void told_write(struct pl_layout_report *report, const struct pl_layout *layout,
		struct namer *namer, FILE *out)
{
	struct telling telling = {.report = report, .layout = layout, .namer = namer, .out = out};

	bound(report);
	read_strings(&telling);
	if ((report->flags & PL_LAYOUT_MISUSE) != 0) {
		fputs("phaselock: ", out);
		escape_write(telling.message, out);
		fputc('\n', out);
		return;
	}
	write_heading(&telling);
	write_stack(&telling, 0, report->frame_count, report->end);
	write_against(&telling);
	write_advice(&telling);
	write_modules(&telling, 0, report->frame_count);
	if ((report->flags & PL_LAYOUT_AS_ABOVE) == 0)
		write_modules(&telling, PHASELOCK_FRAMES_MAX, report->lock_frame_count);
	write_verdict(&telling);
}
