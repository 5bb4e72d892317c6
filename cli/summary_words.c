/* SPDX-License-Identifier: MIT */
/*
 * The verdict in words. It must not judge.
 */
#define _GNU_SOURCE
#include "summary.h"

#include "common/format.h"

#include <phaselock/watch.h>

#include <signal.h>
#include <string.h>

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* Whatever the verdict is, it must not hide that a signal ended the program. */
void summary_append_signal(struct pl_text *text, const struct child_end *end)
{
	const char *name = sigabbrev_np(end->signal); /* NULL: a real-time signal has none */

	if (end->signal == 0)
		return;
	pl_text_append(text, "; signal %lu", (unsigned long)end->signal);
	if (name != NULL)
		pl_text_append(text, " (SIG%s)", name);
	pl_text_append(text, " ended the program");
}

/* Returns whether that is why nothing was locked. */
static bool append_handler_gone(struct pl_text *text, const struct page_counts *counts,
				const struct pl_options *options)
{
	const char *name = sigabbrev_np(options->lock_signal);

	if (counts->handlers_gone == 0 || options->lock_signal == 0)
		return false;
	pl_text_append(text, "FAIL: nothing was checked, for the program took the guard's handler "
			     "of signal ");
	if (name != NULL)
		pl_text_append(text, "SIG%s", name);
	else
		pl_text_append(text, "%lu", (unsigned long)options->lock_signal);
	pl_text_append(text, " away (send it to phaselock run)");
	return true;
}

/*
 * Handles a run in which only the program's own assertions judged anything, by its status. Returns
 * whether this is such a run.
 */
static bool append_assertions(struct pl_text *text, const struct page_counts *counts,
			      const struct child_end *end)
{
	if (counts->watches == 0 || counts->locks > 0 || counts->scopes > 0 || counts->hot != 0)
		return false;
	pl_text_append(text, "%s: %lu heap assertion%s, which the program judged",
		       end->status == 0 ? "PASS" : "FAIL", (unsigned long)counts->watches,
		       plural(counts->watches));
	if (end->status != 0)
		pl_text_append(text, "; it ended with status %lu", (unsigned long)end->status);
	return true;
}

/* What came of the assertions that the program made of its requests. */
static void append_checks(struct pl_text *text, const struct page_counts *counts)
{
	uint64_t held = counts->checks[PHASELOCK_HELD], failed = verdict_failed_checks(counts);
	uint64_t skipped = counts->checks[PHASELOCK_NOT_JUDGED];

	if (failed > 0)
		pl_text_append(text, "%lu of %lu heap assertion%s failed", failed, held + failed,
			       plural(held + failed));
	else
		pl_text_append(text, "%lu heap assertion%s held", held, plural(held));
	if (skipped > 0)
		pl_text_append(text, ", %lu %s skipped", skipped, skipped == 1 ? "was" : "were");
}

static void append_pass(struct pl_text *text, const struct page_counts *counts,
			const struct child_end *end)
{
	bool is_judged = counts->checks[PHASELOCK_HELD] > 0 || verdict_failed_checks(counts) > 0;

	if (!is_judged && append_assertions(text, counts, end))
		return;
	pl_text_append(text, "PASS");
	if (is_judged) {
		pl_text_append(text, ": ");
		append_checks(text, counts);
		if (verdict_failed_checks(counts) > 0)
			pl_text_append(text, " in child processes, which the program judged");
	}
	if (end->status != 0)
		pl_text_append(text, "%s; the program ended with status %lu",
			       is_judged ? "" : ": no violation", (unsigned long)end->status);
}

static void append_verdict(struct pl_text *text, enum verdict verdict,
			   const struct page_counts *counts, const struct child_end *end,
			   const struct pl_options *options)
{
	switch (verdict) {
	case VERDICT_PASS:
		append_pass(text, counts, end);
		break;
	case VERDICT_SIGNAL:
		pl_text_append(text, "FAIL: no violation");
		break;
	case VERDICT_VIOLATIONS:
		pl_text_append(text, "FAIL: %lu violation%s", (unsigned long)counts->violations,
			       plural(counts->violations));
		break;
	case VERDICT_CHECKS:
		pl_text_append(text, "FAIL: ");
		append_checks(text, counts);
		if (end->signal == 0)
			pl_text_append(text, "; the program ended with status %lu%s",
				       (unsigned long)end->status,
				       end->status == 0 ? " all the same" : "");
		break;
	case VERDICT_NOT_STARTED:
	case VERDICT_NOT_ARMED:
		pl_text_append(text, "FAIL: the guard was not armed");
		break;
	case VERDICT_REPLACED:
		pl_text_append(text, "FAIL: ");
		if (counts->violations > 0)
			pl_text_append(text, "%lu violation%s, and ",
				       (unsigned long)counts->violations,
				       plural(counts->violations));
		pl_text_append(text,
			       "the program replaced itself by exec, and what it became was "
			       "not guarded%s",
			       options->follow_children ? "" : " (use --follow-children)");
		break;
	case VERDICT_NOT_AT_MAIN:
		pl_text_append(text, "FAIL: the lock before main() could not be set");
		break;
	case VERDICT_NO_HOT:
		pl_text_append(text, "FAIL: not checked, for no function has a name of --hot");
		break;
	case VERDICT_HOT_UNREAD:
		pl_text_append(text, "FAIL: not checked, for there is code without unwind tables "
				     "under which --hot sees nothing");
		break;
	case VERDICT_STILL_RUNS:
		pl_text_append(text, "FAIL: the program ended before a process that it forked "
				     "(keep it in the foreground, or have it wait)");
		break;
	case VERDICT_NOT_COUNTED:
		pl_text_append(
			text,
			"FAIL: %lu process%s could not be counted (only what ends by exit() or "
			"_exit(), or is executed with the environment of the guard, can be)",
			(unsigned long)counts->processes_unheard,
			counts->processes_unheard == 1 ? "" : "es");
		break;
	case VERDICT_NOT_ALL_LOCKED:
		pl_text_append(text,
			       "FAIL: %lu process%s never locked (lock earlier, as by "
			       "--lock-at=main, or give lock=never if it is meant)",
			       (unsigned long)counts->processes_unchecked,
			       counts->processes_unchecked == 1 ? " was" : "es were");
		break;
	case VERDICT_NOT_LOCKED:
		if (append_handler_gone(text, counts, options))
			break;
		pl_text_append(text, "FAIL: nothing was checked, for nothing was locked "
				     "(use --lock-at=main, or lock=never if it is meant)");
		break;
	case VERDICT_NOT_TO_CHECK:
		pl_text_append(text, "not checked (lock=never)");
		break;
	case VERDICT_NOT_RECORDED:
		pl_text_append(text, "FAIL: nothing was recorded (is there a limit, as of "
				     "ulimit -v, or did the program make no request?)");
		break;
	case VERDICT_RECORDED: /* told by summary_record.c */
		break;
	}
}

void summary_words(char words[SUMMARY_WORDS_SIZE], enum verdict verdict,
		   const struct page_counts *counts, const struct child_end *end,
		   const struct pl_options *options)
{
	struct pl_text text = pl_text_in(words, SUMMARY_WORDS_SIZE);

	append_verdict(&text, verdict, counts, end, options);
	summary_append_signal(&text, end);
}
