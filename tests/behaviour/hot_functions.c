/* SPDX-License-Identifier: MIT */
/*
 * A request under a function that must not allocate is a violation: in every phase, on every
 * thread, in a signal handler, whatever the depth of the stack and the entry point. It is none once
 * the function has returned, by longjmp() too, nor on another thread meanwhile, nor if the function
 * ended by a tail call. A permit scope grants it; in a forbid scope the scope is the cause. Frees
 * are granted, unless free=forbid. An overflow is a request.
 *
 * shows: PL-790 PL-791
 * run: {self} {PART}
 * each: PART directly calls deep threads returned jumped signal permits tail child overflows
 * environment: PHASELOCK_OPTIONS=hot=parse_*:policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | {lines}
 * run: {self} {PART}
 * each: PART directly deep locked sealed
 * environment: PHASELOCK_OPTIONS=hot=nothing:hot=parse_header:policy=deny:frames=1:max_reports=0
 * exit: 0
 * stderr:
 * | {lines}
 * run: {self} frees
 * environment: PHASELOCK_OPTIONS=hot=parse_*:policy=deny:free=forbid:max_reports=0
 * exit: 0
 * stderr:
 * | {lines}
 * run: {self} unmatched
 * environment: PHASELOCK_OPTIONS=hot={PATTERN}
 * each: PATTERN parse parse_? [!p]arse_header header main.c
 * exit: 0
 * stderr:
 * | phaselock: hot: no function is called {PATTERN}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#ifdef __OPTIMIZE__
#define HAS_TAIL_CALLS true
#else
#define HAS_TAIL_CALLS false
#endif

static unsigned handled;
static enum phaselock_cause last_cause;

static enum phaselock_verdict count_call(const struct phaselock_violation *violation, void *unused)
{
	(void)unused;
	handled++;
	last_cause = violation->cause;
	return PHASELOCK_DENY;
}

static FRAME void *ask(size_t size)
{
	return opaque(malloc(size));
}

/* The function that must not allocate; it calls itself that often. */
static FRAME void *parse_header(unsigned depth, void *(*work)(size_t))
{
	void *block = depth > 0 ? parse_header(depth - 1, work) : work(24);

	return opaque(block);
}

/* One that may allocate. It differs in a byte, because gcc merges equal functions. */
static FRAME void *read_header(unsigned depth, void *(*work)(size_t))
{
	void *block = depth > 0 ? read_header(depth - 1, work) : work(25);

	return opaque(block);
}

static void *deep_down(size_t size)
{
	return read_header(20000, size > 0 ? ask : NULL);
}

/* Returns whether the last request was a violation with that cause. */
static void expect(const void *block, unsigned violations, enum phaselock_cause cause)
{
	CHECK((block == NULL) == (violations > 0));
	CHECK_EQUAL(handled, violations);
	if (violations > 0)
		CHECK_EQUAL(last_cause, cause);
	handled = 0;
}

static void is_hot(const void *block)
{
	expect(block, 1, PHASELOCK_CAUSE_HOT);
}

static void is_granted(void *block)
{
	expect(block, 0, PHASELOCK_CAUSE_HOT);
	free(block);
}

static void directly(void)
{
	struct phaselock_stats begin = thread_stats(), done;
	struct phaselock_violation seen;

	is_granted(ask(24));
	is_granted(read_header(0, ask));
	errno = 0;
	is_hot(parse_header(0, ask));
	CHECK_EQUAL(errno, ENOMEM);
	done = thread_stats_since(&begin);
	CHECK_EQUAL(done.locked_attempts, 1);
	CHECK_EQUAL(done.allocations, 2);
	CHECK_EQUAL(phaselock_get_violations(&seen, 1), 1);
	CHECK_EQUAL(seen.cause, PHASELOCK_CAUSE_HOT);
	CHECK_EQUAL(seen.size, 24);
}

static void *ask_by_realloc(size_t size)
{
	return opaque(realloc(NULL, size));
}

static void *ask_by_calloc(size_t size)
{
	return opaque(calloc(size, 1));
}

static void *ask_by_memalign(size_t size)
{
	void *block = NULL;

	return posix_memalign(&block, 64, size) == 0 ? opaque(block) : NULL;
}

static void *ask_by_strdup(size_t size)
{
	return size > 0 ? opaque(strdup("a header")) : NULL;
}

static void calls(void)
{
	is_hot(parse_header(0, ask_by_realloc));
	is_hot(parse_header(0, ask_by_calloc));
	is_hot(parse_header(0, ask_by_memalign));
	is_hot(parse_header(0, ask_by_strdup));
	is_granted(ask_by_strdup(1));
}

/* Beyond the frames that a violation records, and beyond what any table would hold. */
static void deep(void)
{
	static const unsigned depths[] = {15, 16, 31, 32, 33, 300, 5000};

	for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++)
		is_hot(parse_header(depths[i], ask));
	is_hot(parse_header(0, deep_down));
	is_granted(deep_down(24));
}

static void *work_on_thread(void *unused)
{
	(void)unused;
	is_hot(parse_header(3, ask)); /* its first request */
	is_granted(ask(24));
	return NULL;
}

