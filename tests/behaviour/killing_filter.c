/* SPDX-License-Identifier: MIT */
/*
 * The process survives a filter that kills it at any system call that is not on a list;
 * docs/guarantees.md has the lists. The library makes no system call for a granted request, and
 * fstat, rt_sigprocmask and write for an allowed or denied violation. "usual" is the list that
 * sandboxed programs have for glibc's malloc and stdio. Where a filter only refuses, "refused", the
 * report comes too. There are few frames, with a short path, so that a pipe takes the whole text
 * and nobody waits for it by ppoll.
 *
 * The filter works: with "calls" one more call is made, and the process ends by SIGSYS.
 *
 * shows: PL-535 PL-536
 * environment: PHASELOCK_OPTIONS=policy=allow:max_reports=40:frames=9
 * exit: 0
 * stdout:
 * | lived
 * run: {self} {what}
 * each: what requests statistics lock seal first_request program
 * script: cp {self} . && exec ./killing_filter {what}
 * each: what=count violations=16 refused=16 worker=1 on_another_stack=1 new_thread=1 forked=1
 *     exits=1
 * stderr:
 * | {lines}
 * script: cp {self} . && ./killing_filter {what} 2>&1 | grep -c "^phaselock: violation: malloc"
 * each: what=count violations=16 refused=16 worker=1 on_another_stack=1 new_thread=1 forked=1
 *     exits=1
 * stdout:
 * | {count}
 * run: {self} denied
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * stdout:
 * | lived
 * stderr:
 * | {lines}
 * run: {self} aborts
 * environment: PHASELOCK_OPTIONS=policy=abort
 * exit: SIGABRT
 * stdout:
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * | {lines}
 * | phaselock: aborting (policy=abort)
 * run: {self} new_thread
 * environment: PHASELOCK_OPTIONS=policy=allow:max_reports=1
 * stdout:
 * | lived
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "killing_filter", 1st time at this site
 * | {lines}
 * run: {self} calls
 * exit: SIGSYS
 * stdout:
 */
#define _GNU_SOURCE
#include "paths.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>

#define CALLS_MAX 40
#define DEPTH 4

/* 0 is none, and read(2) of the kernel's. */
#define CALL(name) (SYS_##name + 1)

/* What a filter usually leaves to a program with glibc's malloc, threads and stdio. */
#define USUAL                                                                                      \
	CALL(read), CALL(write), CALL(close), CALL(fstat), CALL(newfstatat), CALL(brk),            \
		CALL(mmap), CALL(munmap), CALL(mremap), CALL(mprotect), CALL(madvise),             \
		CALL(futex), CALL(exit), CALL(exit_group), CALL(rt_sigprocmask),                   \
		CALL(rt_sigaction), CALL(rt_sigreturn), CALL(clone), CALL(clone3),                 \
		CALL(set_robust_list), CALL(rseq), CALL(getrandom), CALL(gettid), CALL(getpid),    \
		CALL(tgkill), CALL(lseek)

#define REPORT CALL(fstat), CALL(rt_sigprocmask)

static void ask(void)
{
	free(opaque(malloc(10)));
}

static void request(void)
{
	free(opaque(malloc(10)));
	free(opaque(realloc(opaque(calloc(2, 100)), 3000)));
	free(opaque(aligned_alloc(64, 128)));
}

/* The allocator's first request is left out of the test. */
static void lock_warm(void)
{
	request();
	lock_allocations();
}

static void requests(void)
{
	request();
	phaselock_forbid_begin();
	phaselock_permit_begin();
	request();
	phaselock_permit_end();
	phaselock_forbid_end();
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_INIT);
	CHECK(thread_stats().allocations > 0);
	CHECK_EQUAL(phaselock_get_violations(NULL, 0), 0);
}

static void *run_and_end(void *unused)
{
	ask();
	return unused;
}

static void new_thread(void)
{
	pthread_t thread;

	phaselock_permit_begin();
	CHECK_EQUAL(pthread_create(&thread, NULL, run_and_end, NULL), 0);
	phaselock_permit_end();
	pthread_join(thread, NULL);
}

/* Like a larger program: every size class, a block of the kernel's own, a thread. */
static void program(void)
{
	for (size_t i = 0; i < 1000; i++)
		free(opaque(malloc(1 + i * 97 % 40000)));
	free(opaque(malloc((size_t)50 << 20)));
	new_thread();
}

static void violations(void)
{
	for (volatile unsigned path = 0; path < 1u << DEPTH; path++)
		paths_descend(path, DEPTH, ask);
}

static void statistics(void)
{
	CHECK(get_stats().allocations > 0);
	reset_stats();
	phaselock_set_handler(NULL, NULL);
	phaselock_set_policy(PHASELOCK_ALLOW);
}

