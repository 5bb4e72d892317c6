/* SPDX-License-Identifier: MIT */
/*
 * The pool of open assertions. It must not know how they are judged, nor what happens to a block
 * that does not end.
 */
#define PHASELOCK_OPTIONAL
#define _GNU_SOURCE
#include "pool.h"

#include "framework.h"
#include "ledger.h"
#include "text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OPEN_MAX 64 /* assertions open at once, on all threads */
#define OPEN_MAX_TEXT "64"

static struct phaselock_check pool[OPEN_MAX];
static _Thread_local struct phaselock_check *innermost; /* of this thread */

/* For faults that no callback can hear of. */
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

struct phaselock_check *pool_take(const struct phaselock_check_spec *spec)
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

void pool_give_back(struct phaselock_check *check)
{
	ledger_clear(check);
	atomic_store(&check->taken, false);
}

struct phaselock_check *pool_innermost(void)
{
	return innermost;
}

void pool_open(struct phaselock_check *check)
{
	check->outer = innermost;
	innermost = check;
}

struct phaselock_check *pool_close_innermost(void)
{
	struct phaselock_check *check = innermost;

	if (!(check->spec.scope == PHASELOCK_PROCESS ? phaselock_watch_process_end(&check->watch)
						     : phaselock_watch_end(&check->watch)))
		check->reason = "not all was seen: its watch was ended inside its block";
	innermost = check->outer;
	return check;
}

bool pool_is_open_here(const struct phaselock_check *check)
{
	const struct phaselock_check *open = innermost;

	while (open != NULL && open != check)
		open = open->outer;
	return open != NULL;
}

bool pool_was_taken_here(const struct phaselock_check *check)
{
	return check->thread == &innermost;
}

void pool_after_fork(void)
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

/* In the child of a fork: other threads may have held these locks, and will never release them. */
static void reset_locks(void)
{
	for (size_t i = 0; i < OPEN_MAX; i++)
		atomic_flag_clear(&pool[i].requests_lock);
	ledger_reset_lock();
}

__attribute__((constructor)) static void start(void)
{
	pthread_atfork(NULL, NULL, reset_locks);
}

/* An exit() inside a block leaves the assertion unjudged, so it must not pass for a good end. */
__attribute__((destructor)) static void finish(void)
{
	for (size_t i = 0; i < OPEN_MAX; i++) {
		const struct phaselock_check *check = &pool[i];

		if (!check->taken || check->told || check->not_armed || check->process != getpid())
			continue;
		end_program(&check->spec, "the program ended inside the block");
	}
}