static void *thread_asks(void *unused)
{
	(void)unused;
	return ask(24);
}

/* Another thread is inside the function, this one is not. */
static void *ask_on_thread(size_t size)
{
	static pthread_t thread;
	void *block;

	(void)size;
	phaselock_permit_begin();
	CHECK(pthread_create(&thread, NULL, thread_asks, NULL) == 0);
	CHECK(pthread_join(thread, &block) == 0);
	phaselock_permit_end();
	return block;
}

static void threads(void)
{
	for (int i = 0; i < 10; i++) {
		pthread_t thread;

		CHECK(pthread_create(&thread, NULL, work_on_thread, NULL) == 0);
		CHECK(pthread_join(thread, NULL) == 0);
	}
	is_granted(parse_header(0, ask_on_thread));
}

static void returned(void)
{
	for (int i = 0; i < 1000; i++) {
		is_hot(parse_header(0, ask));
		is_granted(read_header(0, ask));
	}
}

static jmp_buf place;

static void *jump(size_t size)
{
	(void)size;
	longjmp(place, 1);
}

static void jumped(void)
{
	if (setjmp(place) == 0)
		parse_header(50, jump);
	is_granted(ask(24));
	is_hot(parse_header(0, ask));
}

static void *volatile block_of_handler;

static void on_signal(int number)
{
	(void)number;
	block_of_handler = ask(24);
}

static void *be_interrupted(size_t size)
{
	(void)size;
	raise(SIGUSR1);
	return opaque(block_of_handler);
}

static void from_signal(void)
{
	static char stack[65536];
	const stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction action = {.sa_handler = on_signal};

	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	is_hot(parse_header(300, be_interrupted));
	is_granted(be_interrupted(24));
	CHECK(sigaltstack(&other, NULL) == 0);
	action.sa_flags = SA_ONSTACK;
	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	is_hot(parse_header(300, be_interrupted));
	is_granted(be_interrupted(24));
}

static void *ask_permitted(size_t size)
{
	void *block;

	phaselock_permit_begin();
	block = ask(size);
	phaselock_permit_end();
	return block;
}

static void *ask_forbidden(size_t size)
{
	void *block;

	phaselock_permit_begin();
	phaselock_forbid_begin();
	block = ask(size);
	phaselock_forbid_end();
	phaselock_permit_end();
	return block;
}

static void permits(void)
{
	is_granted(parse_header(0, ask_permitted));
	expect(parse_header(0, ask_forbidden), 1, PHASELOCK_CAUSE_FORBID);
	lock_allocations();
	is_granted(parse_header(0, ask_permitted));
	expect(parse_header(0, ask_forbidden), 1, PHASELOCK_CAUSE_FORBID);
	unlock_allocations();
	is_hot(parse_header(0, ask));
}

/* It has ended before the other one begins. */
static FRAME void *parse_tail(size_t size)
{
	return ask(size);
}

static void tail(void)
{
	if (HAS_TAIL_CALLS)
		is_granted(parse_tail(24));
}

static void locked(void)
{
	is_hot(parse_header(0, ask));
	lock_allocations();
	is_hot(parse_header(0, ask));
	expect(ask(24), 1, PHASELOCK_CAUSE_PHASE);
	unlock_allocations();
	is_hot(parse_header(0, ask));
	is_granted(ask(24));
}

static void sealed(void)
{
	phaselock_seal_allocations();
	is_hot(parse_header(0, ask));
	is_hot(parse_header(0, ask_permitted));
	expect(ask(24), 1, PHASELOCK_CAUSE_PHASE);
}

static void child(void)
{
	pid_t process = fork();
	int status;

	if (process == 0) {
		returned();
		exit(0);
	}
	CHECK(waitpid(process, &status, 0) == process && status == 0);
}

static void *ask_too_much(size_t size)
{
	return opaque(calloc(opaque_size(SIZE_MAX / 2), size));
}

static void overflows(void)
{
	CHECK(ask_too_much(24) == NULL);
	CHECK_EQUAL(handled, 0);
	is_hot(parse_header(0, ask_too_much));
}

static void *block_to_free;

static void *give_back(size_t size)
{
	(void)size;
	free(block_to_free);
	return NULL;
}

static void frees(void)
{
	block_to_free = ask(24);
	parse_header(0, give_back);
	CHECK_EQUAL(handled, 1);
	CHECK_EQUAL(last_cause, PHASELOCK_CAUSE_HOT);
	read_header(0, give_back);
	CHECK_EQUAL(handled, 1);
}

static void unmatched(void)
{
	is_granted(parse_header(0, ask));
	is_granted(ask(24));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = {
		{"directly", directly},	 {"calls", calls},	   {"deep", deep},
		{"threads", threads},	 {"returned", returned},   {"jumped", jumped},
		{"signal", from_signal}, {"permits", permits},	   {"tail", tail},
		{"child", child},	 {"overflows", overflows}, {"locked", locked},
		{"sealed", sealed},	 {"frees", frees},	   {"unmatched", unmatched},
	};

	require_armed();
	phaselock_set_handler(count_call, NULL);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (argc == 2 && strcmp(argv[1], parts[i].name) == 0) {
			parts[i].run();
			return 0;
		}
	return 2;
}
