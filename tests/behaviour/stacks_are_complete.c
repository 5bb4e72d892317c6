/* SPDX-License-Identifier: MIT */
/*
 * The call stack of a violation has every frame up to the start of the program or of its thread:
 * through functions of libc that call back, frames whose size is known only at run time,
 * constructors, exit handlers, destructors of threads, coroutines, children that share the memory,
 * and a call that is the last instruction of its function. The programs keep no frame pointers,
 * except where they must.
 *
 * shows: PL-188
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=32
 * each: kind qsort bsearch twalk once alloca noreturn atexit thread key coroutine clone vfork
 *     constructor
 * run: {self} {kind}
 * exit: 0
 * stderr:
 * | phaselock: 2 violations at 2 sites, by count:
 * | phaselock:   and 2 sites more (max_reports=0)
 */
#define _GNU_SOURCE
#include "stack.h"

#include <alloca.h>
#include <pthread.h>
#include <sched.h>
#include <search.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/wait.h>
#include <ucontext.h>

#define EXPECT(...) check_stack((const char *const[]){__VA_ARGS__, NULL})
#define LEFT_TO_DO() __asm__ volatile("" : : : "memory") /* not last: no jump */
#define STACK_SIZE ((size_t)256 << 10)

static bool done;

/* ---- functions of libc that call back -------------------------------------------------------- */

int compare(const void *a, const void *b);
FRAME int compare(const void *a, const void *b)
{
	violate();
	return *(const int *)a - *(const int *)b;
}

void by_qsort(void);
FRAME void by_qsort(void)
{
	int numbers[] = {2, 1};

	qsort(numbers, 2, sizeof(numbers[0]), compare);
	EXPECT("violate", "compare", GAP, "by_qsort", "main", GAP, "_start");
}

void by_bsearch(void);
FRAME void by_bsearch(void)
{
	/* By a pointer, so that the compiler cannot inline it. */
	void *(*volatile search)(const void *, const void *, size_t, size_t,
				 int (*)(const void *, const void *)) = bsearch;
	int numbers[] = {1};

	CHECK(search(&numbers[0], numbers, 1, sizeof(numbers[0]), compare) == numbers);
	EXPECT("violate", "compare", "bsearch", "by_bsearch", "main", GAP, "_start");
}

static int compare_pointers(const void *a, const void *b)
{
	return a < b ? -1 : a > b;
}

void visit(const void *node, VISIT order, int depth);
FRAME void visit(const void *node, VISIT order, int depth)
{
	(void)node;
	if (order == leaf && depth == 1)
		violate();
	LEFT_TO_DO();
}

void by_twalk(void);
FRAME void by_twalk(void)
{
	static char keys[2];
	void *root = NULL;

	CHECK(tsearch(&keys[0], &root, compare_pointers) != NULL);
	CHECK(tsearch(&keys[1], &root, compare_pointers) != NULL);
	twalk(root, visit);
	EXPECT("violate", "visit", GAP, "by_twalk", "main", GAP, "_start");
}

void at_first(void);
FRAME void at_first(void)
{
	violate();
	LEFT_TO_DO();
}

void by_once(void);
FRAME void by_once(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, at_first);
	EXPECT("violate", "at_first", GAP, "by_once", "main", GAP, "_start");
}

/* ---- frames that are not as others ----------------------------------------------------------- */

void by_alloca(void);
FRAME void by_alloca(void)
{
	char *volatile room = alloca(opaque_size(1000));

	room[0] = 'x';
	violate();
	EXPECT("violate", "by_alloca", "main", GAP, "_start");
}

static jmp_buf back;

_Noreturn void violate_and_leave(void);
FRAME _Noreturn void violate_and_leave(void)
{
	violate();
	longjmp(back, 1);
}

/* Nothing comes after the call: its return address is the first byte of whatever lies behind. */
_Noreturn void ends_by_call(void);
FRAME _Noreturn void ends_by_call(void)
{
	violate_and_leave();
}

void by_noreturn(void);
FRAME void by_noreturn(void)
{
	if (setjmp(back) == 0)
		ends_by_call();
	EXPECT("violate", "violate_and_leave", "ends_by_call", "by_noreturn", "main", GAP,
	       "_start");
}