static void lock(void)
{
	lock_allocations();
	unlock_allocations();
}

static void calls(void)
{
	syscall(SYS_getppid);
}

/* ---- threads --------------------------------------------------------------------------------- */

static atomic_int step;

static void await(int number)
{
	while (atomic_load(&step) != number)
		;
}

static void *work(void *known)
{
	if (known != NULL)
		free(opaque(malloc(1)));
	atomic_store(&step, 1);
	await(2);
	ask();
	atomic_store(&step, 3);
	await(4); /* ending would take more system calls */
	return NULL;
}

static void start_known(void)
{
	pthread_t thread;

	CHECK_EQUAL(pthread_create(&thread, NULL, work, &step), 0);
	await(1);
}

static void start_unknown(void)
{
	pthread_t thread;

	CHECK_EQUAL(pthread_create(&thread, NULL, work, NULL), 0);
	await(1);
}

static void let_it_work(void)
{
	atomic_store(&step, 2);
	await(3);
}

static ucontext_t coroutine, caller;

static void prepare_stack(void)
{
	static char stack[262144];

	getcontext(&coroutine);
	coroutine.uc_stack.ss_sp = stack;
	coroutine.uc_stack.ss_size = sizeof(stack);
	coroutine.uc_link = &caller;
	makecontext(&coroutine, ask, 0);
	lock_warm();
}

static void on_another_stack(void)
{
	swapcontext(&caller, &coroutine);
}

static void forked(void)
{
	pid_t child = fork();

	if (child != 0)
		_exit(child > 0 ? 0 : 1);
	ask();
}

/* ---- the filter ------------------------------------------------------------------------------ */

static const struct part {
	const char *name;
	void (*prepare)(void);
	void (*run)(void);
	int calls[CALLS_MAX]; /* besides write and exit_group */
} parts[] = {
	{"requests", request, requests, {0}},
	{"calls", NULL, calls, {0}},
	{"violations", lock_warm, violations, {REPORT}},
	{"denied", lock_warm, violations, {REPORT}},
	{"worker", start_known, let_it_work, {REPORT}},
	{"on_another_stack", prepare_stack, on_another_stack, {REPORT, CALL(gettid)}},
	{"statistics", request, statistics, {CALL(gettid), CALL(rt_sigprocmask)}},
	{"lock", NULL, lock, {CALL(gettid), CALL(rt_sigprocmask), CALL(membarrier)}},
	{"seal",
	 NULL,
	 phaselock_seal_allocations,
	 {CALL(gettid), CALL(rt_sigprocmask), CALL(membarrier), CALL(mprotect)}},
	/* mmap, munmap, madvise and mprotect: the allocator's, for what it keeps of a thread */
	{"first_request",
	 start_unknown,
	 let_it_work,
	 {CALL(gettid), CALL(rt_sigprocmask), CALL(mmap), CALL(munmap), CALL(madvise),
	  CALL(mprotect)}},
	{"program", NULL, program, {USUAL}},
	{"refused", lock_warm, violations, {0}},
	{"aborts", lock_warm, ask, {REPORT, CALL(gettid), CALL(getpid), CALL(tgkill)}},
	{"new_thread", lock_warm, new_thread, {USUAL}},
	{"forked", lock_warm, forked, {USUAL}},
	{"exits", lock_warm, ask, {USUAL}},
};

static void filter(const int *calls_allowed, unsigned otherwise)
{
	struct sock_filter program[2 * CALLS_MAX + 8] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	unsigned short length = 5;
	struct sock_fprog handed = {.filter = program};

	for (int i = 0; i < CALLS_MAX && calls_allowed[i] != 0; i++) {
		program[length++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls_allowed[i] - 1, 0, 1);
		program[length++] =
			(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, otherwise);
	handed.len = length;
	CHECK_EQUAL(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	CHECK_EQUAL(
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &handed),
		0);
}

int main(int argc, char **argv)
{
	const struct part *part = NULL;

	require_armed();
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (argc == 2 && strcmp(parts[i].name, argv[1]) == 0)
			part = &parts[i];
	CHECK(part != NULL);
	if (part->prepare != NULL)
		part->prepare();
	if (strcmp(part->name, "worker") == 0)
		lock_allocations();
	filter(part->calls, strcmp(part->name, "refused") == 0 ? SECCOMP_RET_ERRNO | EACCES
							       : SECCOMP_RET_KILL_PROCESS);
	part->run();
	CHECK_EQUAL(write(STDOUT_FILENO, "lived\n", 6), 6);
	if (strcmp(part->name, "exits") == 0)
		return 0;
	_exit(0);
}
