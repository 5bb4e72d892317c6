/* SPDX-License-Identifier: MIT */
/*
 * The judgement of a run. It must not know how it is told.
 */
#define _GNU_SOURCE
#include "verdict.h"

#include "verb.h"

#include <phaselock/watch.h>

uint64_t verdict_failed_checks(const struct page_counts *counts)
{
	return counts->checks[PHASELOCK_FAILED] + counts->checks[PHASELOCK_UNARMED];
}

/*
 * What fails in a child of fork(), its parent judges, which may have made the child for that. All
 * other assertions fail, whatever the program ends with.
 */
static bool has_failed_checks(const struct page_counts *counts, const struct child_end *end)
{
	uint64_t failed = verdict_failed_checks(counts);

	if (end->status == 0 && end->signal == 0)
		return failed > counts->checks_failed_in_forks;
	return failed > 0;
}

enum verdict verdict_judge(const struct page_counts *counts, const struct child_end *end,
			   bool still_runs, const struct pl_options *options)
{
	bool is_checked = counts->locks > 0 || counts->scopes > 0 || counts->hot != 0 ||
			  counts->watches > 0 || counts->checks[PHASELOCK_HELD] > 0;

	/* Whatever was violated before: the program that replaced it was not guarded at all. */
	if (counts->processes_started > 0 && !end->has_mark)
		return VERDICT_REPLACED;
	/* A violation is one, whatever else there was. */
	if (counts->violations > 0)
		return VERDICT_VIOLATIONS;
	if (has_failed_checks(counts, end))
		return VERDICT_CHECKS;
	if (counts->processes_started == 0)
		return VERDICT_NOT_STARTED;
	if (counts->entries_missing != 0 || counts->allocator_failed != 0 ||
	    counts->unseen_modules != 0)
		return VERDICT_NOT_ARMED;
	if (counts->lock_at_main_failed > 0)
		return VERDICT_NOT_AT_MAIN;
	if (options->hot[0] != '\0' && counts->hot == 0)
		return VERDICT_NO_HOT;
	if (counts->hot_unread > 0)
		return VERDICT_HOT_UNREAD;
	if (!is_checked && options->lock_never_given)
		return VERDICT_NOT_TO_CHECK;
	if (still_runs)
		return VERDICT_STILL_RUNS;
	if (options->follow_children && counts->processes_unheard > 0)
		return VERDICT_NOT_COUNTED;
	if (!is_checked)
		return VERDICT_NOT_LOCKED;
	/*
	 * If there are scopes alone, a process that reaches none has nothing to check; and a
	 * program that judges itself makes processes for that, which need not lock.
	 */
	if (counts->locks > 0 && counts->watches == 0 && counts->processes_unchecked > 0 &&
	    !options->lock_never_given)
		return VERDICT_NOT_ALL_LOCKED;
	return end->signal != 0 ? VERDICT_SIGNAL : VERDICT_PASS;
}

enum verdict verdict_of_record(enum verdict verdict, uint64_t requests)
{
	switch (verdict) {
	case VERDICT_REPLACED:
	case VERDICT_NOT_STARTED:
	case VERDICT_NOT_ARMED:
		return verdict;
	default:
		return requests > 0 ? VERDICT_RECORDED : VERDICT_NOT_RECORDED;
	}
}

int verdict_status(enum verdict verdict, const struct child_end *end)
{
	switch (verdict) {
	case VERDICT_PASS:
	case VERDICT_SIGNAL:
	case VERDICT_NOT_TO_CHECK:
	case VERDICT_RECORDED:
		return end->status;
	case VERDICT_CHECKS:
		return end->status != 0 ? end->status : STATUS_VIOLATION;
	case VERDICT_VIOLATIONS:
		return STATUS_VIOLATION;
	default:
		return STATUS_NOT_CHECKED;
	}
}
