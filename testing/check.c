/* SPDX-License-Identifier: MIT */
/*
 * The assertions that are open: their begin and their end, by whichever way a block is left. It
 * must not know how they are judged, nor who is told.
 *
 * An assertion lies in a pool, not on the stack of its block: a block that is left by longjmp()
 * leaves its watch open, and requests may still be told to it.
 */
#define PHASELOCK_OPTIONAL
#define _GNU_SOURCE
#include "check.h"
#include "child.h"
#include "counted.h"
#include "death.h"
#include "ledger.h"
#include "outcome.h"
#include "seen.h"
#include "text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPEN_MAX 64 /* assertions open at once, on all threads */
#define OPEN_MAX_TEXT "64"
static struct phaselock_check pool[OPEN_MAX];
static _Thread_local struct phaselock_check *innermost; /* of this thread */
static pthread_key_t at_thread_end;

/* ---- begin and end --------------------------------------------------------------------------- */

/* For what no callback can be told. */
static _Noreturn void end_program(const struct phaselock_check_spec *spec, const char *fault)
{
	char line[NAME_SIZE + FILE_SIZE + 256] = "";
	struct text text = {.start = line, .size = sizeof(line)};

	text_append_name(&text, spec->file, FILE_SIZE);
	text_append(&text, ":%d: asserted ", spec->line);
	text_append_name(&text, spec->name, NAME_SIZE);
	text_append(&text, ": %s\n", fault);
	fputs(line, stderr);
	abort();
}

static struct phaselock_check *take_from_pool(const struct phaselock_check_spec *spec)
{
	for (size_t i = 0; i < OPEN_MAX; i++) {
		struct phaselock_check *check = &pool[i];
		bool taken = false;

		if (!atomic_compare_exchange_strong(&check->taken, &taken, true))
			continue;
		check->spec = *spec;
		naming_keep(&check->spec, check->name);
		check->result = PHASELOCK_CHECK_HOLDS;
		check->reason = NULL;
		check->has_run = check->told = check->of_parent = check->not_armed = false;
		check->thread = &innermost;
		check->process = getpid();
		check->watch = (struct phaselock_watch){
			.watcher = seen_watcher, .context = check, .frames = FRAMES};
		check->allocations = check->bytes = check->deallocations = check->violations = 0;
		check->ledger_full = false;
		check->request_count = 0;
		check->nearest.function = NULL;
		return check;
	}
	end_program(spec, "more than " OPEN_MAX_TEXT " assertions of phaselock are open; are "
			  "blocks left by longjmp() without "
			  "phaselock_checks_abandon()?");
}

/* Ends the watch of the innermost assertion, whose slot is the caller's then. */
static struct phaselock_check *close_innermost(void)
{
	struct phaselock_check *check = innermost;

	if (check->spec.kind == PHASELOCK_CHECK_ABORTS)
		child_left();
	if (!(check->spec.scope == PHASELOCK_PROCESS ? phaselock_watch_process_end(&check->watch)
						     : phaselock_watch_end(&check->watch)))
		check->reason = "not all was seen: its watch was ended inside its block";
	innermost = check->outer;
	return check;
}

static void give_back(struct phaselock_check *check)
{
	ledger_clear(check);
	atomic_store(&check->taken, false);
}

bool check_is_armed(const struct phaselock_check_spec *spec)
{
	struct phaselock_check *check;

	if (counted_missing(spec->kind) == 0)
		return true;
	check = take_from_pool(spec);
	check->result = spec->skip_if_absent ? PHASELOCK_CHECK_SKIPPED : PHASELOCK_CHECK_NOT_ARMED;
	outcome_report(check);
	give_back(check);
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
	outcome_tell_text(spec, PHASELOCK_CHECK_FAILED, buffer);
	return false;
}

