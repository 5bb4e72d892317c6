/* SPDX-License-Identifier: MIT */
/* Writes what is said when the process exits. It must not know when that is. */
#include "life/closing.h"

#include "entry/dialect.h"
#include "common/layout.h"
#include "common/format.h"
#include "report/frame.h"
#include "reaction/hot_functions.h"
#include "stack/kept.h"
#include "common/settings.h"
#include "report/sink.h"
#include "reaction/site.h"

#define SITE_SIZE 1536
#define TABLE_FRAMES 4 /* frames per site */

void pl_closing_configure(unsigned most)
{
	pl_settings.lines = (struct pl_setting){true, most};
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void write_site(const struct phaselock_violation *site)
{
	char buffer[SITE_SIZE];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer) - 1); /* room for the newline */

	pl_text_append(&text, "phaselock:   %lu x %s  ", site->count, site->function);
	for (unsigned i = 0; i < site->frame_count && i < TABLE_FRAMES; i++) {
		struct pl_place place;

		/* The module may have been unloaded since. */
		pl_kept_find(site->frames[i], &place);
		pl_text_append(&text, "%s", i > 0 ? " < " : "");
		pl_frame_append(&text, &place);
	}
	text.capacity++;
	pl_text_append(&text, "\n");
	pl_sink_write(&text, PL_SINK_WHOLE);
}

void pl_closing_sites(void)
{
	struct phaselock_violation site = {0};
	size_t sites = pl_site_list(NULL, 0, 0);
	uint64_t seen = pl_site_total();
	const unsigned most = pl_setting_or(pl_settings.lines, PL_OPTIONS_REPORTS);
	size_t lines = 0;
	char buffer[256];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	/* Not `sites`: it may be 0 although there were violations outside the table. */
	if (seen == 0)
		return;
	pl_text_append(&text, "phaselock: %lu violation%s at %lu site%s%s, by count:\n", seen,
		       plural(seen), sites, plural(sites),
		       pl_site_overflow() > 0 ? " and more" : "");
	pl_sink_write(&text, PL_SINK_WHOLE);
	/*
	 * Other threads may still violate, so the sites and their order may differ from the line
	 * above.
	 */
	for (bool more = pl_site_next(&site, true); more && lines < most && lines < sites;
	     more = pl_site_next(&site, false)) {
		write_site(&site);
		lines++;
	}
	if (lines < sites) {
		text = pl_text_in(buffer, sizeof(buffer));
		pl_text_append(&text, "phaselock:   and %lu site%s more (max_reports=%lu)\n",
			       sites - lines, plural(sites - lines), (uint64_t)most);
		pl_sink_write(&text, PL_SINK_WHOLE);
	}
}

void pl_closing_hot(bool tell_unmatched)
{
	uint64_t unread = pl_hot_functions_unread();
	const char *pattern;
	char buffer[512];

	for (unsigned i = 0; (pattern = pl_options_hot(&pl_settings.options, i)) != NULL; i++) {
		struct pl_text text = pl_text_in(buffer, sizeof(buffer));

		if (!tell_unmatched || pl_hot_functions_matched(i))
			continue;
		pl_text_append(&text, "phaselock: hot: no function is called ");
		pl_text_quote(&text, pattern);
		pl_text_append(&text, "\n");
		pl_sink_write(&text, PL_SINK_WHOLE);
	}
	if (unread > 0) {
		struct pl_text text = pl_text_in(buffer, sizeof(buffer));

		pl_text_append(&text,
			       "phaselock: hot: %lu call stack%s could not be read to the end, and "
			       "functions further out were not seen\n",
			       unread, plural(unread));
		pl_sink_write(&text, PL_SINK_WHOLE);
	}
}

void pl_closing_unseen(const struct phaselock_unseen *unseen)
{
	char buffer[512];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	pl_text_append(&text, "phaselock: ");
	pl_text_escape(&text, unseen->module, SIZE_MAX);
	pl_text_append(&text, " calls ");
	pl_text_escape(&text, unseen->allocator, SIZE_MAX);
	pl_text_append(&text, "'s %s, not phaselock's: its requests %sare not seen\n",
		       unseen->function,
		       pl_dialect_find(unseen->function) != NULL ? "by such names " : "");
	pl_sink_write(&text, PL_SINK_WHOLE);
}

void pl_closing_stats(const struct phaselock_stats *stats)
{
#define LINE(name) {#name, stats->name},
	const struct {
		const char *name;
		uint64_t value;
	} lines[] = {PL_LAYOUT_STATISTICS(LINE)};
	char buffer[1024];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		/* Only bytes_reallocated is ever that large, when it is negative. */
		bool negative = lines[i].value > INT64_MAX;

		pl_text_append(&text, "phaselock: %s: %s%lu\n", lines[i].name, negative ? "-" : "",
			       negative ? -lines[i].value : lines[i].value);
	}
	pl_sink_write(&text, PL_SINK_WHOLE);
}
