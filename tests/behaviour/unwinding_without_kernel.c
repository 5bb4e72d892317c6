/* SPDX-License-Identifier: MIT */
/*
 * The library walks the call stack of a violation on a thread's own stack without a system call: in
 * the first thread, in others, on stacks that the program made, beyond a signal, and at the start
 * in C. It reads other memory by a system call; a filter that kills at that call is not triggered
 * here.
 *
 * shows: PL-522
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=32
 * run: timeout -s KILL 10 {self} {where}
 * each: where main thread own_memory deep child
 * exit: 0
 * stderr:
 * | phaselock: {number} violation{any} at {number} site{any}, by count:
 * | phaselock:   and {number} site{any} more (max_reports=0)
 * run: timeout -s KILL 10 {self} elsewhere
 * exit: SIGSYS
 */
#define _GNU_SOURCE
#include "stack.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>

#define STACK_SIZE ((size_t)256 << 10)

static char other_stack[STACK_SIZE] __attribute__((aligned(4096)));

/* Forbids calls of rt_sigprocmask(2) with a signal set at the beginning of a page. */
static void forbid_to_ask(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigprocmask, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 4095),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

	CHECK_EQUAL(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	CHECK_EQUAL(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static void on_signal(int signal)
{
	(void)signal;
	violate();
	opaque(NULL);
}

static void *run(void *what)
{
	violate();
	raise(SIGUSR1);
	return what;
}

/* More than a page, and more than the pages that a walk remembers. */
static FRAME void go_down(int depth)
{
	volatile char room[1000];

	room[0] = (char)depth;
	if (depth > 0)
		go_down(depth - 1);
	else
		run(NULL);
	room[1] = room[0];
}

static void run_in_thread(bool own_memory)
{
	pthread_attr_t attributes;
	pthread_t thread;

	CHECK_EQUAL(pthread_attr_init(&attributes), 0);
	if (own_memory)
		CHECK_EQUAL(pthread_attr_setstack(&attributes, other_stack, STACK_SIZE), 0);
	CHECK_EQUAL(pthread_create(&thread, &attributes, run, NULL), 0);
	CHECK_EQUAL(pthread_join(thread, NULL), 0);
}

static void run_elsewhere(void)
{
	static ucontext_t here, there;

	CHECK_EQUAL(getcontext(&there), 0);
	there.uc_stack.ss_sp = other_stack;
	there.uc_stack.ss_size = sizeof(other_stack);
	there.uc_link = &here;
	makecontext(&there, violate, 0);
	CHECK_EQUAL(swapcontext(&here, &there), 0);
}

static void run_in_child(void)
{
	pid_t child = fork();
	int status = 1;

	if (child == 0) {
		run(NULL);
		_exit(0);
	}
	CHECK_EQUAL(waitpid(child, &status, 0), child);
	CHECK_EQUAL(status, 0);
	run(NULL);
}

int main(int argc, char **argv)
{
	require_armed();
	CHECK(argc > 1);
	signal(SIGUSR1, on_signal);
	forbid_to_ask();
	if (strcmp(argv[1], "main") == 0)
		run(NULL);
	else if (strcmp(argv[1], "deep") == 0)
		go_down(25);
	else if (strcmp(argv[1], "child") == 0)
		run_in_child();
	else if (strcmp(argv[1], "elsewhere") == 0)
		run_elsewhere();
	else
		run_in_thread(strcmp(argv[1], "own_memory") == 0);
	return 0;
}
