/* SPDX-License-Identifier: MIT */
/*
 * A bare system call: without errno, and without libc's function of that name, which another
 * library may have replaced. For os_*.c, and for what jemalloc calls in place of libc. It must not
 * know what the calls are for.
 */
#ifndef PL_OS_CALL_H
#define PL_OS_CALL_H

#include "common/base.h"

#include <sys/syscall.h>

/* MACHINE: arm64 is not built. */
#if defined(__x86_64__)
PL_INLINE long pl_os_call6(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
PL_INLINE long pl_os_call6(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}
#else
#error "the system call of this machine is not known"
#endif

/* An argument of any type, as the kernel takes it. */
#define PL_OS_WORD(argument) ((long)(argument))

/* pl_os_call(number, up to six arguments): the result, or an errno as a negative number. */
#define pl_os_call(...) PL_OS_CALL_(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define PL_OS_CALL_(number, a, b, c, d, e, f, ...)                                                 \
	pl_os_call6(PL_OS_WORD(number), PL_OS_WORD(a), PL_OS_WORD(b), PL_OS_WORD(c),               \
		    PL_OS_WORD(d), PL_OS_WORD(e), PL_OS_WORD(f))

#endif
