/* SPDX-License-Identifier: MIT */
/*
 * The library's probes for tracers (USDT), provider `phaselock`; docs/tracing.md tells users about
 * them. `usdt.c` has them; `usdt_none.c` takes its place where sys/sdt.h is missing. They must not
 * know what happened, nor why it is told.
 *
 * A tracer that attaches to a probe makes the kernel add 1 to the probe's word. Without one, a
 * probe costs the test of that word: no argument is computed.
 */
#ifndef PL_USDT_H
#define PL_USDT_H

#include "common/base.h"

/* Each probe, and the arguments that it takes. */
#define PL_USDT_PROBES(PROBE)                                                                      \
	PROBE(lock, (void))                                                                        \
	PROBE(unlock, (void))                                                                      \
	PROBE(seal, (bool permits_hold))                                                           \
	PROBE(violation, (const char *function, uint64_t size, uint64_t thread_id, uint64_t site)) \
	PROBE(thread_register, (uint64_t thread_id))                                               \
	PROBE(stage, (const char *name, int64_t live_bytes, uint64_t allocations))                 \
	PROBE(scope, (int scope, bool begins))

#define PL_USDT_DECLARE(name, arguments)                                                           \
	extern PL_HIDDEN volatile unsigned short phaselock_##name##_semaphore;                     \
	void pl_usdt_##name arguments;
PL_USDT_PROBES(PL_USDT_DECLARE)
#undef PL_USDT_DECLARE

/* Whether a tracer is attached to a probe; and fires the probe if so. Any thread, any signal. */
#define PL_USDT_IS_WANTED(name) PL_UNLIKELY(phaselock_##name##_semaphore != 0)
#define PL_USDT(name, arguments) (PL_USDT_IS_WANTED(name) ? pl_usdt_##name arguments : (void)0)

#endif
