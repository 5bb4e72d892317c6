/* SPDX-License-Identifier: MIT */
/*
 * Frees in a locked phase do not enter the kernel: 100,000 blocks of 8 bytes to 2 MiB are freed
 * under a filter that ends the process at any system call but write and exit_group. With four
 * threads, each of which has made an earlier request, futex is allowed too, for contended locks.
 * The library makes the setting that keeps pages back at the first free of the phase, without a
 * system call.
 *
 * The filter works: with "calls" a system call is made, and the process ends by SIGSYS. strace
 * confirms it from outside: it lists no call between two marks.
 *
 * shows: PL-142
 * each: threads 1 4
 * run: {self} {threads} quietly
 * exit: 0
 * stdout:
 * | freed
 * run: {self} 1 calls
 * exit: SIGSYS
 * stdout:
 * | freed
 * run: sh -c 'strace -f -o trace {self} 1 unfiltered && sed -n "/write.*BEGIN/,/write.*freed/p"
 *     trace |
 *     sed "s|^[0-9]* *||"'
 * needs: strace
 * exit: 0
 * stdout:
 * | freed
 * | write(2, "BEGIN\n", 6) {any} = 6
 * | write(1, "freed\n", 6) {any} = 6
 * stderr:
 * | BEGIN
 */
#define _GNU_SOURCE
#include "over_system.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define BLOCKS 100000
#define THREADS_MAX 4

static void *blocks[BLOCKS];
static int threads;
static pthread_barrier_t registered, done;

/* Mostly small ones, every size class up to 2 MiB. */
static size_t size_of(int i)
{
	static const size_t sizes[] = {8, 16, 24, 48, 80, 100, 200, 500, 1000, 3000, 7000};

	if (i % 5000 == 0)
		return (size_t)2 << 20;
	if (i % 500 == 0)
		return 300000;
	if (i % 100 == 0)
		return (size_t)9000 + (size_t)i % 50000;
	return sizes[i % 11];
}

static void filter(bool futex)
{
	const unsigned number = offsetof(struct seccomp_data, nr);
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, number),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, futex ? SYS_futex : SYS_write, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog handed = {sizeof(program) / sizeof(program[0]), program};

	CHECK_EQUAL(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	CHECK_EQUAL(
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &handed),
		0);
}

/* Even a barrier for one thread would enter the kernel. */
static void meet(pthread_barrier_t *barrier)
{
	if (threads > 1)
		pthread_barrier_wait(barrier);
}

static void free_share(int first)
{
	for (int i = first; i < BLOCKS; i += threads)
		free(blocks[i]);
}

static void *work(void *first)
{
	free(opaque(malloc(1)));
	meet(&registered); /* main locks and filters */
	meet(&registered);
	free_share((int)(intptr_t)first);
	meet(&done);
	for (;;) /* ending would take more system calls */
		meet(&done);
	return NULL;
}

/* From here on no system call may be made. */
static void watch(const char *how)
{
	if (strcmp(how, "unfiltered") == 0)
		say("BEGIN\n");
	else
		filter(threads > 1);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	bool over_system;

	require_armed();
	CHECK(argc == 3);
	over_system = is_over_system();
	threads = atoi(argv[1]);
	CHECK(threads >= 1 && threads <= THREADS_MAX);
	pthread_barrier_init(&registered, NULL, (unsigned)threads);
	pthread_barrier_init(&done, NULL, (unsigned)threads);
	for (int i = 0; i < BLOCKS; i++) {
		blocks[i] = malloc(size_of(i));
		CHECK(blocks[i] != NULL);
		memset(blocks[i], 1, size_of(i));
	}
	for (intptr_t i = 1; i < threads; i++)
		CHECK_EQUAL(pthread_create(&thread, NULL, work, (void *)i), 0);
	meet(&registered);
	lock_allocations();
	/* Over the process's own allocator nothing is promised but the counts. */
	if (!over_system)
		watch(argv[2]);
	meet(&registered);
	free_share(0);
	meet(&done);
	if (over_system)
		watch(argv[2]);
	CHECK_EQUAL(write(STDOUT_FILENO, "freed\n", 6), 6);
	if (strcmp(argv[2], "calls") == 0)
		syscall(SYS_getppid);
	/* Not the sum over all threads: that blocks signals. */
	CHECK_EQUAL(thread_stats().locked_deallocations, BLOCKS / threads);
	_exit(0);
}