/* Tells that an assertion which is closed failed, if that was not told, and gives it back. */
static void fail(struct phaselock_check *check, const char *reason)
{
	bool is_told = check->told || check->not_armed;

	if (!is_told)
		outcome_report_failure(check, reason);
	give_back(check);
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
 * One that is not armed is begun all the same when it has failed, if its failure is no end of the
 * test: what its block asks for is then no violation, as always.
 */
struct phaselock_check *phaselock_check_begin(const struct phaselock_check_spec *given)
{
	char name[NAME_SIZE];
	struct phaselock_check_spec spec = *given;
	struct phaselock_check *check;
	bool armed;

	naming_keep(&spec, name);
	armed = check_is_armed(&spec);
	if (!phaselock_present() ||
	    (spec.kind == PHASELOCK_CHECK_ABORTS && !(armed && death_begin(&spec))))
		return NULL;
	check = take_from_pool(&spec);
	check->not_armed = !armed;
	if (pthread_getspecific(at_thread_end) == NULL) {
		phaselock_permit_begin();
		pthread_setspecific(at_thread_end, check);
		phaselock_permit_end();
	}
	check->outer = innermost;
	innermost = check;
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

static bool is_open_here(const struct phaselock_check *check)
{
	const struct phaselock_check *open = innermost;

	while (open != NULL && open != check)
		open = open->outer;
	return open != NULL;
}

/* The end of a block that this thread has not begun, or whose assertion was given up meanwhile. */
static void end_elsewhere(struct phaselock_check *check)
{
	if (!check->taken || check->told || check->thread == &innermost) {
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
	if (!is_open_here(check)) {
		*place = NULL;
		end_elsewhere(check);
		return false;
	}
	if (check->spec.kind == PHASELOCK_CHECK_ABORTS && innermost == check)
		child_finish(0);
	while (innermost != check)
		fail(close_innermost(), left);
	close_innermost();
	*place = NULL;
	if (check->not_armed) {
		give_back(check);
		return false;
	}
	held = outcome_judge(check);
	phaselock_permit_begin();
	outcome_report(check);
	phaselock_permit_end();
	give_back(check);
	outcome_tell();
	return held;
}

void phaselock_checks_abandon(void)
{
	while (innermost != NULL)
		give_back(close_innermost());
}

void checks_fail_open(void)
{
	while (innermost != NULL)
		fail(close_innermost(), left);
}

void check_after_fork(void)
{
	for (struct phaselock_check *check = innermost; check != NULL; check = check->outer)
		if (check->spec.scope == PHASELOCK_THIS_THREAD)
			phaselock_watch_end(&check->watch);
	innermost = NULL;
	for (size_t i = 0; i < OPEN_MAX; i++) {
		if (!pool[i].taken)
			continue;
		if (pool[i].spec.scope == PHASELOCK_PROCESS)
			phaselock_watch_process_end(&pool[i].watch);
		pool[i].of_parent = true;
	}
	ledger_after_fork();
}

/* ---- blocks that never end ------------------------------------------------------------------- */

static void end_thread(void *unused)
{
	(void)unused;
	while (innermost != NULL)
		fail(close_innermost(), "its thread ended inside its block, so nothing was judged");
	outcome_forget();
}

/* Others may have been in a watcher when this one forked, and hold these for ever. */
static void reset_locks(void)
{
	for (size_t i = 0; i < OPEN_MAX; i++)
		atomic_flag_clear(&pool[i].requests_lock);
	ledger_reset_lock();
}

__attribute__((constructor)) static void start(void)
{
	pthread_key_create(&at_thread_end, end_thread);
	pthread_atfork(NULL, NULL, reset_locks);
}

/* A program that ends inside a block, by exit(), has not judged it, whatever its status says. */
__attribute__((destructor)) static void finish(void)
{
	for (size_t i = 0; i < OPEN_MAX; i++) {
		const struct phaselock_check *check = &pool[i];

		if (!check->taken || check->told || check->not_armed || check->process != getpid())
			continue;
		end_program(&check->spec, "the program ended inside the block");
	}
}
