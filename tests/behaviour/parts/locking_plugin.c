/* SPDX-License-Identifier: MIT */
/*
 * A plug-in of so many functions, FUNCTIONS of them, that to find a name in it takes long. NAME is
 * in the name of those that are called; what they are built with lies at the same address whatever
 * NAME is.
 */
#include <phaselock/phaselock.h>

#include <stdlib.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define STAYS_ON_THE_STACK() __asm__ volatile("" : : : "memory") /* it is no tail call */

__attribute__((noinline)) void JOIN(NAME, _lock)(void);
__attribute__((noinline)) void JOIN(NAME, _lock)(void)
{
	phaselock_lock_allocations();
	STAYS_ON_THE_STACK();
}

__attribute__((noinline)) void JOIN(NAME, _forbid)(void);
__attribute__((noinline)) void JOIN(NAME, _forbid)(void)
{
	phaselock_forbid_begin();
	STAYS_ON_THE_STACK();
}

__attribute__((noinline)) void JOIN(NAME, _take)(void);
__attribute__((noinline)) void JOIN(NAME, _take)(void)
{
	void *volatile block = malloc(10);

	free(block);
}

void plugin_lock(void);
void plugin_lock(void)
{
	JOIN(NAME, _lock)();
	STAYS_ON_THE_STACK();
}

void plugin_forbid(void);
void plugin_forbid(void)
{
	JOIN(NAME, _forbid)();
	STAYS_ON_THE_STACK();
}

void plugin_take(void);
void plugin_take(void)
{
	JOIN(NAME, _take)();
	STAYS_ON_THE_STACK();
}

#ifdef FUNCTIONS
/* As many symbols, in the module's own table. */
__asm__(".altmacro\n"
	".macro function number\n"
	".globl filler\\number\n.type filler\\number, @function\nfiller\\number: ret\n"
	".size filler\\number, 1\n"
	".endm\n"
	".set i, 0\n"
	".rept 20000\n"
	"function %i\n"
	".set i, i + 1\n"
	".endr\n");
#endif
