/* SPDX-License-Identifier: MIT */
/* In the place of usdt.c where there is no sys/sdt.h: no probe is there, so none is attached. */
#include "common/usdt.h"

#define PROBE(name, arguments) PL_HIDDEN volatile unsigned short phaselock_##name##_semaphore;
PL_USDT_PROBES(PROBE)

PL_COLD void pl_usdt_lock(void)
{
}

PL_COLD void pl_usdt_unlock(void)
{
}

PL_COLD void pl_usdt_seal(bool permits_hold)
{
	(void)permits_hold;
}

PL_COLD void pl_usdt_violation(const char *function, uint64_t size, uint64_t thread_id,
			       uint64_t site)
{
	(void)function;
	(void)size;
	(void)thread_id;
	(void)site;
}

PL_COLD void pl_usdt_thread_register(uint64_t thread_id)
{
	(void)thread_id;
}

PL_COLD void pl_usdt_stage(const char *name, int64_t live_bytes, uint64_t allocations)
{
	(void)name;
	(void)live_bytes;
	(void)allocations;
}

PL_COLD void pl_usdt_scope(int scope, bool begins)
{
	(void)scope;
	(void)begins;
}
