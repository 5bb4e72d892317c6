/* SPDX-License-Identifier: MIT */
/*
 * Moments at which the library itself must still change something in a sealed process. If the heap
 * is sealed before the library has read its options, it still obeys them, and they are sealed then.
 * A detached child reports on stderr, whatever report= says. Threads come and go, statistics are
 * reset, heaps are watched, signals lock, the process ends with its table. If libc needs memory to
 * register a thread, because the program has made many keys, it gets it. A thread that sets policy
 * or handler while another one seals is in time or refused, and never faults on the frozen page.
 *
 * shows: PL-672 PL-673 PL-677
 * environment: PHASELOCK_OPTIONS=policy=deny:frames=1:report={tmp}/reports:stats=1
 * run: sh -c '{self} early; grep -c "^phaselock: violation: " reports; ls -l reports | cut -c 1-10'
 * exit: 0
 * stdout:
 * | sealed early: 0
 * | 3
 * | -rw-------
 * run: {self} detached
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * | {lines}
 * | phaselock: denied (policy=deny)
 * run: sh -c '{self} {how}; grep -c "^phaselock: violation: malloc(10)" reports;
 *     grep "^phaselock: threads\|^phaselock: [0-9]" reports'
 * environment:
 *     PHASELOCK_OPTIONS=policy=deny:frames=1:report={tmp}/reports:stats=1:lock_signal=USR1:unlock_signal=USR2
 * each: how goes_on goes_on_with_keys
 * exit: 0
 * stdout:
 * | 1
 * | phaselock: threads: 1
 * | phaselock: 22 violations at 2 sites, by count:
 * run: {self} race
 * environment: PHASELOCK_OPTIONS=policy=deny:frames=1:max_reports=0
 * exit: 0
 * stdout:
 * | all in time or refused
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <phaselock/watch.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>

#define THREADS 20

static void seal_early(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "early") == 0)
		phaselock_seal_allocations();
	for (int i = 0; argc == 2 && strcmp(argv[1], "goes_on_with_keys") == 0 && i < 40; i++)
		CHECK_EQUAL(pthread_key_create(&(pthread_key_t){0}, NULL), 0);
}

__attribute__((section(".preinit_array"),
	       used)) static void (*const early)(int argc, char **argv) = seal_early;

static FRAME void *ask(void *unused)
{
	CHECK(opaque(malloc(10)) == NULL);
	return unused;
}

static void was_sealed_early(void)
{
	static char line[64];

	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
	ask(NULL);
	phaselock_set_policy(PHASELOCK_ALLOW);
	snprintf(line, sizeof(line), "sealed early: %d\n", opaque(malloc(10)) != NULL);
	CHECK(write(STDOUT_FILENO, line, strlen(line)) > 0);
}

static void detach(void)
{
	pid_t child;
	int status;

	phaselock_seal_allocations();
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		phaselock_detach_child();
		ask(NULL);
		_exit(0);
	}
	CHECK_EQUAL(waitpid(child, &status, 0), child);
	CHECK_EQUAL(status, 0);
}

static pthread_barrier_t turns;

static void *wait_and_ask(void *unused)
{
	pthread_barrier_wait(&turns);
	return ask(unused);
}

static enum phaselock_answer count(const struct phaselock_event *event, void *context)
{
	*(unsigned *)context += event->forbidden;
	return PHASELOCK_GO_ON;
}

static void go_on(void)
{
	unsigned told = 0;
	struct phaselock_watch watch = {.watcher = count, .context = &told};
	pthread_t threads[THREADS];

	pthread_barrier_init(&turns, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++)
		CHECK_EQUAL(pthread_create(&threads[i], NULL, wait_and_ask, NULL), 0);
	phaselock_seal_allocations();
	pthread_barrier_wait(&turns); /* their first requests */
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK_EQUAL(get_stats().locked_attempts, THREADS);
	reset_stats();
	CHECK(phaselock_watch_process_begin(&watch));
	ask(NULL);
	CHECK(phaselock_watch_process_end(&watch));
	CHECK_EQUAL(told, 1);
	raise(SIGUSR1);
	raise(SIGUSR2); /* which is a violation */
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
	CHECK_EQUAL(get_stats().locked_attempts, 1);
	CHECK_EQUAL(phaselock_armed(), PHASELOCK_ENTRY_ALL);
}

/* ---- a race with those who set --------------------------------------------------------------- */

#define RACES 100

static atomic_bool goes_on;

static enum phaselock_verdict deny(const struct phaselock_violation *violation, void *context)
{
	(void)violation;
	(void)context;
	atomic_store(&goes_on, false); /* an unlock, or one of those below, was refused */
	return PHASELOCK_DENY;
}

static void *set_all(void *unused)
{
	while (atomic_load(&goes_on)) {
		phaselock_set_handler(deny, NULL);
		phaselock_set_policy(PHASELOCK_DENY);
	}
	return unused;
}

static void race(unsigned delay)
{
	pthread_t setter;

	atomic_store(&goes_on, true);
	phaselock_set_handler(deny, NULL);
	CHECK_EQUAL(pthread_create(&setter, NULL, set_all, NULL), 0);
	for (volatile unsigned i = 0; i < delay * 100; i++)
		;
	phaselock_seal_allocations();
	pthread_join(setter, NULL);
	ask(NULL);
	_exit(0);
}

static void races(void)
{
	static const char done[] = "all in time or refused\n";

	for (unsigned i = 0; i < RACES; i++) {
		pid_t child = fork();
		int status;

		CHECK(child >= 0);
		if (child == 0)
			race(i);
		CHECK_EQUAL(waitpid(child, &status, 0), child);
		CHECK_EQUAL(status, 0);
	}
	CHECK(write(STDOUT_FILENO, done, sizeof(done) - 1) > 0);
}

int main(int argc, char **argv)
{
	require_armed();
	CHECK(argc == 2);
	if (strcmp(argv[1], "early") == 0)
		was_sealed_early();
	else if (strcmp(argv[1], "detached") == 0)
		detach();
	else if (strcmp(argv[1], "race") == 0)
		races();
	else
		go_on();
	return 0;
}
