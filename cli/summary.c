/* SPDX-License-Identifier: MIT */
/*
 * The summary as text. It must not judge.
 */
#define _GNU_SOURCE
#include "summary.h"

#include "entry/dialect.h"
#include "common/entries.h"
#include "say.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void print_missing(uint64_t missing)
{
	char names[512];
	struct pl_text text = pl_text_in(names, sizeof(names));

	pl_entries_append(&text, missing);
	say("not armed: another allocator serves %s", names);
}

static bool is_over_jemalloc(const struct arguments *arguments)
{
	return arguments->allocator != NULL && strcmp(arguments->allocator, "jemalloc") == 0;
}

/* Why the requests of a module are not seen. */
enum reason {
	BY_DEEPBIND, /* no other reference to malloc and its kin leads past us */
	BY_DIALECT,  /* it calls an allocator by that one's own names */
	BY_OWN_ALLOCATOR,
	REASONS,
};

static enum reason reason_of(const struct page_unseen *unseen)
{
	if (pl_dialect_find(unseen->function) != NULL)
		return BY_DIALECT;
	return strcmp(unseen->module, unseen->allocator) != 0 ? BY_DEEPBIND : BY_OWN_ALLOCATOR;
}

static void print_unseen_module(const struct page_unseen *unseen)
{
	char names[512];
	struct pl_text text = pl_text_in(names, sizeof(names));

	pl_entries_append(&text, unseen->entries);
	switch (reason_of(unseen)) {
	case BY_DEEPBIND:
		say("not armed: %s was opened with RTLD_DEEPBIND: its requests go to %s (%s)",
		    unseen->module, unseen->allocator, names);
		break;
	case BY_DIALECT:
		say("not armed: %s calls %s by names of its own, as %s (in place of %s)",
		    unseen->module, unseen->allocator, unseen->function, names);
		break;
	default:
		say("not armed: %s brings an allocator of its own (%s)", unseen->module, names);
		break;
	}
}

static void print_unseen(const struct page_counts *counts, const struct arguments *arguments)
{
	const char *own = arguments->library != NULL ? arguments->library : "-lphaselock-system";
	uint64_t named = 0;
	bool found[REASONS] = {false};

	for (size_t i = 0; i < PL_CHANNEL_UNSEEN; i++) {
		if (counts->unseen[i].entries == 0)
			continue;
		print_unseen_module(&counts->unseen[i]);
		found[reason_of(&counts->unseen[i])] = true;
		named++;
	}
	if (counts->unseen_modules > named)
		say("not armed: and %" PRIu64 " module%s more", counts->unseen_modules - named,
		    plural(counts->unseen_modules - named));
	if (found[BY_DEEPBIND] && is_over_jemalloc(arguments))
		say("run it with --allocator=system: over jemalloc, blocks that pass between such "
		    "a module and others end the program");
	if (found[BY_DIALECT] && is_over_jemalloc(arguments))
		say("run it with --allocator=system: over jemalloc, blocks that pass between such "
		    "names and malloc's end the program");
	if (found[BY_DIALECT])
		say("to see such requests, build the module to call malloc() and free(), as many "
		    "do "
		    "that are configured without that allocator");
	if (found[BY_DEEPBIND])
		say("to see the requests of such a module, open it without that flag, or link it "
		    "with %s",
		    is_over_jemalloc(arguments) ? "-lphaselock" : own);
}

static void print_guard(const struct page_counts *counts, const struct arguments *arguments)
{
	bool is_whole = counts->entries_missing == 0 && counts->allocator_failed == 0 &&
			counts->unseen_modules == 0;

	if (counts->processes_started == 0)
		say("not armed: the library did not start in the program");
	else if (is_whole && counts->processes_started + counts->processes_forked == 1)
		say("armed: every entry point comes to the library");
	else if (is_whole)
		say("armed: every entry point comes to the library, in %" PRIu64
		    " program%s and %" PRIu64 " fork%s",
		    counts->processes_started, plural(counts->processes_started),
		    counts->processes_forked, plural(counts->processes_forked));
	if (counts->allocator_failed != 0)
		say("not armed: no memory for the allocator to start with in %" PRIu64
		    " program%s (is there a limit, as of ulimit -v?)",
		    counts->allocator_failed, plural(counts->allocator_failed));
	if (counts->entries_missing != 0)
		print_missing(counts->entries_missing);
	if (counts->unseen_modules != 0)
		print_unseen(counts, arguments);
}

