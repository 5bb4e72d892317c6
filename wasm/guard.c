/* SPDX-License-Identifier: MIT */
/*
 * The guard inside a WebAssembly module: the public functions for phase, scopes and statistics. It
 * must not know how requests come in (entries.c), how they are judged (judgement.c), nor how a
 * violation is reported (violation.c). The functions do what the public header says. README.md
 * lists those that are absent because they make no sense in one thread without processes.
 */
#include "guard.h"

#include "sized.h"

void phaselock_wasm_configure(const struct phaselock_wasm_settings *settings)
{
	if (!pl_guard_refuses("wasm_configure"))
		pl_guard.settings = *settings;
}

void phaselock_wasm_get_memory(struct phaselock_wasm_memory *out)
{
	*out = pl_guard.memory;
}

const char *phaselock_version(void)
{
#define TEXT_(number) #number
#define TEXT(number) TEXT_(number)
	return TEXT(PHASELOCK_VERSION_MAJOR) "." TEXT(PHASELOCK_VERSION_MINOR) "." TEXT(
		PHASELOCK_VERSION_PATCH);
#undef TEXT
#undef TEXT_
}

/* ---- phase ----------------------------------------------------------------------------------- */

void phaselock_lock_allocations(void)
{
	pl_entries_need_link();
	if (pl_guard.phase == PHASELOCK_INIT)
		pl_guard.phase = PHASELOCK_LOCKED;
}

void phaselock_seal_allocations_with(unsigned flags)
{
	bool ends_permits = (flags & PHASELOCK_SEAL_PERMITS_HOLD) == 0;

	pl_entries_need_link();
	if ((flags & ~(unsigned)PHASELOCK_SEAL_PERMITS_HOLD) != 0)
		pl_violation_misuse("misuse: phaselock_seal_allocations_with() with flags that "
				    "this library does not know");
	/* Sealing again with the same flags does nothing. */
	if ((pl_guard.phase == PHASELOCK_SEALED && pl_guard.seal_ends_permits == ends_permits) ||
	    pl_guard_refuses("seal_allocations"))
		return;
	pl_guard.seal_ends_permits = ends_permits;
	pl_guard.phase = PHASELOCK_SEALED;
}

void phaselock_seal_allocations(void)
{
	phaselock_seal_allocations_with(0);
}

void phaselock_unlock_allocations(void)
{
	if (!pl_guard_refuses("unlock_allocations"))
		pl_guard.phase = PHASELOCK_INIT;
}

enum phaselock_phase phaselock_get_phase(void)
{
	return pl_guard.phase;
}

/* ---- scopes ---------------------------------------------------------------------------------- */

static void begin(enum pl_scope scope)
{
	uint64_t scopes = pl_guard.scopes == 0 ? 1 : pl_guard.scopes;

	if (scopes >> PHASELOCK_SCOPE_DEPTH_MAX != 0)
		pl_violation_misuse("misuse: scopes nested deeper than 63 "
				    "(PHASELOCK_SCOPE_DEPTH_MAX); is an end missing?");
	pl_guard.scopes = scopes << 1 | (uint64_t)scope;
}

static void end(enum pl_scope scope, const char *fault)
{
	if (pl_innermost_scope() != scope)
		pl_violation_misuse(fault);
	pl_guard.scopes >>= 1;
}

void phaselock_forbid_begin(void)
{
	pl_entries_need_link();
	begin(PL_SCOPE_FORBID);
}

void phaselock_forbid_end(void)
{
	end(PL_SCOPE_FORBID,
	    "misuse: phaselock_forbid_end() but this thread's innermost scope is no forbid scope");
}

void phaselock_permit_begin(void)
{
	begin(PL_SCOPE_PERMIT);
}

void phaselock_permit_end(void)
{
	end(PL_SCOPE_PERMIT,
	    "misuse: phaselock_permit_end() but this thread's innermost scope is no permit scope");
}

/* ---- statistics ------------------------------------------------------------------------------ */

static struct phaselock_stats baseline; /* the flows at the last reset */

static struct phaselock_stats now(void)
{
	struct phaselock_stats stats = pl_guard.counts;

	stats.threads = 1;
	stats.phase = (uint64_t)pl_guard.phase;
	stats.live_bytes = stats.bytes_allocated - stats.bytes_deallocated;
	return stats;
}

static struct phaselock_stats difference(const struct phaselock_stats *from,
					 const struct phaselock_stats *to)
{
	struct phaselock_stats delta = *to;

	delta.allocations -= from->allocations;
	delta.deallocations -= from->deallocations;
	delta.reallocations -= from->reallocations;
	delta.failed_allocations -= from->failed_allocations;
	delta.bytes_requested -= from->bytes_requested;
	delta.bytes_allocated -= from->bytes_allocated;
	delta.bytes_deallocated -= from->bytes_deallocated;
	delta.bytes_reallocated -= from->bytes_reallocated;
	delta.locked_attempts -= from->locked_attempts;
	delta.permitted_attempts -= from->permitted_attempts;
	delta.locked_deallocations -= from->locked_deallocations;
	delta.suppressed_attempts -= from->suppressed_attempts;
	return delta;
}

void phaselock_stats_delta_sized(struct phaselock_stats *out, const struct phaselock_stats *begin,
				 const struct phaselock_stats *end, size_t size)
{
	struct phaselock_stats from, to;

	pl_sized_copy(&from, sizeof(from), begin, size);
	pl_sized_copy(&to, sizeof(to), end, size);
	to = difference(&from, &to);
	pl_sized_copy(out, size, &to, sizeof(to));
}

void phaselock_get_stats(struct phaselock_stats *out, size_t out_size)
{
	struct phaselock_stats all = now(), stats = difference(&baseline, &all);

	pl_sized_copy(out, out_size, &stats, sizeof(stats));
}

void phaselock_get_thread_stats(struct phaselock_stats *out, size_t out_size)
{
	struct phaselock_stats all = now();

	pl_sized_copy(out, out_size, &all, sizeof(all));
}

void phaselock_reset_stats(void)
{
	baseline = now();
}
