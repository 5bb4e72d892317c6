/* SPDX-License-Identifier: MIT */
/*
 * A profile as pprof has it: profile.proto, gzipped, with phase, thread and process as labels of
 * each sample, and build-ids, so that what has no name here can get one elsewhere. Each message is
 * written as it comes; what a message refers to by number comes before it, or will come. It must
 * not know of records.
 */
#define _GNU_SOURCE
#include "emit.h"
#include "escape.h"
#include "gzip.h"
#include "intern.h"
#include "profile_view.h"
#include "protobuf.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of fields: github.com/google/pprof, proto/profile.proto. */
enum profile_field {
	PROFILE_SAMPLE_TYPE = 1,
	PROFILE_SAMPLE,
	PROFILE_MAPPING,
	PROFILE_LOCATION,
	PROFILE_FUNCTION,
	PROFILE_STRING,
	PROFILE_TIME_NANOS = 9,
	PROFILE_DURATION_NANOS,
	PROFILE_PERIOD_TYPE,
	PROFILE_PERIOD,
	PROFILE_COMMENT,
	PROFILE_DEFAULT_SAMPLE_TYPE,
};
enum { TYPE_NAME = 1, TYPE_UNIT };
enum { SAMPLE_LOCATION = 1, SAMPLE_VALUE, SAMPLE_LABEL };
enum { LABEL_KEY = 1, LABEL_STRING };
enum { MAPPING_ID = 1, MAPPING_FILE = 5, MAPPING_BUILD_ID, MAPPING_HAS_FUNCTIONS };
enum { LOCATION_ID = 1, LOCATION_MAPPING, LOCATION_ADDRESS, LOCATION_LINE };
enum { LINE_FUNCTION = 1, LINE_LINE };
enum { FUNCTION_ID = 1, FUNCTION_NAME, FUNCTION_SYSTEM_NAME, FUNCTION_FILE };

struct writing {
	const struct profile_view *view;
	struct gzip *gzip;
	struct intern strings;
	char **kept;
	size_t kept_room;
	bool *locations, *functions; /* by frame: whether it was written */
};

static void put(struct writing *writing, unsigned field, const struct protobuf *message)
{
	struct protobuf whole = {.size = 0};

	protobuf_message(&whole, field, message);
	gzip_write(writing->gzip, whole.bytes, whole.size);
	protobuf_free(&whole);
}

static void put_number(struct writing *writing, unsigned field, uint64_t number)
{
	struct protobuf whole = {.size = 0};

	protobuf_number(&whole, field, number);
	if (whole.size > 0)
		gzip_write(writing->gzip, whole.bytes, whole.size);
	protobuf_free(&whole);
}

/* ---- strings --------------------------------------------------------------------------------- */

struct wanted {
	char *const *kept;
	const char *string;
};

static bool is_string(const void *context, uint32_t number)
{
	const struct wanted *wanted = context;

	return strcmp(wanted->kept[number], wanted->string) == 0;
}

/* Returns the string's number. The first time, it is written, as the table's next one. */
static uint64_t string(struct writing *writing, const char *name)
{
	char *quoted = emit_checked(escape_copy(name != NULL ? name : ""));
	size_t count = writing->strings.count;
	struct wanted wanted = {writing->kept, quoted};
	struct protobuf whole = {.size = 0};
	uint32_t found = intern_find(&writing->strings, intern_add_bytes(0, quoted, strlen(quoted)),
				     is_string, &wanted);

	if (found != INTERN_NONE) {
		free(quoted);
		return found;
	}
	if (count == writing->kept_room) {
		writing->kept_room = 2 * count + 256;
		writing->kept = emit_checked(
			reallocarray(writing->kept, writing->kept_room, sizeof(char *)));
	}
	writing->kept[count] = quoted;
	protobuf_string(&whole, PROFILE_STRING, quoted);
	gzip_write(writing->gzip, whole.bytes, whole.size);
	protobuf_free(&whole);
	return count;
}

static void free_strings(struct writing *writing)
{
	for (size_t i = 0; i < writing->strings.count; i++)
		free(writing->kept[i]);
	free(writing->kept);
	intern_free(&writing->strings);
}

