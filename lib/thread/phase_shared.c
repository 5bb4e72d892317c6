/* SPDX-License-Identifier: MIT */
/*
 * The phase word of a shared library over glibc. Its first value is a place in thread-local
 * storage, which the dynamic linker knows once it has laid that out, before it runs any code of the
 * process. A linker makes the relocation that stores such a number for its own tables alone; what
 * it does make for any variable is one that calls a function for the value. It must not know what
 * the word says.
 */
#include "thread/phase.h"

/* MACHINE: x86-64 alone: the Makefile takes phase_zero.c elsewhere. */
__asm__(".pushsection .text\n"
	".type pl_phase_first, @gnu_indirect_function\n"
	"pl_phase_first:\n"
	"	movq pl_hot@gottpoff(%rip), %rax\n"
	"	ret\n"
	".size pl_phase_first, . - pl_phase_first\n"
	".popsection\n" PL_PHASE_VARIABLE(".quad pl_phase_first"));
