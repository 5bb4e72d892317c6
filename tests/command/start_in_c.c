/* SPDX-License-Identifier: MIT */
/* A program whose start is a function of C, which no one has called and which moves the stack. */
#include <phaselock/phaselock.h>

#include <stdlib.h>
#include <unistd.h>

void run(void);
void run(void)
{
	void *volatile block = malloc(10);
	bool armed = block != NULL && phaselock_armed() == PHASELOCK_ENTRY_ALL;

	lock_allocations();
	block = malloc(7);
	_exit(armed && block == NULL ? 0 : 1);
}

void _start(void);
void _start(void)
{
	__asm__ volatile("and $-16, %rsp\n\tcall run");
}
