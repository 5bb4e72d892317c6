/* SPDX-License-Identifier: MIT */
/*
 * The reports, written by write(2) from a buffer on the stack. It decides how a thing is said,
 * never what happens.
 */
#include "report.h"

#include "channel.h"
#include "format.h"
#include "history.h"
#include "module.h"
#include "os.h"
#include "site.h"
#include "symbolizer.h"

#include <stdatomic.h>
#include <string.h>

#define PATH_SIZE 1024
#define BLOCK_SIZE 4080 /* with what a pipe needs besides it no more than PIPE_BUF */
#define LINE_SIZE 1024
#define NAME_MAX_SHOWN 400 /* of a mangled name that is beyond all measure */
#define SITE_SIZE 1536
#define TABLE_FRAMES 4 /* of a site in the closing table */

/* Written by pl_report_configure() in the constructor, read by any thread. */
static char path[PATH_SIZE];
static unsigned max_reports = 20;

/* Likewise by pl_report_use_pipe(). NULL: there is none. */
static const char *pipe;
static uint64_t pipe_id;

/* Blocks written so far; any thread adds, relaxed: it only hands out numbers. */
static _Atomic unsigned reports;

void pl_report_configure(const char *report_path, unsigned most)
{
	strncpy(path, report_path, sizeof(path) - 1);
	max_reports = most;
}

/* ---- the sink -------------------------------------------------------------------------------- */

/*
 * Opened for each report: a program may close any descriptor it finds, and open its own under the
 * number.
 */
static int open_file(void)
{
	char buffer[PATH_SIZE + 32];
	struct pl_text name = pl_text_in(buffer, sizeof(buffer));

	if (path[0] == '\0')
		return -1;
	pl_text_path(&name, path, pl_os_process_id());
	return pl_os_open_append(buffer);
}

void pl_report_use_pipe(const char *pipe_path)
{
	int fd = pl_os_open_pipe(pipe_path, &pipe_id);

	if (fd < 0)
		return;
	pl_os_close(fd);
	pipe = pipe_path;
}

bool pl_report_usable(void)
{
	int fd = path[0] != '\0' && pipe == NULL ? open_file() : PL_OS_STDERR;

	if (fd < 0) {
		path[0] = '\0';
		return false;
	}
	if (fd != PL_OS_STDERR)
		pl_os_close(fd);
	return true;
}

/* Writes to the file, or to stderr. */
static void emit_here(const char *text, size_t length)
{
	int fd = open_file();

	pl_os_write(fd >= 0 ? fd : PL_OS_STDERR, text, length);
	if (fd >= 0)
		pl_os_close(fd);
}

/* Returns how much of the text went through the pipe. */
static size_t emit_to_pipe(const char *text, size_t length, bool more)
{
	struct pl_channel_piece piece = {.process = (uint32_t)pl_os_process_id(),
					 .thread = (uint32_t)pl_os_thread_id()};
	int fd = pipe != NULL ? pl_os_open_pipe(pipe, &pipe_id) : -1;
	size_t done = 0;

	while (fd >= 0 && done < length) {
		size_t left = length - done;

		piece.length = (uint32_t)(left < PL_CHANNEL_TEXT_MAX ? left : PL_CHANNEL_TEXT_MAX);
		piece.more = more || piece.length < left;
		if (!pl_os_write_pipe(fd, &piece, sizeof(piece), text + done, piece.length))
			break;
		done += piece.length;
	}
	if (fd >= 0)
		pl_os_close(fd);
	return done;
}

static void emit_piece(const struct pl_text *text, bool more)
{
	size_t done = emit_to_pipe(text->start, text->length, more);

	if (done < text->length)
		emit_here(text->start + done, text->length - done);
}

/* A text, or the last piece of one. */
static void emit(const struct pl_text *text)
{
	emit_piece(text, false);
}

/* A piece of a text that goes on: `phaselock run` puts it together again. */
static void emit_first(const struct pl_text *text)
{
	emit_piece(text, true);
}

