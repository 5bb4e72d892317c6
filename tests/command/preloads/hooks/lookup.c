/* SPDX-License-Identifier: MIT */
/*
 * A dlsym() that asks for memory, and goes on to libc's by a jump: RTLD_NEXT is next to whoever
 * called, whom libc knows by the return address.
 */
#define _GNU_SOURCE
#include "hook.h"

#include <dlfcn.h>

void *lookup_prepare(void);

/* Returns libc's. */
__attribute__((used)) void *lookup_prepare(void)
{
	static void *volatile found;

	if (found == NULL)
		found = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
	ask_for_memory();
	return found;
}

__asm__(".globl dlsym\n"
	".type dlsym, @function\n"
	"dlsym:\n"
	"	push %rdi\n"
	"	push %rsi\n"
	"	sub $8, %rsp\n"
	"	call lookup_prepare@PLT\n"
	"	add $8, %rsp\n"
	"	pop %rsi\n"
	"	pop %rdi\n"
	"	jmp *%rax\n"
	".size dlsym, . - dlsym\n");
