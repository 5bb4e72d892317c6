/* SPDX-License-Identifier: MIT */
/*
 * A thread makes its first request while it ends: in each of the four rounds of key destructors,
 * with one key or with forty, which are more than libc has room for; in the destructor of a C++
 * thread_local; in a cleanup handler of a cancellation or of pthread_exit(); and in signal handlers
 * that come at any moment of the end. The request is served and counted once. Nothing looks at the
 * thread's stack any more, which is unmapped by then, and one thread is left.
 *
 * shows: PL-558
 * needs: gcc
 * timeout: 60
 * backend: jemalloc
 * exit: 0
 * run: {source}/tests/behaviour/parts/each_form.sh {build} {form} first_request_at_the_end.c
 *     "round 1 1" "round 2 1" "round 3 1" "round 4 1" "round 1 40" "round 2 40" "round 3 40"
 *     "round 4 40" local cancel exit "signal 0" "signal 1"
 * each: form linked linked-system preloaded preloaded-system static
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include "behaviour.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define THREADS 50
#define STACK ((size_t)1 << 20)
#define KEYS_MAX 40
#define SIGNALS 500

/* Destructors of thread_local are registered by it. */
extern int __cxa_thread_atexit_impl(void (*destructor)(void *), void *object, void *module);
extern void *__dso_handle;

static atomic_ulong taken; /* blocks, each given back */
static pthread_key_t keys[KEYS_MAX];
static long round_wanted, keys_used;
static atomic_int tid;
static atomic_bool is_going;

static void take_and_give(void)
{
	void *block = opaque(malloc(1000));

	CHECK(block != NULL);
	free(memset(block, 1, 1000));
	taken++;
}

/* ---- in a round of key destructors ----------------------------------------------------------- */

static __thread long round_of[KEYS_MAX];

static void in_round(void *value)
{
	long key = (long)value - 1;

	if (++round_of[key] == round_wanted)
		take_and_give();
	if (round_of[key] < 4)
		pthread_setspecific(keys[key], value);
}

/* Beyond its first 32 keys libc takes a block for a thread's values, which is a request too. */
static void *set_keys(void *unused)
{
	for (long i = 0; i < keys_used; i++)
		CHECK_EQUAL(pthread_setspecific(keys[i], (void *)(i + 1)), 0);
	return unused;
}

/* ---- other moments --------------------------------------------------------------------------- */

static void destroy(void *unused)
{
	(void)unused;
	take_and_give();
}

static void *have_a_local(void *unused)
{
	CHECK_EQUAL(__cxa_thread_atexit_impl(destroy, NULL, &__dso_handle), 0);
	return unused;
}

static void *be_cancelled(void *unused)
{
	pthread_cleanup_push(destroy, NULL);
	is_going = true;
	for (;;)
		pause();
	pthread_cleanup_pop(0);
	return unused;
}

static void *leave(void *unused)
{
	pthread_cleanup_push(destroy, NULL);
	pthread_exit(unused);
	pthread_cleanup_pop(0);
}

/*
 * Not while the thread is in the allocator, which no handler may call then: what that keeps of a
 * thread with requests goes by a destructor, and this comes after it.
 */
static _Thread_local volatile sig_atomic_t may_ask;
static pthread_key_t after_the_allocator;

static void allow_to_ask(void *unused)
{
	(void)unused;
	may_ask = 1;
}

static void in_handler(int signal)
{
	(void)signal;
	if (may_ask)
		take_and_give();
}

static void *live_shortly(void *request)
{
	if (request != NULL) {
		take_and_give();
		CHECK_EQUAL(pthread_setspecific(after_the_allocator, request), 0);
	} else {
		may_ask = 1;
	}
	tid = (int)syscall(SYS_gettid);
	return NULL;
}

/* ---- the test -------------------------------------------------------------------------------- */

static void finish(const char *how, pthread_t thread)
{
	if (strcmp(how, "cancel") == 0) {
		while (!is_going)
			usleep(100);
		is_going = false;
		CHECK_EQUAL(pthread_cancel(thread), 0);
	}
	if (strcmp(how, "signal") == 0) {
		while (tid == 0)
			;
		for (int i = 0; syscall(SYS_tgkill, getpid(), (int)tid, SIGUSR1) == 0; i++)
			if (i > SIGNALS)
				usleep(100); /* otherwise the thread would only handle signals */
		tid = 0;
	}
	CHECK_EQUAL(pthread_join(thread, NULL), 0);
}

static void run_threads(const char *how, void *(*function)(void *), void *value)
{
	for (int i = 0; i < THREADS; i++) {
		void *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				   -1, 0);
		pthread_attr_t attributes;
		pthread_t thread;

		CHECK(stack != MAP_FAILED);
		pthread_attr_init(&attributes);
		pthread_attr_setstack(&attributes, stack, STACK);
		CHECK_EQUAL(pthread_create(&thread, &attributes, function, value), 0);
		finish(how, thread);
		CHECK(munmap(stack, STACK) == 0);
		if (phaselock_present())
			CHECK_EQUAL(get_stats().threads, 1);
	}
}

int main(int count, char **argument)
{
	struct sigaction action = {.sa_handler = in_handler};
	struct phaselock_stats begin, own_begin, all, own;
	void *(*function)(void *);
	const char *how = argument[1];
	uint64_t expected_of_libc = 0;

	CHECK(count >= 2);
	if (getenv("ALONE") == NULL)
		require_armed();
	CHECK_EQUAL(sigaction(SIGUSR1, &action, NULL), 0);
	CHECK_EQUAL(pthread_key_create(&after_the_allocator, allow_to_ask), 0);
	function = strcmp(how, "local") == 0	? have_a_local
		   : strcmp(how, "cancel") == 0 ? be_cancelled
		   : strcmp(how, "exit") == 0	? leave
		   : strcmp(how, "signal") == 0 ? live_shortly
						: set_keys;
	if (function == set_keys) {
		round_wanted = atol(argument[2]);
		keys_used = atol(argument[3]);
	}
	for (long i = 0; i < keys_used; i++)
		CHECK_EQUAL(pthread_key_create(&keys[i], in_round), 0);
	/* libc loads its unwinder at the first cancellation, and takes a block for each
	 * thread_local and for the values of more than 31 keys. */
	run_threads(how, function, NULL);
	taken = 0;
	if (function == have_a_local || keys_used > 31)
		expected_of_libc = THREADS;
	if (phaselock_present()) {
		begin = get_stats();
		own_begin = thread_stats();
	}
	run_threads(how, function, count > 2 && argument[2][0] == '1' ? argument : NULL);
	CHECK(taken >= THREADS || function == live_shortly);
	if (!phaselock_present())
		return 0;
	all = get_stats();
	all = phaselock_stats_delta(&begin, &all);
	own = thread_stats_since(&own_begin);
	CHECK_EQUAL(all.allocations - own.allocations, taken + expected_of_libc);
	CHECK_EQUAL(all.live_allocations, begin.live_allocations);
	CHECK_EQUAL(all.live_bytes, begin.live_bytes);
	return 0;
}