/*
 * The last text of a process that aborts: the symbolizer gets it first. What it cannot name is
 * written as it is.
 */
static void emit_named(const struct pl_text *text)
{
	int fd = open_file();
	bool named = pl_symbolizer_write(text->start, text->length, fd >= 0 ? fd : PL_OS_STDERR);

	if (fd >= 0)
		pl_os_close(fd);
	if (!named)
		emit(text);
}

/* Room for all of a text that is to be named, for it is named as a whole; else the buffer given. */
static struct pl_text room_to_name(struct pl_text text)
{
	char *room = pl_os_map(PL_SYMBOLIZER_TEXT_MAX);

	return room != NULL ? pl_text_in(room, PL_SYMBOLIZER_TEXT_MAX) : text;
}

void pl_report_lines(const char *lines)
{
	struct pl_text text = {.start = (char *)(uintptr_t)lines, .length = strlen(lines)};

	emit(&text);
}

void pl_report_message(const char *message)
{
	char buffer[512];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	pl_text_append(&text, "phaselock: %s\n", message);
	emit(&text);
}

/* ---- a violation ----------------------------------------------------------------------------- */

static void append_cut(struct pl_text *text, const char *string, size_t most)
{
	struct pl_text part = {text->start, text->length + most + 1, text->length};

	if (part.capacity > text->capacity)
		part.capacity = text->capacity;
	pl_text_append(&part, "%s", string);
	text->length = part.length;
	if (strlen(string) > most)
		pl_text_append(text, "...");
}

/* The place of a frame: FUNCTION+0xOFFSET (PATH+0xOFFSET), as far as it is known. */
static void append_place(struct pl_text *text, const void *frame)
{
	struct pl_place place;

	pl_module_find(frame, &place);
	if (place.module == NULL) {
		pl_text_append(text, "%p", (void *)(uintptr_t)frame);
		return;
	}
	if (place.function != NULL) {
		append_cut(text, place.function, NAME_MAX_SHOWN);
		pl_text_append(text, "+0x%lx ", place.function_offset);
	}
	pl_text_append(text, "(%s+0x%lx)", place.path, place.offset);
}

/* The call as its caller might have written it. */
static void append_call(struct pl_text *text, const struct phaselock_violation *violation)
{
	pl_text_append(text, "%s(", violation->function);
	if (violation->cause == PHASELOCK_CAUSE_SEAL) {
		pl_text_append(text, ")");
		return;
	}
	if (violation->old_pointer != NULL)
		pl_text_append(text, "%p%s", (void *)(uintptr_t)violation->old_pointer,
			       violation->size > 0 ? ", " : "");
	if (violation->size > 0 || violation->old_pointer == NULL)
		pl_text_append(text, "%lu", violation->size);
	if (violation->alignment > 0)
		pl_text_append(text, ", alignment %lu", violation->alignment);
	pl_text_append(text, ")");
}

/* Appends a line, and its end; what is full is written first. */
static void append_line(struct pl_text *text, const char *line)
{
	if (text->capacity - text->length < strlen(line) + sizeof("\n")) {
		emit_first(text);
		*text = pl_text_in(text->start, text->capacity);
	}
	pl_text_append(text, "%s\n", line);
}

static PL_COLD void append_frames(struct pl_text *text, void *const *frames, unsigned count)
{
	char buffer[LINE_SIZE];

	for (unsigned i = 0; i < count; i++) {
		struct pl_text line = pl_text_in(buffer, sizeof(buffer));

		pl_text_append(&line, "    #%lu ", (uint64_t)i);
		append_place(&line, frames[i]);
		append_line(text, buffer);
	}
}

