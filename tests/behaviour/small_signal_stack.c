/* SPDX-License-Identifier: MIT */
/*
 * A violation in a handler on an alternate stack is recorded and reported, with a full call stack,
 * within the kernel's smallest signal stack plus 16 KiB. The guard page below shows that it took no
 * more.
 *
 * shows: PL-123
 * environment: PHASELOCK_OPTIONS=policy=deny:frames=32
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "small_signal_st", 1st time at this site
 * |     #0 request+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  request+{hex} ({any}+{hex}) < {any}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#define REPORT_STACK 16384 /* what docs/guarantees.md promises to be enough */
#define PAGE 4096
#define UNTOUCHED 0x5a

void request(void);
FRAME void request(void)
{
	CHECK(opaque(malloc(10)) == NULL);
}

static void on_signal(int signal)
{
	(void)signal;
	request();
}

int main(void)
{
	size_t size = (getauxval(AT_MINSIGSTKSZ) + REPORT_STACK + PAGE - 1) & ~(size_t)(PAGE - 1);
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
	char *memory =
		mmap(NULL, size + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t stack = {.ss_sp = memory + PAGE, .ss_size = size};

	require_armed();
	CHECK(memory != MAP_FAILED);
	CHECK_EQUAL(mprotect(memory, PAGE, PROT_NONE), 0);
	memset(memory + PAGE, UNTOUCHED, size);
	CHECK_EQUAL(sigaltstack(&stack, NULL), 0);
	CHECK_EQUAL(sigaction(SIGUSR1, &action, NULL), 0);
	lock_allocations();
	raise(SIGUSR1);
	unlock_allocations();
	CHECK(!is_filled(memory + PAGE + size - PAGE, UNTOUCHED, PAGE)); /* it ran there */
	if (getenv("SHOW_STACK") != NULL) {
		size_t unused = 0;

		while (memory[PAGE + unused] == UNTOUCHED)
			unused++;
		printf("%zu of %zu bytes\n", size - unused, size);
	}
	return 0;
}
