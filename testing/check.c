/* SPDX-License-Identifier: MIT */
/*
 * Begins and ends assertions, by whichever way a block is left. It must not know how they are
 * judged, nor who is told.
 */
#define PHASELOCK_OPTIONAL
#define _GNU_SOURCE
#include "check.h"
#include "child.h"
#include "counted.h"
#include "death.h"
#include "outcome.h"
#include "pool.h"
#include "text.h"

#include "../lib/common/sized.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_key_t at_thread_end;

/* Closes the innermost assertion. In the child of a death test this ends the process instead. */
static struct phaselock_check *close_innermost(void)
{
	if (pool_innermost()->spec.kind == PHASELOCK_CHECK_ABORTS)
		child_left();
	return pool_close_innermost();
}

bool check_is_armed(const struct phaselock_check_spec *spec)
{
	struct phaselock_check *check;

	if (counted_missing(spec->kind) == 0)
		return true;
	check = pool_take(spec);
	check->result = spec->skip_if_absent ? PHASELOCK_CHECK_SKIPPED : PHASELOCK_CHECK_NOT_ARMED;
	outcome_report(check);
	pool_give_back(check);
	outcome_tell();
	return false;
}

static enum phaselock_answer see_nothing(const struct phaselock_event *event, void *context)
{
	(void)event;
	(void)context;
	return PHASELOCK_GO_ON;
}

static const char unseen[] =
	"nothing was checked: it is begun inside a permit scope of its thread, "
	"whose requests do not count";

bool check_can_see(const struct phaselock_check_spec *spec)
{
	static _Thread_local struct phaselock_watch watch = {.watcher = see_nothing};
	char buffer[NAME_SIZE + 256] = "";
	struct text text = {.start = buffer, .size = sizeof(buffer)};
	bool told_of;

	if (!check_is_armed(spec))
		return false;
	told_of = phaselock_watch_begin(&watch);
	phaselock_watch_end(&watch);
	if (told_of)
		return true;
	text_append(&text, "asserted ");
	text_append_name(&text, spec->name, NAME_SIZE);
	text_append(&text, ": %s\n", unseen);
	outcome_tell_text(spec, PHASELOCK_CHECK_FAILED, buffer, (struct tally){0});
	return false;
}

/* Reports the failure of a closed assertion, unless that was done, and gives the assertion back. */
static void fail(struct phaselock_check *check, const char *reason)
{
	bool is_told = check->told || check->not_armed;

	if (!is_told)
		outcome_report_failure(check, reason);
	pool_give_back(check);
	if (!is_told)
		outcome_tell();
}

static bool begin_watch(struct phaselock_check *check)
{
	if (check->spec.kind == PHASELOCK_CHECK_ABORTS) {
		check->watch.watcher = death_see;
		check->watch.context = &check->spec;
		death_forbid();
	}
	return check->spec.scope == PHASELOCK_PROCESS ? phaselock_watch_process_begin(&check->watch)
						      : phaselock_watch_begin(&check->watch);
}

/*
 * An assertion that fails because the library is not armed is begun all the same, if the callback
 * returns: as in every block, requests are then no violations.
 */
struct phaselock_check *phaselock_check_begin_sized(const struct phaselock_check_spec *given,
						    size_t size)
{
	char name[NAME_SIZE];
	struct phaselock_check_spec spec;
	struct phaselock_check *check;
	bool armed;

	pl_sized_copy(&spec, sizeof(spec), given, size);
	naming_keep(&spec, name);
	armed = check_is_armed(&spec);
	if (!phaselock_present() ||
	    (spec.kind == PHASELOCK_CHECK_ABORTS && !(armed && death_begin(&spec))))
		return NULL;
	check = pool_take(&spec);
	check->not_armed = !armed;
	if (pthread_getspecific(at_thread_end) == NULL) {
		phaselock_permit_begin();
		pthread_setspecific(at_thread_end, check);
		phaselock_permit_end();
	}
	pool_open(check);
	if (begin_watch(check))
		return check;
	fail(close_innermost(), unseen);
	return NULL;
}

bool phaselock_check_runs(struct phaselock_check *check)
{
	bool first = check != NULL && !check->has_run;

	if (first)
		check->has_run = true;
	return first;
}

static const char left[] = "its block was left by longjmp(), so nothing was judged";

/* Ends a block that another thread began, or whose assertion was given up meanwhile. */
static void end_elsewhere(struct phaselock_check *check)
{
	if (!check->taken || check->told || pool_was_taken_here(check)) {
		fputs("phaselock: an assertion was given up, by phaselock_checks_abandon() or the "
		      "end of its test, before the end of its block\n",
		      stderr);
		abort();
	}
	check->told = true;
	outcome_report_failure(check,
			       "its block was begun on another thread, so nothing was judged");
	outcome_tell();
}

bool phaselock_check_end(struct phaselock_check **place)
{
	struct phaselock_check *check = *place;
	bool held;

	if (check == NULL)
		return false;
	if (check->of_parent)
		child_left();
	if (!pool_is_open_here(check)) {
		*place = NULL;
		end_elsewhere(check);
		return false;
	}
	if (check->spec.kind == PHASELOCK_CHECK_ABORTS && pool_innermost() == check)
		child_finish(0);
	while (pool_innermost() != check)
		fail(close_innermost(), left);
	close_innermost();
	*place = NULL;
	if (check->not_armed) {
		pool_give_back(check);
		return false;
	}
	held = outcome_judge(check);
	phaselock_permit_begin();
	outcome_report(check);
	phaselock_permit_end();
	pool_give_back(check);
	outcome_tell();
	return held;
}

void phaselock_checks_abandon(void)
{
	while (pool_innermost() != NULL)
		pool_give_back(close_innermost());
}

void checks_fail_open(void)
{
	while (pool_innermost() != NULL)
		fail(close_innermost(), left);
}

/* ---- blocks that never end ------------------------------------------------------------------- */

static void end_thread(void *unused)
{
	(void)unused;
	while (pool_innermost() != NULL)
		fail(close_innermost(), "its thread ended inside its block, so nothing was judged");
	outcome_forget();
}

__attribute__((constructor)) static void start(void)
{
	pthread_key_create(&at_thread_end, end_thread);
}
