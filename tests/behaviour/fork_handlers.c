/* SPDX-License-Identifier: MIT */
/*
 * Handlers of fork() may do what they like, in whatever order they were registered: request memory,
 * small and large; join a thread that ends meanwhile, or start one; lock a mutex that another
 * thread holds around its first request; read statistics; violate. While a handler waits for other
 * threads, these may do the same, and lock and unlock the heap: the library and its allocator hold
 * no lock then. The handlers are registered before any constructor, by a constructor, or by main().
 *
 * shows: PL-553 PL-554
 * needs: gcc
 * timeout: 60
 * backend: jemalloc
 * environment: PHASELOCK_OPTIONS=policy=allow:max_reports=1
 * exit: 0
 * run: {source}/tests/behaviour/parts/each_form.sh {build} {form} fork_handlers.c
 *     "{what} preinit" "{what} constructor" "{what} main"
 * each: form linked linked-system preloaded preloaded-system static
 * each: what allocate join start mutex statistics violate others
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include "behaviour.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/wait.h>

#define FORKS 5
#define LARGE ((size_t)9 << 20)

enum place { PREPARE, PARENT, CHILD };

static void (*act)(enum place place);
static int calls[3];
static sem_t begun, go, done;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_t worker;

/* ---- what a handler does --------------------------------------------------------------------- */

static void use_the_heap(void)
{
	for (size_t i = 0; i < 100; i++) {
		void *block = opaque(malloc(1000 + i * 977));

		CHECK(block != NULL);
		free(opaque(realloc(block, 2000 + i * 977)));
	}
	free(opaque(calloc(1, LARGE)));
}

static void *use_the_heap_once(void *unused)
{
	use_the_heap();
	return unused;
}

static void run_thread(void *(*function)(void *))
{
	pthread_t thread;

	CHECK_EQUAL(pthread_create(&thread, NULL, function, NULL), 0);
	CHECK_EQUAL(pthread_join(thread, NULL), 0);
}

static void allocate(enum place place)
{
	(void)place;
	use_the_heap();
}

/* A thread whose first request comes when the handler tells it to go. */
static void *wait_and_use_the_heap(void *unused)
{
	sem_post(&begun);
	sem_wait(&go);
	use_the_heap();
	return unused;
}

static void join(enum place place)
{
	if (place != PREPARE)
		return;
	sem_post(&go);
	CHECK_EQUAL(pthread_join(worker, NULL), 0);
}

static void start(enum place place)
{
	(void)place;
	run_thread(use_the_heap_once);
}

/* Holds the mutex while the handler begins to wait for it. */
static void *hold_the_mutex(void *unused)
{
	pthread_mutex_lock(&mutex);
	sem_post(&begun);
	sem_wait(&go);
	use_the_heap();
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void lock_the_mutex(enum place place)
{
	if (place == PREPARE) {
		sem_post(&go);
		pthread_mutex_lock(&mutex);
		return;
	}
	pthread_mutex_unlock(&mutex);
	if (place == PARENT)
		CHECK_EQUAL(pthread_join(worker, NULL), 0);
}

static void read_statistics(enum place place)
{
	struct phaselock_violation violation;

	(void)place;
	if (!phaselock_present())
		return;
	CHECK_EQUAL(get_stats().threads, 1);
	CHECK(thread_stats().allocations <= get_stats().allocations);
	phaselock_get_violations(&violation, 1);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_INIT);
}

static void violate(enum place place)
{
	if (phaselock_present())
		lock_allocations();
	allocate(place);
	if (phaselock_present())
		unlock_allocations();
}

static void *nothing(void *unused)
{
	return unused;
}

/* Everything that might take a lock. */
static void *do_everything(void *unused)
{
	sem_post(&begun);
	sem_wait(&go);
	use_the_heap();
	run_thread(use_the_heap_once);
	run_thread(nothing);
	if (phaselock_present()) {
		lock_allocations();
		unlock_allocations();
		CHECK(get_stats().threads >= 1);
		reset_stats();
		CHECK_EQUAL(phaselock_armed(), PHASELOCK_ENTRY_ALL);
		phaselock_forbid_begin();
		use_the_heap();
		phaselock_forbid_end();
		phaselock_set_handler(NULL, NULL);
	}
	sem_post(&done);
	return unused;
}

static void wait_for_others(enum place place)
{
	if (place == PREPARE) {
		sem_post(&go);
		sem_wait(&done);
	}
	if (place == PARENT)
		CHECK_EQUAL(pthread_join(worker, NULL), 0);
}

static const struct {
	const char *name;
	void (*act)(enum place place);
	void *(*beside)(void *); /* the thread that is there at each fork */
} ways[] = {
	{"allocate", allocate, NULL},
	{"join", join, wait_and_use_the_heap},
	{"start", start, NULL},
	{"mutex", lock_the_mutex, hold_the_mutex},
	{"statistics", read_statistics, NULL},
	{"violate", violate, NULL},
	{"others", wait_for_others, do_everything},
};

/* ---- the handlers ---------------------------------------------------------------------------- */

static void handle(enum place place)
{
	calls[place]++;
	if (act != NULL)
		act(place);
}

static void prepare(void)
{
	handle(PREPARE);
}

static void parent(void)
{
	handle(PARENT);
}

static void child(void)
{
	handle(CHILD);
}

static void register_handlers(int count, char **argument, const char *when)
{
	if (count > 2 && strcmp(argument[2], when) == 0)
		CHECK_EQUAL(pthread_atfork(prepare, parent, child), 0);
}

static void at_preinit(int count, char **argument, char **environment)
{
	(void)environment;
	register_handlers(count, argument, "preinit");
}

__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **,
									      char **) = at_preinit;

/* With a priority: before those of the library in a static program. */
__attribute__((constructor(101))) static void at_construction(int count, char **argument)
{
	register_handlers(count, argument, "constructor");
}

static void be_the_child(void)
{
	CHECK_EQUAL(calls[CHILD], 1);
	if (phaselock_present())
		CHECK_EQUAL(get_stats().threads, 1);
	run_thread(use_the_heap_once);
	exit(0);
}

int main(int count, char **argument)
{
	size_t way = 0;

	CHECK(count == 3);
	if (getenv("ALONE") == NULL)
		require_armed();
	register_handlers(count, argument, "main");
	while (strcmp(ways[way].name, argument[1]) != 0)
		CHECK(++way < sizeof(ways) / sizeof(ways[0]));
	sem_init(&begun, 0, 0);
	sem_init(&go, 0, 0);
	sem_init(&done, 0, 0);
	act = ways[way].act;
	for (int i = 0; i < FORKS; i++) {
		pid_t process;
		int status;

		if (ways[way].beside != NULL) {
			CHECK_EQUAL(pthread_create(&worker, NULL, ways[way].beside, NULL), 0);
			sem_wait(&begun);
		}
		process = fork();
		CHECK(process >= 0);
		if (process == 0)
			be_the_child();
		CHECK(waitpid(process, &status, 0) == process);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		CHECK_EQUAL(calls[PREPARE], i + 1);
		CHECK_EQUAL(calls[PARENT], i + 1);
	}
	use_the_heap();
	return 0;
}