/* What --hot did not check. Functions of modules that were unloaded again may be missed. */
static void print_hot(const struct page_counts *counts, const struct pl_options *options)
{
	const char *pattern;

	for (unsigned i = 0; (pattern = pl_options_hot(options, i)) != NULL; i++)
		if ((counts->hot >> i & 1) == 0)
			say("hot: no function is called %s", pattern);
	if (counts->hot_unread > 0)
		say("hot: %" PRIu64 " call stack%s could not be read to the end, and functions "
		    "further out were not seen",
		    counts->hot_unread, plural(counts->hot_unread));
}

static void print_phase(const char *name, const struct page_phase *phase)
{
	char served[96] = "";

	if (phase->permitted > 0 && phase->suppressed > 0)
		snprintf(served, sizeof(served), " (%" PRIu64 " permitted, %" PRIu64 " suppressed)",
			 phase->permitted, phase->suppressed);
	else if (phase->permitted > 0)
		snprintf(served, sizeof(served), " (%" PRIu64 " permitted)", phase->permitted);
	else if (phase->suppressed > 0)
		snprintf(served, sizeof(served), " (%" PRIu64 " suppressed)", phase->suppressed);
	say("%s: %" PRIu64 " request%s%s for %" PRIu64 " byte%s, %" PRIu64 " free%s", name,
	    phase->requests, plural(phase->requests), served, phase->bytes, plural(phase->bytes),
	    phase->frees, plural(phase->frees));
}

static void print_incomplete(const struct page_counts *counts, bool still_runs)
{
	uint64_t guarded = counts->processes_started + counts->processes_forked;

	if (guarded > counts->processes_ended)
		say("counts are incomplete: %" PRIu64 " of %" PRIu64
		    " ended by exec, quick_exit() or a signal%s",
		    guarded - counts->processes_ended, guarded,
		    still_runs ? ", or still runs" : "");
	if (still_runs)
		say("not awaited: a process that the program forked still runs; what it does from "
		    "now on is in no count");
}

/* Which processes were never locked, in a run in which others were. */
static void print_unchecked(const struct page_counts *counts)
{
	uint64_t named = 0;

	for (size_t i = 0; i < PL_CHANNEL_UNCHECKED; i++) {
		const struct page_unchecked *process = &counts->unchecked[i];

		if (process->id == 0)
			continue;
		say("never locked: process %" PRIu32 ", \"%s\"", process->id, process->name);
		named++;
	}
	if (counts->processes_unchecked > named)
		say("never locked: and %" PRIu64 " more", counts->processes_unchecked - named);
}

/* No violation goes without a word: says where its report is, if it is not above. */
static void print_lost(const struct page_counts *counts)
{
	uint64_t untold = counts->violations > counts->told ? counts->violations - counts->told : 0;

	if (untold > 0)
		say("no report of %" PRIu64 " violation%s: the process ended, or left its handler, "
		    "before it was written",
		    untold, plural(untold));
	if (counts->apart > 0)
		say("not here: %" PRIu64 " text%s, which a process wrote itself, unnamed, to its "
		    "stderr or the file of report=: the way to this command was closed to it, or "
		    "full",
		    counts->apart, plural(counts->apart));
	if (counts->lost > 0)
		say("lost: %" PRIu64 " text%s of the library, which neither the pipe nor stderr of "
		    "the process took",
		    counts->lost, plural(counts->lost));
}

/* libc's free() ends the program by one of these signals when it does not know a block. */
static void print_likely_reason(const struct page_counts *counts, const struct child_end *end,
				const struct arguments *arguments)
{
	bool is_ours = counts->violations > 0 && arguments->options.policy == PHASELOCK_ABORT;

	if (!is_over_jemalloc(arguments) || counts->entries_missing != 0 || is_ours ||
	    (end->signal != SIGABRT && end->signal != SIGSEGV && end->signal != SIGBUS))
		return;
	say("SIG%s: if it does not come without the guard, a plug-in opened with RTLD_DEEPBIND is "
	    "the likely reason, whose free() is libc's and knows no block of jemalloc; use "
	    "--allocator=system",
	    sigabbrev_np(end->signal));
}

void summary_print(enum verdict verdict, const struct page_counts *counts,
		   const struct child_end *end, bool still_runs, const struct arguments *arguments)
{
	print_guard(counts, arguments);
	if (counts->processes_started > 0) {
		print_hot(counts, &arguments->options);
		print_phase("init", &counts->init);
		print_phase("locked", &counts->locked);
		print_incomplete(counts, still_runs);
		print_lost(counts);
		print_likely_reason(counts, end, arguments);
	}
	if (verdict == VERDICT_NOT_ALL_LOCKED)
		print_unchecked(counts);
}
