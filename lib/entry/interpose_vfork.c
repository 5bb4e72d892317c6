/* SPDX-License-Identifier: MIT */
/*
 * vfork(): `phaselock run` is told of the child, which has no part in the handlers of fork(), and
 * which may execute a program that is not guarded. It must not know what the command makes of it.
 *
 * The child runs on its parent's stack, and writes over what lies below the caller's frame: so the
 * return address waits in a register that the kernel keeps, and nothing in C can be between. The
 * child leaves by a jump, as in glibc: its parent's shadow stack, where there is one, still has the
 * address that the parent returns to. Safe in signal handlers and before the constructor, and weak:
 * a program may define its own. MACHINE: x86-64 alone.
 */
#include "common/channel.h"

#include <errno.h>

/* Returns what vfork() does in the parent; result is the kernel's. */
__attribute__((used)) int pl_vfork_made(int result);
int pl_vfork_made(int result)
{
	if (result < 0) {
		errno = -result;
		return -1;
	}
	pl_channel_await((uint32_t)result);
	return result;
}

__asm__(".pushsection .text\n"
	".weak vfork\n"
	".type vfork, @function\n"
	"vfork:\n"
	"	.cfi_startproc\n"
	"	endbr64\n"
	"	popq %rdx\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	.cfi_register %rip, %rdx\n"
	"	movl $58, %eax\n" /* __NR_vfork */
	"	syscall\n"
	"	testl %eax, %eax\n"
	"	jz 1f\n"
	"	pushq %rdx\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset %rip, 0\n"
	"	subq $8, %rsp\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	movl %eax, %edi\n"
	"	call pl_vfork_made\n"
	"	addq $8, %rsp\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	ret\n"
	"1:	.cfi_adjust_cfa_offset -8\n"
	"	.cfi_register %rip, %rdx\n"
	"	jmp *%rdx\n"
	"	.cfi_endproc\n"
	".size vfork, . - vfork\n"
	".popsection\n");
