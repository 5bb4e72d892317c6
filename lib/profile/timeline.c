/* SPDX-License-Identifier: MIT */
/*
 * One chunk has all points. When it is full, every second one goes and the step between two
 * doubles; those at which the phase changed stay, unless they alone fill more than half of it. It
 * must not know what makes requests.
 */
#include "profile/timeline.h"

#include "common/os.h"
#include "profile/chunks.h"

#define STEP_NS UINT64_C(1000000)

_Atomic uint64_t pl_timeline_due_ns;
_Atomic bool pl_timeline_locked;

static struct pl_profile_point *points; /* NULL: there was no chunk */
static bool may_read_resident;

/* 1 while a thread writes; the rest belongs to it. */
static _Atomic uint32_t is_written;
static uint64_t step_ns;
static uint32_t changes;

static void halve(struct pl_profile_process *process)
{
	uint32_t count = atomic_load_explicit(&process->points_taken, memory_order_relaxed);
	bool keep = changes < PL_PROFILE_POINTS / 2, is_odd = false;
	uint32_t kept = 1;

	changes = points[0].is_change;
	for (uint32_t i = 1; i < count; i++) {
		is_odd = !is_odd;
		if (is_odd && !(keep && points[i].is_change != 0))
			continue;
		changes += points[i].is_change;
		points[kept++] = points[i];
	}
	for (uint32_t i = kept; i < count; i++)
		points[i] = (struct pl_profile_point){.time_ns = 0};
	atomic_store_explicit(&process->points_taken, kept, memory_order_release);
	step_ns *= 2;
}

static uint64_t read(const _Atomic uint64_t *count)
{
	return atomic_load_explicit(count, memory_order_relaxed);
}

static void add_point(uint64_t now_ns, bool locked, bool is_change)
{
	struct pl_profile_process *process = pl_chunks_process();
	uint32_t count = atomic_load_explicit(&process->points_taken, memory_order_relaxed);

	if (count >= PL_PROFILE_POINTS) {
		halve(process);
		count = atomic_load_explicit(&process->points_taken, memory_order_relaxed);
	}
	points[count] = (struct pl_profile_point){
		.time_ns = now_ns,
		.live_bytes = read(&process->live_bytes),
		.live_blocks = read(&process->live_blocks),
		.requests = read(&process->requests),
		.frees = read(&process->frees),
		.resident = may_read_resident ? pl_os_resident() : 0,
		.phase = locked,
		.is_change = is_change,
	};
	changes += is_change;
	atomic_store_explicit(&process->points_taken, count + 1, memory_order_release);
}

void pl_timeline_add(uint64_t now_ns, bool locked)
{
	uint32_t none = 0;
	struct pl_os_signals before;

	if (points == NULL)
		return;
	/* A handler that left by siglongjmp() would leave the timeline to nobody. */
	pl_os_block_signals(&before);
	if (atomic_compare_exchange_strong_explicit(&is_written, &none, 1, memory_order_acquire,
						    memory_order_relaxed)) {
		bool was = atomic_load_explicit(&pl_timeline_locked, memory_order_relaxed);

		if (locked != was || now_ns >= read(&pl_timeline_due_ns)) {
			add_point(now_ns, locked, locked != was);
			atomic_store_explicit(&pl_timeline_locked, locked, memory_order_relaxed);
			atomic_store_explicit(&pl_timeline_due_ns, now_ns + step_ns,
					      memory_order_relaxed);
		}
		atomic_store_explicit(&is_written, 0, memory_order_release);
	}
	pl_os_restore_signals(&before);
}

void pl_timeline_begin(uint64_t now_ns, bool locked, bool may_open)
{
	uint32_t number;

	atomic_store_explicit(&is_written, 0, memory_order_relaxed);
	changes = 0;
	step_ns = STEP_NS;
	may_read_resident = may_open;
	atomic_store_explicit(&pl_timeline_locked, locked, memory_order_relaxed);
	points = pl_chunks_take(PL_PROFILE_TIMELINE, &number);
	atomic_store_explicit(&pl_timeline_due_ns, points != NULL ? now_ns + STEP_NS : UINT64_MAX,
			      memory_order_relaxed);
	if (points == NULL)
		return;
	/* The first point has been taken. */
	atomic_store_explicit(&pl_chunks_process()->points_taken, 0, memory_order_relaxed);
	add_point(now_ns, locked, false);
}
