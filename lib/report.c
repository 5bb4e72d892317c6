/* SPDX-License-Identifier: MIT */
/*
 * The reports, written by write(2) from a buffer on the stack. It decides how a thing is said,
 * never what happens.
 */
#include "report.h"

#include "format.h"
#include "module.h"
#include "os.h"
#include "site.h"

#include <stdatomic.h>
#include <string.h>

#define PATH_SIZE 1024
#define BLOCK_SIZE 4096
#define FRAME_SIZE 512
#define VERDICT_SIZE 128
#define SITE_SIZE 1024
#define TABLE_FRAMES 4 /* of a site in the closing table */

/* Written by pl_report_configure() in the constructor, read by any thread. */
static char path[PATH_SIZE];
static unsigned max_reports = 20;

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

	for (const char *c = path; *c != '\0'; c++) {
		if (c[0] == '%' && c[1] == 'p') {
			pl_text_append(&name, "%lu", pl_os_process_id());
			c++;
		} else {
			char one[2] = {*c, '\0'};

			pl_text_append(&name, "%s", one);
		}
	}
	return pl_os_open_append(buffer);
}

bool pl_report_usable(void)
{
	int fd = path[0] != '\0' ? open_file() : PL_OS_STDERR;

	if (fd < 0) {
		path[0] = '\0';
		return false;
	}
	if (fd != PL_OS_STDERR)
		pl_os_close(fd);
	return true;
}

static void emit(const struct pl_text *text)
{
	int fd = path[0] != '\0' ? open_file() : -1;

	pl_os_write(fd >= 0 ? fd : PL_OS_STDERR, text->start, text->length);
	if (fd >= 0)
		pl_os_close(fd);
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

static void append_place(struct pl_text *text, const void *frame)
{
	struct pl_place place;

	pl_module_find(frame, &place);
	if (place.module == NULL)
		pl_text_append(text, "%p", (void *)(uintptr_t)frame);
	else if (place.function != NULL)
		pl_text_append(text, "%s(%s+0x%lx)", place.module, place.function,
			       place.function_offset);
	else
		pl_text_append(text, "%s+0x%lx", place.module, place.offset);
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

/* A line of its own, cut if a mangled name is beyond all measure; what is full is written first. */
static void append_frame(struct pl_text *text, unsigned number, const void *frame)
{
	char buffer[FRAME_SIZE];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));

	pl_text_append(&line, "    #%lu ", (uint64_t)number);
	append_place(&line, frame);
	if (text->capacity - text->length < FRAME_SIZE + VERDICT_SIZE) {
		emit(text);
		*text = pl_text_in(text->start, text->capacity);
	}
	pl_text_append(text, "%s\n", buffer);
}

static void append_verdict(struct pl_text *text, const struct pl_report_context *context)
{
	static const char *const deeds[] = {"aborting", "allowed", "denied"};
	static const char *const policies[] = {"policy=abort", "policy=allow", "policy=deny"};

	const char *decided = context->by_handler ? "handler" : policies[context->verdict];

	if (context->undeniable)
		decided = "denied, but a sanitizer's allocator had served it";
	pl_text_append(text, "phaselock: %s (%s)\n", deeds[context->verdict], decided);
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

void pl_report_violation(const struct phaselock_violation *violation,
			 const struct pl_report_context *context)
{
	static const char *const causes[] = {"while allocations are locked",
					     "inside a forbid scope", "of sealed allocations"};
	char buffer[BLOCK_SIZE];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	if (!is_due(violation, context))
		return;
	pl_text_append(&text, "phaselock: violation: ");
	append_call(&text, violation);
	pl_text_append(&text, " %s\n", causes[violation->cause]);
	pl_text_append(&text, "  thread %lu \"", violation->thread_id);
	pl_text_quote(&text, violation->thread_name);
	pl_text_append(&text, "\", ");
	if (violation->count > 0) {
		pl_text_ordinal(&text, violation->count);
		pl_text_append(&text, " time at this site");
	} else {
		pl_text_append(&text, "at a site beyond the %lu that are kept",
			       (uint64_t)PHASELOCK_SITES_MAX);
	}
	pl_text_append(&text, "%s\n", context->nested ? ", inside the violation handler" : "");
	for (unsigned i = 0; i < violation->frame_count; i++)
		append_frame(&text, i, violation->frames[i]);
	append_verdict(&text, context);
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