/* ---- the head -------------------------------------------------------------------------------- */

static void put_type(struct writing *writing, unsigned field, const char *name, const char *unit)
{
	struct protobuf type = {.size = 0};

	protobuf_number(&type, TYPE_NAME, string(writing, name));
	protobuf_number(&type, TYPE_UNIT, string(writing, unit));
	put(writing, field, &type);
	protobuf_free(&type);
}

static void put_head(struct writing *writing, const struct report *report)
{
	const struct profile_view *view = writing->view;
	uint64_t rate = 0;

	for (size_t i = 0; i < view->process_count; i++)
		rate = view->processes[i].rate > rate ? view->processes[i].rate : rate;
	string(writing, ""); /* must be the first */
	put_type(writing, PROFILE_SAMPLE_TYPE, "alloc_objects", "count");
	put_type(writing, PROFILE_SAMPLE_TYPE, "alloc_space", "bytes");
	put_type(writing, PROFILE_SAMPLE_TYPE, "inuse_objects", "count");
	put_type(writing, PROFILE_SAMPLE_TYPE, "inuse_space", "bytes");
	put_type(writing, PROFILE_PERIOD_TYPE, "space", "bytes");
	put_number(writing, PROFILE_PERIOD, rate > 0 ? rate : 1);
	put_number(writing, PROFILE_DEFAULT_SAMPLE_TYPE, string(writing, "alloc_space"));
	put_number(writing, PROFILE_TIME_NANOS, report->start_s % (UINT64_C(1) << 33) * 1000000000);
	put_number(writing, PROFILE_DURATION_NANOS, view_both(view->totals).last_ns & INT64_MAX);
	put_number(writing, PROFILE_COMMENT, string(writing, report->command));
}

/* Whether no frame of a module is without a name: a reader looks for names in the others. */
static bool *find_named(const struct profile_view *view)
{
	bool *named = emit_checked(malloc(view->module_count + 1));

	memset(named, true, view->module_count + 1);
	for (size_t i = 0; i < view->frame_count; i++)
		if (view->frames[i].frame.function == NULL && view->frames[i].module != VIEW_NONE)
			named[view->frames[i].module] = false;
	return named;
}

/*
 * Where a module was loaded nobody needs to know: a mapping from 0 that has no end means to readers
 * that addresses are those in the file.
 */
static void put_mappings(struct writing *writing)
{
	struct protobuf mapping = {.size = 0};
	bool *named = find_named(writing->view);

	for (uint32_t i = 0; i < writing->view->module_count; i++) {
		const struct view_module *module = &writing->view->modules[i];

		protobuf_clear(&mapping);
		protobuf_number(&mapping, MAPPING_ID, i + 1);
		protobuf_number(&mapping, MAPPING_FILE, string(writing, module->path));
		protobuf_number(&mapping, MAPPING_BUILD_ID, string(writing, module->build_id));
		protobuf_number(&mapping, MAPPING_HAS_FUNCTIONS, named[i]);
		put(writing, PROFILE_MAPPING, &mapping);
	}
	protobuf_free(&mapping);
	free(named);
}

/* ---- locations ------------------------------------------------------------------------------- */

/* Returns the number of a frame's function, 0 if that is not known. */
static uint64_t function_of(struct writing *writing, uint32_t number)
{
	const struct view_frame *frame = &writing->view->frames[number];
	struct protobuf function = {.size = 0};

	if (frame->frame.function == NULL)
		return 0;
	if (writing->functions[frame->function])
		return (uint64_t)frame->function + 1;
	writing->functions[frame->function] = true;
	protobuf_number(&function, FUNCTION_ID, (uint64_t)frame->function + 1);
	protobuf_number(&function, FUNCTION_NAME, string(writing, frame->frame.function));
	protobuf_number(&function, FUNCTION_SYSTEM_NAME, string(writing, frame->frame.function));
	protobuf_number(&function, FUNCTION_FILE, string(writing, frame->frame.file));
	put(writing, PROFILE_FUNCTION, &function);
	protobuf_free(&function);
	return (uint64_t)frame->function + 1;
}