/* ---- before and after main() ----------------------------------------------------------------- */

/* In every case, whatever main() does next: this is the other of the two sites. */
__attribute__((constructor)) void in_constructor(void);
__attribute__((constructor)) FRAME void in_constructor(void)
{
	require_armed();
	violate();
	EXPECT("violate", "in_constructor", GAP, "_start");
}

void by_constructor(void);
FRAME void by_constructor(void)
{
	violate();
	EXPECT("violate", "by_constructor", "main", GAP, "_start");
}

void at_the_end(void);
FRAME void at_the_end(void)
{
	violate();
	EXPECT("violate", "at_the_end", GAP, "exit", "by_atexit", "main", GAP, "_start");
}

void by_atexit(void);
FRAME void by_atexit(void)
{
	CHECK_EQUAL(atexit(at_the_end), 0);
	exit(0);
}

/* ---- other stacks ---------------------------------------------------------------------------- */

void *start(void *unused);
FRAME void *start(void *unused)
{
	violate();
	done = true;
	return unused;
}

static void join(void *(*routine)(void *))
{
	pthread_t thread;

	CHECK_EQUAL(pthread_create(&thread, NULL, routine, NULL), 0);
	pthread_join(thread, NULL);
	CHECK(done);
}

void by_thread(void);
FRAME void by_thread(void)
{
	join(start);
	EXPECT("violate", "start", GAP);
}

static pthread_key_t key;

void destroy(void *value);
FRAME void destroy(void *value)
{
	violate();
	done = value != NULL;
}

static void *set_key(void *unused)
{
	CHECK_EQUAL(pthread_setspecific(key, &key), 0);
	return unused;
}

/* By then the thread's function has returned and is on no stack. */
void by_key(void);
FRAME void by_key(void)
{
	CHECK_EQUAL(pthread_key_create(&key, destroy), 0);
	join(set_key);
	EXPECT("violate", "destroy", GAP);
}

static char other_stack[STACK_SIZE] __attribute__((aligned(16)));

void coroutine(void);
FRAME void coroutine(void)
{
	violate();
	done = true;
}

void by_coroutine(void);
FRAME void by_coroutine(void)
{
	static ucontext_t here, there;

	CHECK_EQUAL(getcontext(&there), 0);
	there.uc_stack.ss_sp = other_stack;
	there.uc_stack.ss_size = sizeof(other_stack);
	there.uc_link = &here;
	makecontext(&there, coroutine, 0);
	CHECK_EQUAL(swapcontext(&here, &there), 0);
	CHECK(done);
	EXPECT("violate", "coroutine", GAP);
}

int child(void *unused);
FRAME int child(void *unused)
{
	(void)unused;
	violate();
	done = true;
	return 0;
}

static void reap(pid_t pid)
{
	int status;

	CHECK(pid > 0);
	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	CHECK_EQUAL(status, 0);
	CHECK(done);
}

void by_clone(void);
FRAME void by_clone(void)
{
	reap(clone(child, other_stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL));
	EXPECT("violate", "child", GAP);
}

void by_vfork(void);
FRAME void by_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		child(NULL);
		_exit(0);
	}
	reap(pid);
	EXPECT("violate", "child", "by_vfork", "main", GAP, "_start");
}

static const struct {
	const char *name;
	void (*run)(void);
} kinds[] = {
	{"qsort", by_qsort},
	{"bsearch", by_bsearch},
	{"twalk", by_twalk},
	{"once", by_once},
	{"alloca", by_alloca},
	{"noreturn", by_noreturn},
	{"constructor", by_constructor},
	{"atexit", by_atexit},
	{"thread", by_thread},
	{"key", by_key},
	{"coroutine", by_coroutine},
	{"clone", by_clone},
	{"vfork", by_vfork},
};

int main(int argc, char **argv)
{
	require_armed();
	CHECK(argc > 1);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, argv[1]) != 0)
			continue;
		kinds[i].run();
		return 0;
	}
	return 1;
}
