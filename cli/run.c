/* SPDX-License-Identifier: MIT */
/*
 * `phaselock run`: runs a program under the guard. It only orders the steps.
 */
#define _GNU_SOURCE
#include "arguments.h"
#include "child.h"
#include "collect.h"
#include "door.h"
#include "environment.h"
#include "hot.h"
#include "library.h"
#include "output.h"
#include "page.h"
#include "program.h"
#include "verdict.h"
#include "say.h"
#include "signals.h"
#include "summary.h"
#include "verb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What is served while the program runs. */
enum { REPORTS, DOOR, OUTPUT, SOURCES };

static void note_end(void *page, const struct process *process)
{
	page_note_end(page, process->id, process->name);
}

static void say_moment(void *page, enum pl_channel_want want)
{
	page_say_moment(page, want);
}

/* The signals and the clock of --lock-on, --unlock-on and --lock-after, for all processes. */
static void keep_moments(const struct pl_options *options, struct page *page)
{
	signals_keep_moments(&(struct signals_moments){options->lock_signal, options->unlock_signal,
						       say_moment, page});
	if (options->have_lock_after && !signals_start_clock(options->lock_after_ms))
		say("no clock for --lock-after: %s; nothing is locked by it", strerror(errno));
}

/* A file of reports is for whatever the summary has no room for. */
static bool tells_at_once(const struct arguments *arguments)
{
	return arguments->live || arguments->options.report[0] != '\0';
}

/*
 * Returns the program's process. If there is none, says why, sets the status to end with, and
 * returns 0.
 */
static pid_t start(const struct arguments *arguments, const struct program *program,
		   struct collector *collector, struct page *page, struct door *door,
		   struct output *output, int *status)
{
	char library[PATH_MAX], *hot;
	char **environment;
	pid_t child;

	*status = STATUS_NOT_CHECKED;
	if (!library_find(arguments->library, arguments->allocator, library))
		return 0;
	if (!page_make(page, &(struct page_settings){.report = collector_path(collector),
						     .options = &arguments->options,
						     .live = tells_at_once(arguments),
						     .frames = arguments->profile_frames})) {
		say("cannot make a page of shared memory: %s%s", strerror(errno),
		    errno == EFBIG && arguments->profile_frames > 0
			    ? " (a profile needs room for 1.1 GB of files, ulimit -f)"
			    : "");
		return 0;
	}
	collector_use(collector, page->record);
	if (!output_begin(output, page, arguments))
		return 0;
	door_open(door, page);
	child_watch_ends(&(struct child_ends){note_end, page});
	if (arguments->options.follow_children)
		child_adopt();
	hot = hot_find(arguments, program);
	environment = hot != NULL
			      ? environment_for(library, arguments->options_text, page->where, hot)
			      : NULL;
	free(hot);
	if (environment == NULL) {
		say("no memory for the program's environment");
		return 0;
	}
	child = child_start(program, environment, page->files, PAGE_FILES);
	if (child == 0) {
		*status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_START;
		say("%s cannot be started: %s", program->path, strerror(errno));
		return 0;
	}
	page_await(page, (uint32_t)child);
	keep_moments(&arguments->options, page);
	return child;
}

/*
 * A child that a bare clone(2) made, or libc's own call in system(), is heard of only when it
 * starts as a guarded program. If the program had a child and nobody has started, that child was
 * not guarded. Beside other processes it is not found.
 */
static bool nobody_else_came(const struct page_counts *counts)
{
	return counts->processes_started == 1 && counts->processes_forked == 0 &&
	       counts->processes_left == 0 && counts->processes_unheard == 0;
}

/* An orphan that no guarded process has left may be executing a program at this very moment. */
static bool one_still_runs(const struct page *page)
{
	if (child_orphans_run() && page_read(page).processes_left == 0)
		return true;
	return page_is_in_use(page);
}

/*
 * Waits a little for the processes that the program has left, since those that it has just told to
 * end do so soon. Returns whether one is still left: it may run for ever, but the run must end.
 */
static bool others_still_run(const struct page *page, struct child_source *sources)
{
	enum { STEPS = 100, STEP_MS = 10 };

	for (int i = 0; i < STEPS && one_still_runs(page); i++)
		child_serve(sources, SOURCES, STEP_MS);
	return one_still_runs(page);
}

/* Says of a run what would hold without its violations, for reports with a baseline. */
static void forgive(char words[SUMMARY_WORDS_SIZE], struct page_counts counts,
		    const struct child_end *end, bool still_runs, const struct pl_options *options)
{
	counts.violations = 0;
	summary_words(words, verdict_judge(&counts, end, still_runs, options), &counts, end,
		      options);
}

static int run(bool records, int count, char **words)
{
	struct child_source sources[SOURCES];
	struct collector *collector;
	struct arguments arguments = {.records = records};
	struct page_counts counts;
	struct program program;
	enum verdict verdict;
	struct child_end end;
	struct page page;
	char verdict_words[SUMMARY_WORDS_SIZE], forgiven_words[SUMMARY_WORDS_SIZE];
	struct output output;
	struct door door;
	bool still_runs;
	pid_t child;
	int status;

	if (!arguments_read(count, words, &arguments))
		return STATUS_NOT_CHECKED;
	if (arguments.help) {
		arguments_print_usage(&arguments);
		return 0;
	}
	status = program_find(arguments.program, &program);
	if (status != 0)
		return status;
	if (!signals_take(arguments.options.lock_signal, arguments.options.unlock_signal)) {
		say("cannot take signals: %s", strerror(errno));
		return STATUS_NOT_CHECKED;
	}
	collector = collector_new(&arguments);
	child = start(&arguments, &program, collector, &page, &door, &output, &status);
	if (child == 0)
		return status;
	sources[REPORTS] =
		(struct child_source){collector_fd(collector), collector_read, collector};
	sources[DOOR] = (struct child_source){door.listener, door_answer, &door};
	sources[OUTPUT] = (struct child_source){output.timer, output_step, &output};
	end = child_wait(child, sources, SOURCES);
	child_tell_orphans();
	still_runs = others_still_run(&page, sources);
	page_close(&page);
	collector_end(collector);
	counts = page_read(&page);
	if (end.had_children && nobody_else_came(&counts))
		counts.processes_unheard++;
	output_end(&output);
	verdict = verdict_judge(&counts, &end, still_runs, &arguments.options);
	if (records)
		verdict = verdict_of_record(verdict, summary_recorded(&output.record).requests);
	status = verdict_status(verdict, &end);
	if (!arguments.quiet)
		summary_print(verdict, &counts, &end, still_runs, &arguments);
	if (verdict == VERDICT_RECORDED)
		summary_record_words(verdict_words, &output.record, &end, still_runs, &arguments);
	else
		summary_words(verdict_words, verdict, &counts, &end, &arguments.options);
	forgive(forgiven_words, counts, &end, still_runs, &arguments.options);
	output_write(&output, &(struct output_words){verdict_words, forgiven_words}, status);
	if (!arguments.quiet)
		output_tell(&output, verdict_words);
	say("%s", verdict_words);
	return status;
}

int verb_run(int count, char **words)
{
	return run(false, count, words);
}

int verb_record(int count, char **words)
{
	say_for("record");
	return run(true, count, words);
}