/* Who locked the heap, or began the scope, against which the violation was. */
static PL_COLD void append_lock(struct pl_text *text, const struct phaselock_violation *violation,
				const void *forbidden_by)
{
	char buffer[LINE_SIZE];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));
	struct pl_history lock;
	uint64_t before_us;

	if (violation->cause == PHASELOCK_CAUSE_FORBID) {
		if (forbidden_by == NULL)
			return;
		pl_text_append(&line, "  forbidden by ");
		append_place(&line, forbidden_by);
		append_line(text, buffer);
		return;
	}
	if (!pl_history_last(&lock))
		return;
	before_us =
		violation->time_ns > lock.time_ns ? (violation->time_ns - lock.time_ns) / 1000 : 0;
	pl_text_append(&line, "  locked %lu %s before by thread %lu \"",
		       before_us < 10000 ? before_us : before_us / 1000,
		       before_us < 10000 ? "us" : "ms", lock.thread_id);
	pl_text_quote(&line, lock.thread_name);
	pl_text_append(&line, "\"%s%s%s:", lock.option != NULL ? " (" : "",
		       lock.option != NULL ? lock.option : "", lock.option != NULL ? ")" : "");
	append_line(text, buffer);
	append_frames(text, lock.frames, lock.frame_count);
}

static void append_hex(struct pl_text *text, const unsigned char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		pl_text_append(text, "%lx%lx", (uint64_t)(bytes[i] >> 4),
			       (uint64_t)(bytes[i] & 15));
}

/* The build-id of each module of the stack, once: by it a symbolizer knows the file. */
static PL_COLD void append_build_ids(struct pl_text *text, void *const *frames, unsigned count)
{
	const unsigned char *seen[PHASELOCK_FRAMES_MAX];
	unsigned modules = 0;

	for (unsigned i = 0; i < count; i++) {
		char buffer[LINE_SIZE];
		struct pl_text line = pl_text_in(buffer, sizeof(buffer));
		struct pl_place place;
		unsigned at = 0;

		pl_module_find(frames[i], &place);
		while (at < modules && seen[at] != place.build_id)
			at++;
		if (place.build_id == NULL || place.path[0] != '/' || at < modules)
			continue;
		seen[modules++] = place.build_id;
		pl_text_append(&line, "  build-id ");
		append_hex(&line, place.build_id, place.build_id_size);
		pl_text_append(&line, " %s", place.path);
		append_line(text, buffer);
	}
}

static PL_COLD void append_verdict(struct pl_text *text, const struct pl_report_context *context)
{
	static const char *const deeds[] = {"aborting", "allowed", "denied"};
	static const char *const policies[] = {"policy=abort", "policy=allow", "policy=deny"};

	char buffer[128];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));
	const char *decided = context->by_handler ? "handler" : policies[context->verdict];

	if (context->undeniable)
		decided = "denied, but a sanitizer's allocator had served it";
	pl_text_append(&line, "phaselock: %s (%s)", deeds[context->verdict], decided);
	append_line(text, buffer);
}

/* Whether this violation is to be written; counts it if so. */
static bool is_due(const struct phaselock_violation *violation,
		   const struct pl_report_context *context)
{
	if (context->verdict == PHASELOCK_ABORT)
		return true;
	if (violation->count != 1 || max_reports == 0)
		return false;
	return atomic_fetch_add_explicit(&reports, 1, memory_order_relaxed) < max_reports;
}

static void append_heading(struct pl_text *text, const struct phaselock_violation *violation,
			   bool nested)
{
	static const char *const causes[] = {"while allocations are locked",
					     "inside a forbid scope", "of sealed allocations"};

	pl_text_append(text, "phaselock: violation: ");
	append_call(text, violation);
	pl_text_append(text, " %s\n", causes[violation->cause]);
	pl_text_append(text, "  thread %lu \"", violation->thread_id);
	pl_text_quote(text, violation->thread_name);
	pl_text_append(text, "\", ");
	if (violation->count > 0) {
		pl_text_ordinal(text, violation->count);
		pl_text_append(text, " time at this site");
	} else {
		pl_text_append(text, "at a site beyond the %lu that are kept",
			       (uint64_t)PHASELOCK_SITES_MAX);
	}
	pl_text_append(text, "%s\n", nested ? ", inside the violation handler" : "");
}

