/* SPDX-License-Identifier: MIT */
/*
 * Runs a function with each of its requests failing in turn, counts the faults and describes them.
 * It must not know how one run is made.
 */
#define PHASELOCK_OPTIONAL
#include "check.h"
#include "first.h"
#include "outcome.h"
#include "message.h"
#include "one_failure.h"
#include "text.h"

#include "../lib/common/sized.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS_MAX 10000
#define HANGS_MAX 3

static _Thread_local char *message; /* about the thread's last call */

/* Counts a run by the way it ended. Returns whether that is a fault. */
static bool count_end(struct phaselock_faults *faults, const struct child *child)
{
	switch (child->end) {
	case CHILD_FINISHED:
		faults->wrong_results += child->number != 0;
		return child->number != 0;
	case CHILD_KILLED:
		faults->crashes++;
		break;
	case CHILD_HUNG:
		faults->hangs++;
		break;
	default:
		faults->others++;
		break;
	}
	return true;
}

static bool has_leaks(const struct child *child)
{
	const struct one_failure *run = child->shared;

	return child->end == CHILD_FINISHED && (run->tally.leaked_blocks > 0 || run->leaks_unknown);
}

static void append_run(struct text *text, const struct child *child, uint64_t nth)
{
	const struct one_failure *run = child->shared;

	if (run != NULL && run->failed) {
		text_append(text, "request %lu failed:\n", (unsigned long)nth);
		text_append(text, "  %s", run->request);
	} else {
		text_append(text, "no request failed:\n");
	}
	if (child->end == CHILD_FINISHED && child->number != 0)
		text_append(text, "  and it returned %d\n", child->number);
	if (child->end != CHILD_FINISHED) {
		text_append(text, "  and it ");
		child_describe(child, text);
		text_append(text, "\n");
	}
	if (has_leaks(child)) {
		text_append(text, "  and %lu block%s still allocated%s:\n",
			    (unsigned long)run->tally.leaked_blocks,
			    run->tally.leaked_blocks == 1 ? " is" : "s are",
			    run->leaks_unknown ? ", and more than can be followed" : "");
		text_append(text, "%s", run->leaks);
	}
	child_quote(child, text);
}

/* The counts are those of the last run, in which no request failed; leaked blocks, of all runs. */
static void add_tally(struct tally *sum, const struct tally *run)
{
	uint64_t leaked = sum->leaked_blocks + run->leaked_blocks;

	*sum = *run;
	sum->leaked_blocks = leaked;
}

/* Makes one run. Returns whether there is a next request to let fail. */
static bool run_one(int (*function)(void *context), void *context, struct phaselock_faults *faults,
		    struct tally *tally, struct text *text)
{
	uint64_t nth = faults->runs + 1;
	const struct one_failure *run;
	struct child child;
	bool wrong, more;

	one_failure_run(&child, function, context, nth);
	faults->runs++;
	wrong = count_end(faults, &child);
	if (has_leaks(&child)) {
		faults->leaks++;
		wrong = true;
	}
	if (wrong)
		append_run(text, &child, nth);
	run = child.shared;
	if (run != NULL)
		add_tally(tally, &run->tally);
	more = run != NULL && run->failed && child.end != CHILD_NOT_MADE;
	child_release(&child);
	return more;
}

static unsigned sum(const struct phaselock_faults *faults)
{
	return faults->crashes + faults->leaks + faults->wrong_results + faults->hangs +
	       faults->others + faults->gave_up;
}

static void append_count(struct text *text, const char *separator, unsigned count, const char *one,
			 const char *many)
{
	text_append(text, "%s%u %s", separator, count, count == 1 ? one : many);
}

static void append_summary(struct text *text, const struct phaselock_faults *faults,
			   const char *name)
{
	text_append(text, "asserted ");
	text_append_name(text, name, NAME_SIZE);
	text_append(text, ": ");
	append_count(text, "", faults->crashes, "crash", "crashes");
	append_count(text, ", ", faults->leaks, "leak", "leaks");
	append_count(text, ", ", faults->wrong_results, "wrong result", "wrong results");
	append_count(text, ", ", faults->hangs, "hang", "hangs");
	if (faults->others > 0)
		append_count(text, ", ", faults->others, "run without an end of its own",
			     "runs without an end of their own");
	append_count(text, " in ", faults->runs, "run", "runs");
	text_append(text, "%s\n",
		    faults->gave_up ? "; given up before a run in which no request failed" : "");
}

/* Returns the thread's text about all runs, or a constant one if there is no memory for it. */
static const char *run_all(int (*function)(void *context), void *context,
			   struct phaselock_faults *faults, struct tally *tally, const char *name)
{
	unsigned runs_max = faults->runs_max != 0 ? faults->runs_max : RUNS_MAX;
	char *details;
	struct text text;
	bool more = true;

	*faults = (struct phaselock_faults){.runs_max = faults->runs_max};
	phaselock_permit_begin();
	details = malloc(MESSAGE_SIZE);
	if (message == NULL)
		message = malloc(MESSAGE_SIZE);
	phaselock_permit_end();
	if (details == NULL || message == NULL) {
		free(details);
		faults->others = 1;
		return "asserted that it survives failures: there is no memory for the test itself";
	}
	text = (struct text){.start = details, .size = MESSAGE_SIZE - 512};
	details[0] = '\0';
	while (more && faults->runs < runs_max && faults->hangs < HANGS_MAX)
		more = run_one(function, context, faults, tally, &text);
	faults->gave_up = more;
	text = (struct text){.start = message, .size = MESSAGE_SIZE};
	append_summary(&text, faults, name);
	text_append(&text, "%s", details);
	phaselock_permit_begin();
	free(details);
	if (sum(faults) > 0)
		first_tell(message, MESSAGE_SIZE);
	phaselock_permit_end();
	return message;
}

unsigned phaselock_for_each_failure_(int (*function)(void *context), void *context,
				     struct phaselock_faults *faults, size_t size, const char *file,
				     int line, bool skip_if_absent)
{
	const struct phaselock_check_spec spec = {.kind = PHASELOCK_CHECK_SURVIVES,
						  .name = "phaselock_for_each_failure",
						  .file = file,
						  .line = line,
						  .skip_if_absent = skip_if_absent};
	struct phaselock_faults own = {0};
	struct tally tally = {0};

	if (faults != NULL)
		pl_sized_copy(&own, sizeof(own), faults, size);
	if (check_can_see(&spec))
		own.message =
			run_all(function, context, &own, &tally, "phaselock_for_each_failure");
	else
		own = (struct phaselock_faults){.others = 1, .message = ""};
	if (faults != NULL)
		pl_sized_copy(faults, size, &own, sizeof(own));
	return sum(&own);
}

void phaselock_assert_survives_failures_(int (*function)(void *context), void *context,
					 const char *name, const char *file, int line,
					 bool skip_if_absent)
{
	const struct phaselock_check_spec spec = {.kind = PHASELOCK_CHECK_SURVIVES,
						  .name = name,
						  .file = file,
						  .line = line,
						  .skip_if_absent = skip_if_absent};
	struct phaselock_faults faults = {0};
	struct tally tally = {0};
	const char *text;

	if (!check_can_see(&spec))
		return;
	text = run_all(function, context, &faults, &tally, name);
	outcome_tell_text(&spec, sum(&faults) == 0 ? PHASELOCK_CHECK_HOLDS : PHASELOCK_CHECK_FAILED,
			  text, tally);
}
