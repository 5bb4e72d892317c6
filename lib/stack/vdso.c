/* SPDX-License-Identifier: MIT */
/*
 * Finds the clock that the kernel itself maps into each process (vdso(7)). It makes no system call,
 * and nobody can put another in front of it.
 */
#define _GNU_SOURCE
#include "stack/vdso.h"

#include "stack/dynamic.h"
#include "common/os.h"

#include <errno.h>
#include <string.h>
#include <sys/auxv.h>

/* MACHINE: the other branch is arm64, and is not built. */
#if defined(__x86_64__)
#define CLOCK_NAME "__vdso_clock_gettime"
#else
#define CLOCK_NAME "__kernel_clock_gettime"
#endif

static pl_os_clock_function find_clock(void)
{
	const ElfW(Ehdr) *header = (const void *)getauxval(AT_SYSINFO_EHDR);
	struct pl_object vdso = {.base = (uintptr_t)header, .is_whole = true};
	struct pl_dynamic dynamic;
	pl_os_clock_function found = NULL;
	size_t count;

	if (header == NULL)
		return NULL;
	vdso.headers = (const void *)((const char *)header + header->e_phoff);
	vdso.header_count = header->e_phnum;
	for (size_t i = 0; i < vdso.header_count; i++)
		if (vdso.headers[i].p_type == PT_DYNAMIC)
			vdso.dynamic = (const void *)(vdso.base + vdso.headers[i].p_vaddr);
	if (!pl_dynamic_read(&dynamic, &vdso))
		return NULL;
	count = pl_dynamic_symbol_count(&dynamic);
	for (size_t i = 0; i < count; i++)
		if (strcmp(pl_dynamic_symbol_name(&dynamic, &dynamic.symbols[i]), CLOCK_NAME) == 0)
			found = (pl_os_clock_function)(vdso.base + dynamic.symbols[i].st_value);
	return found;
}

void pl_vdso_start(void)
{
	int saved = errno; /* getauxval() sets it if the kernel told nothing */

	pl_os_use_clock(find_clock());
	errno = saved;
}
