/* SPDX-License-Identifier: MIT */
/*
 * The registers of the machine, with the numbers that unwind tables give them (the psABI's), and
 * their present values. It must not know what tables are.
 */
#ifndef PL_CFI_MACHINE_H
#define PL_CFI_MACHINE_H

#include "common/base.h"

/* MACHINE: arm64 is not built. */
#if defined(__x86_64__)
enum {
	PL_REGISTERS = 17,
	PL_REGISTER_BASE = 6,
	PL_REGISTER_STACK = 7,
	PL_REGISTER_RETURN = 16,
	PL_CALL_PUSHES = 1,	/* a call pushes its return address: a caller's stack ends higher */
	PL_THREAD_BYTES = 2048, /* libc keeps at least so much behind a thread's pointer */
};
/* Preserved by calls: rbx, rbp, rsp, r12 to r15. */
#define PL_REGISTERS_KEPT 0xf0c8u
#elif defined(__aarch64__)
enum {
	PL_REGISTERS = 32,
	PL_REGISTER_BASE = 29,
	PL_REGISTER_STACK = 31,
	PL_REGISTER_RETURN = 30,
	PL_CALL_PUSHES = 0,
	PL_THREAD_BYTES = 0, /* nothing: libc keeps it in front */
};
/* x19 to x30 and sp. */
#define PL_REGISTERS_KEPT 0xfff80000u
#else
#error "the registers of this machine are not known"
#endif

/* A call that is under way. */
struct pl_frame {
	uintptr_t pc;	/* where it goes on; 0 past the last frame */
	bool is_exact;	/* a signal came: pc is the next instruction, not the one after a call */
	uint32_t known; /* a bit for each register whose value is known */
	uintptr_t registers[PL_REGISTERS];
};

/* The plain return address: some processors sign it. */
PL_INLINE uintptr_t pl_frame_plain_pc(uintptr_t pc)
{
/* MACHINE: arm64 is not built. */
#if defined(__aarch64__)
	register uintptr_t x30 __asm__("x30") = pc;

	__asm__("hint 7" : "+r"(x30)); /* xpaclri */
	return x30;
#else
	return pc;
#endif
}

/* Captures the frame of the function around it, at this very instruction. */
PL_INLINE void pl_frame_capture(struct pl_frame *frame)
{
	uintptr_t pc;

	frame->is_exact = true;
	frame->known = PL_REGISTERS_KEPT;
/* MACHINE: arm64 is not built. */
#if defined(__x86_64__)
	__asm__ volatile("movq %%rbx, 24(%2)\n\t"
			 "movq %%rbp, 48(%2)\n\t"
			 "movq %%rsp, 56(%2)\n\t"
			 "movq %%r12, 96(%2)\n\t"
			 "movq %%r13, 104(%2)\n\t"
			 "movq %%r14, 112(%2)\n\t"
			 "movq %%r15, 120(%2)\n\t"
			 "leaq 1f(%%rip), %0\n"
			 "1:"
			 : "=&r"(pc), "=m"(frame->registers)
			 : "r"(frame->registers)
			 : "memory");
#else
	__asm__ volatile("stp x19, x20, [%2, #152]\n\t"
			 "stp x21, x22, [%2, #168]\n\t"
			 "stp x23, x24, [%2, #184]\n\t"
			 "stp x25, x26, [%2, #200]\n\t"
			 "stp x27, x28, [%2, #216]\n\t"
			 "stp x29, x30, [%2, #232]\n\t"
			 "mov %0, sp\n\t"
			 "str %0, [%2, #248]\n\t"
			 "adr %0, 1f\n"
			 "1:"
			 : "=&r"(pc), "=m"(frame->registers)
			 : "r"(frame->registers)
			 : "memory");
#endif
	frame->pc = pc;
}

PL_INLINE uintptr_t pl_thread_pointer(void)
{
	uintptr_t pointer;

/* MACHINE: arm64 is not built. */
#if defined(__x86_64__)
	__asm__("movq %%fs:0, %0" : "=r"(pointer));
#else
	__asm__("mrs %0, tpidr_el0" : "=r"(pointer));
#endif
	return pointer;
}

#endif
