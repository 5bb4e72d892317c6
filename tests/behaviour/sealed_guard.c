/* SPDX-License-Identifier: MIT */
/*
 * Sealing the heap also seals what judges a violation. Each way to change it afterwards is itself a
 * violation, judged by the policy and handler of the moment of the seal, and changes nothing, in a
 * child of fork() either; so is a second seal with other flags. Permit scopes grant nothing any
 * more, on any thread, whenever they were begun, and no watch that is begun later serves. The
 * program is linked with the shared library, and with the static one into a dynamic and a static
 * program.
 *
 * shows: PL-670 PL-671 PL-673 PL-674
 * run: {self} {what}
 * each: what=told "set_policy=set_policy() of sealed allocations"
 *     "set_handler=set_handler() of sealed allocations"
 *     "loosen=seal_allocations() of sealed allocations"
 *     "tighten=seal_allocations() of sealed allocations"
 *     "unlock=unlock_allocations() of sealed allocations"
 *     "permit=malloc(10) while allocations are locked"
 *     "open_permit=malloc(10) while allocations are locked"
 *     "permit_of_thread=malloc(10) while allocations are locked"
 *     "watch=malloc(10) while allocations are locked"
 *     "process_watch=malloc(10) while allocations are locked"
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: {told}
 * | {lines}
 * | phaselock: aborting (policy=abort)
 *
 * run: {self} {what} {how}
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * each: what set_policy set_handler loosen tighten unlock permit open_permit permit_of_thread watch
 *     process_watch
 * each: how here child
 * exit: 0
 * stdout:
 * | {what} changed nothing
 * stderr:
 * | {lines}
 *
 * run: {self} handler
 * exit: 0
 * stdout:
 * | set_policy of the seal
 * | set_handler of the seal
 * | malloc
 * stderr:
 * | {lines}
 *
 * run: {self} unknown
 * environment: PHASELOCK_OPTIONS=policy=allow
 * exit: SIGABRT
 * stderr:
 * | phaselock: misuse: phaselock_seal_allocations_with() with flags that this library does not know
 *
 * run: sh -c 'gcc -O2 -fno-builtin -I{source}/include {flags}
 *     {source}/tests/behaviour/sealed_guard.c {build}/libphaselock.a -lm -pthread -o program &&
 *     exec ./program {what} here'
 * needs: gcc
 * backend: jemalloc
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * each: what set_policy set_handler permit_of_thread process_watch
 * each: flags "" -static
 * exit: 0
 * stdout:
 * | {what} changed nothing
 * stderr:
 * | {lines}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <phaselock/watch.h>

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>

static bool loosely; /* permits hold */
static unsigned asked_by_new_handler;

/* Under a policy that aborts this does not return. */
static void ask(void)
{
	CHECK(opaque(malloc(10)) == NULL);
}

static enum phaselock_verdict allow(const struct phaselock_violation *violation, void *context)
{
	(void)violation;
	(void)context;
	asked_by_new_handler++;
	return PHASELOCK_ALLOW;
}

static void set_policy(void)
{
	phaselock_set_policy(PHASELOCK_ALLOW);
}

static void set_handler(void)
{
	phaselock_set_handler(allow, NULL);
}

static void loosen(void)
{
	phaselock_seal_allocations_with(PHASELOCK_SEAL_PERMITS_HOLD);
}

static void tighten(void)
{
	phaselock_seal_allocations();
}

static void permit(void)
{
	PHASELOCK_PERMIT_SCOPE;
	phaselock_forbid_begin();
	{
		PHASELOCK_PERMIT_SCOPE;
		ask();
	}
	phaselock_forbid_end();
	ask();
}

/* ---- before the seal and after it ------------------------------------------------------------ */

static pthread_t thread;
static pthread_barrier_t turns;

static void *ask_by_permit(void *unused)
{
	PHASELOCK_PERMIT_SCOPE;
	free(opaque(malloc(10)));
	pthread_barrier_wait(&turns);
	pthread_barrier_wait(&turns); /* sealed by now */
	ask();
	pthread_barrier_wait(&turns);
	return unused;
}

static void start_thread(void)
{
	pthread_barrier_init(&turns, NULL, 2);
	CHECK_EQUAL(pthread_create(&thread, NULL, ask_by_permit, NULL), 0);
	pthread_barrier_wait(&turns);
}

