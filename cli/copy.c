/* SPDX-License-Identifier: MIT */
/*
 * Copies of this process: made, killed, reaped. It must not know what they are for.
 */
#define _GNU_SOURCE
#include "copy.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define STACK_SIZE ((size_t)8 << 20)
#define STACK_GUARD ((size_t)1 << 20)

/* It is not SIGCHLD, so waits for other children do not find a copy. */
static int end_signal = SIGURG;

int copy_choose_signal(int not_this, int nor_this)
{
	static const int harmless[] = {SIGURG, SIGWINCH, SIGCONT};
	size_t i = 0;

	while (harmless[i] == not_this || harmless[i] == nor_this)
		i++;
	end_signal = harmless[i];
	return end_signal;
}

/* The new process has a copy of the stack, so the stack is given back here at once. */
pid_t copy_start(int (*run)(void *context), void *context)
{
	char *stack = mmap(NULL, STACK_GUARD + STACK_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	pid_t copy = -1;

	if (stack == MAP_FAILED)
		return -1;
	if (mprotect(stack, STACK_GUARD, PROT_NONE) == 0)
		copy = clone(run, stack + STACK_GUARD + STACK_SIZE, end_signal, context);
	munmap(stack, STACK_GUARD + STACK_SIZE);
	return copy;
}

/* Until it is reaped, no other process has its number. */
void copy_kill(pid_t copy)
{
	siginfo_t end;

	if (waitid(P_PID, (id_t)copy, &end, WEXITED | WNOHANG | WNOWAIT | (int)__WCLONE) == 0)
		kill(copy, SIGKILL);
}

void copy_reap(void)
{
	while (waitpid(-1, NULL, (int)__WCLONE | WNOHANG) > 0)
		;
}
