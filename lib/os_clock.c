/* SPDX-License-Identifier: MIT */
/*
 * Time, as Linux has it: by the function that the kernel itself maps into each process (vdso(7)),
 * which nobody can put another in front of. It must not know what the time is for.
 */
#define _GNU_SOURCE
#include "os.h"

#include "dynamic.h"
#include "os_call.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

#if defined(__x86_64__)
#define VDSO_NAME "__vdso_clock_gettime"
#else
#define VDSO_NAME "__kernel_clock_gettime"
#endif

typedef int (*clock_function)(clockid_t clock, struct timespec *now);

static int ask_kernel(clockid_t clock, struct timespec *now)
{
	return (int)pl_os_call(SYS_clock_gettime, clock, now);
}

static clock_function find_function(void)
{
	const ElfW(Ehdr) *header = (const void *)getauxval(AT_SYSINFO_EHDR);
	struct pl_object vdso = {.base = (uintptr_t)header, .is_whole = true};
	struct pl_dynamic dynamic;
	clock_function found = ask_kernel;
	size_t count;

	if (header == NULL)
		return found;
	vdso.headers = (const void *)((const char *)header + header->e_phoff);
	vdso.header_count = header->e_phnum;
	for (size_t i = 0; i < vdso.header_count; i++)
		if (vdso.headers[i].p_type == PT_DYNAMIC)
			vdso.dynamic = (const void *)(vdso.base + vdso.headers[i].p_vaddr);
	if (!pl_dynamic_read(&dynamic, &vdso))
		return found;
	count = pl_dynamic_symbol_count(&dynamic);
	for (size_t i = 0; i < count; i++)
		if (strcmp(pl_dynamic_symbol_name(&dynamic, &dynamic.symbols[i]), VDSO_NAME) == 0)
			found = (clock_function)(vdso.base + dynamic.symbols[i].st_value);
	return found;
}

/* Stored by whichever threads come first, all with the same value. Relaxed: the code is mapped. */
static _Atomic(clock_function) function;

void pl_os_clock(int clock, struct timespec *now)
{
	clock_function known = atomic_load_explicit(&function, memory_order_relaxed);

	if (PL_UNLIKELY(known == NULL)) {
		int saved = errno; /* getauxval() says by it what the kernel did not tell */

		known = find_function();
		errno = saved;
		atomic_store_explicit(&function, known, memory_order_relaxed);
	}
	known(clock, now);
}

uint64_t pl_os_monotonic_ns(void)
{
	struct timespec now = {0, 0};

	pl_os_clock(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* By futex(2), which a filter for what an allocator needs lets through, as it does not nanosleep(2). */
void pl_os_sleep_ms(uint64_t milliseconds)
{
	const uint32_t never = 0; /* somebody changes it */
	struct timespec end = {0, 0};

	pl_os_clock(CLOCK_MONOTONIC, &end);
	end.tv_sec += (time_t)(milliseconds / 1000);
	end.tv_nsec += (long)(milliseconds % 1000) * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000;
	}
	while (pl_os_call(SYS_futex, &never, FUTEX_WAIT_BITSET_PRIVATE, never, &end, NULL,
			  FUTEX_BITSET_MATCH_ANY) == -EINTR)
		;
}
