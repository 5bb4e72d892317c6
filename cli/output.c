/* SPDX-License-Identifier: MIT */
/*
 * The record of a run, from the memory that the processes share to a file. They never write to the
 * file themselves: a full disk would end them by SIGBUS, and so would whoever cuts it (decision
 * 0035).
 */
#define _GNU_SOURCE
#include "output.h"

#include "child.h"
#include "group.h"
#include "names.h"
#include "report_record.h"
#include "say.h"
#include "screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <phaselock/phaselock.h>

#define VERSION                                                                                    \
	PL_TEXT_OF(PHASELOCK_VERSION_MAJOR)                                                        \
	"." PL_TEXT_OF(PHASELOCK_VERSION_MINOR) "." PL_TEXT_OF(PHASELOCK_VERSION_PATCH)

/* As long as a write took, times this, none follows: a large profile shall cost little. */
#define REST 20

#define LINES_TYPED                                                                                \
	((size_t)2) /* what was typed, and where the next command is: on that screen too */

/* ---- what the run is ------------------------------------------------------------------------- */

static bool is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "%+,-./:=@_";

	return word[0] != '\0' && word[strspn(word, plain)] == '\0';
}

static void append_word(struct pl_text *text, const char *word)
{
	if (is_plain(word)) {
		pl_text_append(text, "%s", word);
		return;
	}
	pl_text_append(text, "'");
	for (; *word != '\0'; word++) {
		const char one[] = {*word, '\0'};

		pl_text_append(text, "%s", *word == '\'' ? "'\\''" : one);
	}
	pl_text_append(text, "'");
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void describe(struct record_run *run, char **words)
{
	struct pl_text command = pl_text_in(run->command, sizeof(run->command));

	snprintf(run->version, sizeof(run->version), "%s", VERSION);
	run->start_s = (uint64_t)time(NULL);
	run->start_ns = monotonic_ns();
	for (size_t i = 0; words[i] != NULL; i++) {
		pl_text_append(&command, "%s", i > 0 ? " " : "");
		append_word(&command, words[i]);
	}
}

/* ---- while it runs --------------------------------------------------------------------------- */

/* Changes when there is something new in the record. */
static uint64_t state_of(const struct page *page)
{
	const struct pl_layout *layout = page->record;
	uint64_t state;

	if (layout == NULL)
		return 0;
	state = layout->images_taken + layout->sites_taken + layout->modules_taken +
		layout->stages_told + page->channel->violations;
	for (size_t i = 0; i < sizeof(page->channel->checks) / sizeof(page->channel->checks[0]);
	     i++)
		state += page->channel->checks[i];
	for (uint32_t i = 0; page->profile != NULL && i < PL_LAYOUT_IMAGES; i++) {
		if (i >= layout->images_taken)
			break;
		state += page->profile->processes[i].requests + page->profile->processes[i].frees;
	}
	return state;
}

static bool take(struct output *output)
{
	return output->page->record != NULL &&
	       record_take(&output->record, output->page->record, output->page->profile);
}

static bool write_part(struct output *output)
{
	char *part;
	bool is_written;

	if (asprintf(&part, "%s.part", output->arguments->output) < 0)
		return false;
	is_written = record_write(&output->record, part);
	free(part);
	return is_written;
}

/*
 * Whether the file of the record may be written. What is there is somebody's record, that of a run
 * that was cut off too; and renaming another file over a device would replace the device.
 */
static bool may_write(const char *path, const char *name, bool force)
{
	struct stat file;

	if (lstat(path, &file) != 0)
		return true; /* if it is for another reason, writing says so */
	if (!S_ISREG(file.st_mode)) {
		say("--output=%s: %s is no regular file; give another name", name, path);
		return false;
	}
	if (!force)
		say("%s is there already; give another name by --output=FILE, or --force to "
		    "replace it",
		    path);
	return force;
}

static bool may_begin(const struct arguments *arguments)
{
	char *part;
	bool may;

	if (asprintf(&part, "%s.part", arguments->output) < 0)
		return false;
	may = may_write(arguments->output, arguments->output, arguments->force) &&
	      may_write(part, arguments->output, arguments->force);
	free(part);
	return may;
}

bool output_begin(struct output *output, const struct page *page, const struct arguments *arguments)
{
	const struct itimerspec second = {{1, 0}, {1, 0}};

	*output = (struct output){.page = page, .arguments = arguments, .timer = -1};
	describe(&output->record.run, arguments->program);
	if (arguments->output == NULL)
		return true;
	if (!may_begin(arguments))
		return false;
	output->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return output->timer >= 0 && timerfd_settime(output->timer, 0, &second, NULL) == 0 &&
	       write_part(output);
}

void output_step(void *context)
{
	struct output *output = context;
	uint64_t times, before, state = state_of(output->page);

	if (read(output->timer, &times, sizeof(times)) < 0 || state == output->written)
		return;
	before = monotonic_ns();
	if (before < output->not_before_ns)
		return;
	output->written = state;
	if (take(output))
		write_part(output);
	output->not_before_ns = before + REST * (monotonic_ns() - before);
}

/* ---- its end --------------------------------------------------------------------------------- */

static void find_names(struct output *output)
{
	const struct namer_options options = {
		.debug_path = output->arguments->debug_path,
		.debuginfod = output->arguments->debuginfod,
		.complain = say,
		.watched = child_signals,
		.meanwhile = child_pass_signals_on,
	};
	struct namer *namer;

	if ((output->record.site_count == 0 && output->record.profile.node_count == 0) ||
	    strcmp(output->arguments->options.symbolize, "0") == 0)
		return;
	namer = namer_new(&options);
	if (namer == NULL)
		return;
	names_collect(&output->record, namer);
	namer_free(namer);
}

void output_end(struct output *output)
{
	output->end_ns = monotonic_ns();
	if (!take(output))
		say("no record of the run: no memory, or a limit (ulimit -f)");
	find_names(output);
}

void output_write(struct output *output, const struct output_words *said, int status)
{
	struct record_run *run = &output->record.run;
	const char *words = said->all, *colon = strstr(words, ": ");
	size_t length = colon != NULL ? (size_t)(colon - words) : strcspn(words, "(;");

	while (length > 0 && words[length - 1] == ' ')
		length--;
	snprintf(run->verdict, sizeof(run->verdict), "%.*s", (int)length, words);
	snprintf(run->reason, sizeof(run->reason), "%s",
		 colon != NULL ? colon + 2 : words + length);
	snprintf(run->forgiven, sizeof(run->forgiven), "%s", said->forgiven);
	run->status = status;
	run->end_ns = output->end_ns;
	run->violations = page_read(output->page).violations;
	if (output->arguments->output != NULL)
		record_write(&output->record, output->arguments->output);
}

void output_tell(struct output *output, const char *verdict)
{
	size_t around = LINES_TYPED + say_lines() + say_lines_of(verdict);
	unsigned most = output->arguments->options.max_reports;
	/* The number that is a limit for reports by default is none for rows: they fit a screen. */
	struct screen_options screen = {.top = most != PL_OPTIONS_REPORTS ? most : 0};
	struct report report = {.status = 0};

	/* A profile is for `phaselock report`. */
	if (most == 0 || output->record.site_count == 0)
		return;
	report_add_record(&report, &output->record);
	group_find_origins(&report);
	screen_fit(stderr, &screen);
	screen.height = screen.height > around ? screen.height - around : 1;
	screen_print(stderr, &report, &screen);
	report_free(&report);
}
