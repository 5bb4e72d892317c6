/* SPDX-License-Identifier: MIT */
/*
 * `phaselock run`: runs a program under the guard. It only orders the steps.
 */
#define _GNU_SOURCE
#include "arguments.h"
#include "child.h"
#include "collect.h"
#include "environment.h"
#include "library.h"
#include "page.h"
#include "program.h"
#include "result.h"
#include "say.h"
#include "summary.h"
#include "verb.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

/*
 * Returns the program's process, or 0 after it has said why there is none, with the status to end
 * with.
 */
static pid_t start(const struct arguments *arguments, const struct program *program,
		   struct collector *collector, struct page *page, int *status)
{
	char library[PATH_MAX];
	char **environment;
	pid_t child;

	*status = STATUS_NOT_CHECKED;
	if (!library_find(arguments->library, arguments->allocator, library))
		return 0;
	if (!page_make(page, collector_path(collector))) {
		say("cannot make a page of shared memory: %s", strerror(errno));
		return 0;
	}
	environment = environment_for(library, arguments->options_text, page->path);
	if (environment == NULL) {
		say("no memory for the program's environment");
		return 0;
	}
	child = child_start(program, environment);
	if (child == 0) {
		*status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_START;
		say("%s cannot be started: %s", program->path, strerror(errno));
	}
	return child;
}

/*
 * Waits a little for the processes that the program has left, as those end soon that it has just
 * told to. Returns whether one is left even so: it may run for ever, and the run must end.
 */
static bool others_still_run(const struct page *page, struct collector *collector)
{
	enum { STEPS = 100, STEP_MS = 10 };
	struct pollfd reports = {collector_fd(collector), POLLIN, 0};

	for (int i = 0; i < STEPS; i++) {
		if (!page_is_in_use(page))
			return false;
		if (poll(&reports, 1, STEP_MS) > 0 && (reports.revents & POLLIN) != 0)
			collector_read(collector);
	}
	return page_is_in_use(page);
}

int verb_run(int count, char **words)
{
	struct collector *collector;
	struct arguments arguments;
	struct page_counts counts;
	struct program program;
	enum verdict verdict;
	struct child_end end;
	struct page page;
	bool still_runs;
	pid_t child;
	int status;

	if (!arguments_read(count, words, &arguments))
		return STATUS_NOT_CHECKED;
	if (arguments.help) {
		arguments_print_usage();
		return 0;
	}
	status = program_find(arguments.program, &program);
	if (status != 0)
		return status;
	if (!child_take_signals(arguments.options.lock_signal, arguments.options.unlock_signal)) {
		say("cannot take signals: %s", strerror(errno));
		return STATUS_NOT_CHECKED;
	}
	collector = collector_new(&arguments);
	child = start(&arguments, &program, collector, &page, &status);
	if (child == 0)
		return status;
	end = child_wait(child, collector_fd(collector), collector_read, collector);
	still_runs = others_still_run(&page, collector);
	collector_end(collector);
	counts = page_read(&page);
	verdict = result_judge(&counts, &end, still_runs, &arguments.options);
	summary_print(verdict, &counts, &end, still_runs, &arguments);
	return result_status(verdict, &end);
}