static void go_on_with_thread(void)
{
	pthread_barrier_wait(&turns);
	pthread_barrier_wait(&turns);
	pthread_join(thread, NULL);
}

static enum phaselock_answer serve(const struct phaselock_event *event, void *context)
{
	(void)event;
	(void)context;
	return PHASELOCK_SERVE;
}

static struct phaselock_watch watch = {.watcher = serve};

static void watch_thread(void)
{
	CHECK(phaselock_watch_begin(&watch));
	ask();
	CHECK(phaselock_watch_end(&watch));
}

static void watch_process(void)
{
	CHECK(phaselock_watch_process_begin(&watch));
	ask();
	CHECK(phaselock_watch_process_end(&watch));
}

static void seal_loosely(void)
{
	loosely = true;
	phaselock_seal_allocations_with(PHASELOCK_SEAL_PERMITS_HOLD);
	phaselock_seal_allocations_with(PHASELOCK_SEAL_PERMITS_HOLD); /* has no effect */
}

static const struct way {
	const char *name;
	void (*before)(void);
	void (*after)(void);
} ways[] = {
	{"set_policy", NULL, set_policy},
	{"set_handler", NULL, set_handler},
	{"loosen", NULL, loosen},
	{"tighten", seal_loosely, tighten},
	{"unlock", NULL, phaselock_unlock_allocations},
	{"permit", NULL, permit},
	{"open_permit", phaselock_permit_begin, ask},
	{"permit_of_thread", start_thread, go_on_with_thread},
	{"watch", NULL, watch_thread},
	{"process_watch", NULL, watch_process},
};

static void check_that_nothing_changed(void)
{
	void *block;

	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
	CHECK_EQUAL(asked_by_new_handler, 0);
	CHECK(opaque(calloc(1, 20)) == NULL || loosely);
	phaselock_forbid_begin();
	CHECK(opaque(calloc(1, 20)) == NULL);
	phaselock_forbid_end();
	phaselock_permit_begin();
	block = opaque(malloc(10));
	CHECK((block != NULL) == loosely);
	free(block);
	phaselock_permit_end();
	CHECK_EQUAL(get_stats().permitted_attempts > 0, loosely);
}

static void go(const struct way *way)
{
	way->after();
	check_that_nothing_changed();
}

static void in_child(const struct way *way)
{
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	if (child == 0) {
		if (strcmp(way->name, "permit_of_thread") != 0) /* it has no such thread */
			go(way);
		check_that_nothing_changed();
		_exit(0);
	}
	CHECK_EQUAL(waitpid(child, &status, 0), child);
	CHECK_EQUAL(status, 0);
	if (strcmp(way->name, "permit_of_thread") == 0)
		go(way);
}

/* ---- the handler that was there -------------------------------------------------------------- */

static enum phaselock_verdict tell(const struct phaselock_violation *violation, void *context)
{
	char line[64];
	int length = snprintf(line, sizeof(line), "%s%s\n", violation->function,
			      violation->cause == PHASELOCK_CAUSE_SEAL ? " of the seal" : "");

	CHECK(context == &ways);
	CHECK_EQUAL(write(STDOUT_FILENO, line, (size_t)length), length);
	return PHASELOCK_DENY;
}

static void keep_handler(void)
{
	phaselock_set_handler(tell, (void *)&ways);
	phaselock_seal_allocations();
	set_policy();
	set_handler();
	ask();
	CHECK_EQUAL(asked_by_new_handler, 0);
}

int main(int argc, char **argv)
{
	char line[64];

	require_armed();
	CHECK(argc > 1);
	if (strcmp(argv[1], "handler") == 0) {
		keep_handler();
		return 0;
	}
	if (strcmp(argv[1], "unknown") == 0)
		phaselock_seal_allocations_with(PHASELOCK_SEAL_PERMITS_HOLD | 1u << 31);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(argv[1], ways[i].name) != 0)
			continue;
		if (ways[i].before != NULL)
			ways[i].before();
		if (!loosely)
			phaselock_seal_allocations();
		if (argc > 2 && strcmp(argv[2], "child") == 0)
			in_child(&ways[i]);
		else
			go(&ways[i]);
		snprintf(line, sizeof(line), "%s changed nothing\n", argv[1]);
		CHECK(write(STDOUT_FILENO, line, strlen(line)) > 0);
		return 0;
	}
	return 1;
}
