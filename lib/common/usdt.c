/* SPDX-License-Identifier: MIT */
/*
 * The probes, as sys/sdt.h makes them: one nop, and a note in the file that says where it is and
 * where its arguments are.
 */
#define _SDT_HAS_SEMAPHORES 1
#include "common/usdt.h"

#include <sys/sdt.h>

#define PROBE(name, arguments)                                                                     \
	PL_HIDDEN volatile unsigned short phaselock_##name##_semaphore                             \
		__attribute__((section(".probes")));
PL_USDT_PROBES(PROBE)

/* A tracer reads memory without faulting pages in: it would find an untouched string empty. */
static void touch(const char *text)
{
	for (const volatile char *at = text; at != NULL && *at != '\0'; at++)
		;
}

PL_COLD void pl_usdt_lock(void)
{
	STAP_PROBE(phaselock, lock);
}

PL_COLD void pl_usdt_unlock(void)
{
	STAP_PROBE(phaselock, unlock);
}

PL_COLD void pl_usdt_seal(bool permits_hold)
{
	STAP_PROBE1(phaselock, seal, (int)permits_hold);
}

PL_COLD void pl_usdt_violation(const char *function, uint64_t size, uint64_t thread_id,
			       uint64_t site)
{
	touch(function);
	STAP_PROBE4(phaselock, violation, function, size, thread_id, site);
}

PL_COLD void pl_usdt_thread_register(uint64_t thread_id)
{
	STAP_PROBE1(phaselock, thread_register, thread_id);
}

PL_COLD void pl_usdt_stage(const char *name, int64_t live_bytes, uint64_t allocations)
{
	touch(name);
	STAP_PROBE3(phaselock, stage, name, live_bytes, allocations);
}

PL_COLD void pl_usdt_scope(int scope, bool begins)
{
	STAP_PROBE2(phaselock, scope, scope, (int)begins);
}