static void add_line(struct writing *writing, struct protobuf *location, uint32_t frame)
{
	struct protobuf line = {.size = 0};
	uint64_t function = function_of(writing, frame);

	if (function == 0)
		return;
	protobuf_number(&line, LINE_FUNCTION, function);
	protobuf_number(&line, LINE_LINE, writing->view->frames[frame].frame.line);
	protobuf_message(location, LOCATION_LINE, &line);
	protobuf_free(&line);
}

/*
 * Returns the number of the location of the innermost frame at a place, and the node of its caller.
 * All functions that are inlined there are its lines.
 */
static uint64_t location_of(struct writing *writing, uint32_t *node)
{
	const struct profile_view *view = writing->view;
	struct protobuf location = {.size = 0};
	uint32_t outer = *node, frame;

	while (view_frame_of(view, outer)->is_inlined && view->nodes[outer].parent != VIEW_NONE)
		outer = view->nodes[outer].parent;
	frame = view->nodes[outer].frame;
	if (!writing->locations[frame]) {
		const struct view_frame *of = &view->frames[frame];
		uint64_t before = of->frame.offset > 0 ? of->frame.offset - 1 : 0;

		writing->locations[frame] = true;
		protobuf_number(&location, LOCATION_ID, (uint64_t)frame + 1);
		if (of->module != VIEW_NONE)
			protobuf_number(&location, LOCATION_MAPPING, (uint64_t)of->module + 1);
		/* An offset is that of the return: the call is before it. */
		protobuf_number(&location, LOCATION_ADDRESS, of->is_mark ? 0 : before);
		for (uint32_t at = *node; at != outer; at = view->nodes[at].parent)
			add_line(writing, &location, view->nodes[at].frame);
		add_line(writing, &location, frame);
		put(writing, PROFILE_LOCATION, &location);
		protobuf_free(&location);
	}
	*node = view->nodes[outer].parent;
	return (uint64_t)frame + 1;
}

/* ---- samples --------------------------------------------------------------------------------- */

static void add_label(struct writing *writing, struct protobuf *sample, const char *key,
		      const char *name)
{
	struct protobuf label = {.size = 0};

	protobuf_number(&label, LABEL_KEY, string(writing, key));
	protobuf_number(&label, LABEL_STRING, string(writing, name));
	protobuf_message(sample, SAMPLE_LABEL, &label);
	protobuf_free(&label);
}

static void put_sample(struct writing *writing, const struct view_row *row)
{
	const struct profile_view *view = writing->view;
	const struct view_figures *figures = &row->figures;
	struct protobuf sample = {.size = 0}, list = {.size = 0};

	for (uint32_t node = row->node; node != VIEW_NONE;)
		protobuf_packed(&list, location_of(writing, &node));
	protobuf_message(&sample, SAMPLE_LOCATION, &list);
	protobuf_clear(&list);
	protobuf_packed(&list, emit_bounded(figures->requests));
	protobuf_packed(&list, emit_bounded(figures->bytes));
	protobuf_packed(&list, emit_bounded(figures->live_blocks));
	protobuf_packed(&list, emit_bounded(figures->live_bytes));
	protobuf_message(&sample, SAMPLE_VALUE, &list);
	add_label(writing, &sample, "phase", view_phase_name(row->phase));
	add_label(writing, &sample, "thread", view->threads[row->thread].name);
	add_label(writing, &sample, "process", view->processes[row->process].program);
	put(writing, PROFILE_SAMPLE, &sample);
	protobuf_free(&list);
	protobuf_free(&sample);
}

void report_write_pprof(const struct report *report, const struct report_options *options,
			FILE *out)
{
	const struct profile_view *view = report->profile;
	struct writing writing = {.view = view, .gzip = gzip_begin(out)};

	(void)options;
	writing.locations = emit_checked(calloc(view->frame_count + 1, sizeof(bool)));
	writing.functions = emit_checked(calloc(view->frame_count + 1, sizeof(bool)));
	put_head(&writing, report);
	put_mappings(&writing);
	for (size_t i = 0; i < view->row_count; i++)
		put_sample(&writing, &view->rows[i]);
	gzip_end(writing.gzip);
	free_strings(&writing);
	free(writing.locations);
	free(writing.functions);
}
