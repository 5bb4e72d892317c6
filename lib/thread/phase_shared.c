/* SPDX-License-Identifier: MIT */
/*
 * The phase word of a shared library over glibc. Its first value is a place in thread-local
 * storage. The dynamic linker knows that after it has laid out this storage, and before it runs any
 * code of the process. Linkers write the relocation that stores such a number into their own tables
 * only. For a variable they do write one that calls a function for the value (IFUNC), so that is
 * used. It must not know what the word says.
 */
#include "thread/phase.h"

/* MACHINE: x86-64 only; the Makefile takes phase_zero.c elsewhere. */
__asm__(".pushsection .text\n"
	".type pl_phase_first, @gnu_indirect_function\n"
	"pl_phase_first:\n"
	"	movq pl_hot@gottpoff(%rip), %rax\n"
	"	ret\n"
	".size pl_phase_first, . - pl_phase_first\n"
	".popsection\n" PL_PHASE_VARIABLE(".quad pl_phase_first"));