void pl_report_violation(const struct phaselock_violation *violation,
			 const struct pl_report_context *context)
{
	char buffer[BLOCK_SIZE];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));
	bool to_name = context->verdict == PHASELOCK_ABORT && pl_symbolizer_is_on();

	if (!is_due(violation, context))
		return;
	if (to_name)
		text = room_to_name(text);
	append_heading(&text, violation, context->nested);
	append_frames(&text, violation->frames, violation->frame_count);
	append_lock(&text, violation, context->forbidden_by);
	append_build_ids(&text, violation->frames, violation->frame_count);
	append_verdict(&text, context);
	if (to_name)
		emit_named(&text);
	else
		emit(&text);
}

/* ---- at exit --------------------------------------------------------------------------------- */

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void emit_site(const struct phaselock_violation *site)
{
	char buffer[SITE_SIZE];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer) - 1); /* room for the line's end */

	pl_text_append(&text, "phaselock:   %lu x %s  ", site->count, site->function);
	for (unsigned i = 0; i < site->frame_count && i < TABLE_FRAMES; i++) {
		pl_text_append(&text, "%s", i > 0 ? " < " : "");
		append_place(&text, site->frames[i]);
	}
	text.capacity++;
	pl_text_append(&text, "\n");
	emit(&text);
}

void pl_report_sites(void)
{
	struct phaselock_violation site = {0};
	size_t sites = pl_site_list(NULL, 0);
	uint64_t seen = pl_site_overflow();
	size_t lines = 0;
	char buffer[256];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	if (sites == 0)
		return;
	for (bool more = pl_site_next(&site, true); more; more = pl_site_next(&site, false))
		seen += site.count;
	pl_text_append(&text, "phaselock: %lu violation%s at %lu site%s%s, by count:\n", seen,
		       plural(seen), sites, plural(sites),
		       pl_site_overflow() > 0 ? " and more" : "");
	emit(&text);
	/* Other threads may still violate: neither the sites nor their order need be those above. */
	for (bool more = pl_site_next(&site, true); more && lines < max_reports && lines < sites;
	     more = pl_site_next(&site, false)) {
		emit_site(&site);
		lines++;
	}
	if (lines < sites) {
		text = pl_text_in(buffer, sizeof(buffer));
		pl_text_append(&text, "phaselock:   and %lu site%s more (max_reports=%lu)\n",
			       sites - lines, plural(sites - lines), (uint64_t)max_reports);
		emit(&text);
	}
}

void pl_report_unseen(const struct phaselock_unseen *unseen)
{
	char buffer[512];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	pl_text_append(&text,
		       "phaselock: %s calls %s's %s, not phaselock's: its requests are not "
		       "seen\n",
		       unseen->module, unseen->allocator, unseen->function);
	emit(&text);
}

void pl_report_stats(const struct phaselock_stats *stats)
{
	const struct {
		const char *name;
		uint64_t value;
	} lines[] = {
		{"allocations", stats->allocations},
		{"deallocations", stats->deallocations},
		{"reallocations", stats->reallocations},
		{"failed_allocations", stats->failed_allocations},
		{"bytes_requested", stats->bytes_requested},
		{"bytes_allocated", stats->bytes_allocated},
		{"bytes_deallocated", stats->bytes_deallocated},
		{"bytes_reallocated", stats->bytes_reallocated},
		{"live_allocations", stats->live_allocations},
		{"live_bytes", stats->live_bytes},
		{"locked_attempts", stats->locked_attempts},
		{"permitted_attempts", stats->permitted_attempts},
		{"locked_deallocations", stats->locked_deallocations},
		{"suppressed_attempts", stats->suppressed_attempts},
		{"threads", stats->threads},
	};
	char buffer[1024];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		/* Only bytes_reallocated is ever that large: it is a negative number. */
		bool negative = lines[i].value > INT64_MAX;

		pl_text_append(&text, "phaselock: %s: %s%lu\n", lines[i].name, negative ? "-" : "",
			       negative ? -lines[i].value : lines[i].value);
	}
	emit(&text);
}
