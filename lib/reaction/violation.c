/* SPDX-License-Identifier: MIT */
/*
 * The reaction to a violation: first the record, then the handler, the report, the verdict. It must
 * not know how a request was judged, or how it will be served.
 */
#include "reaction/violation.h"

#include "common/channel.h"
#include "thread/gate.h"
#include "thread/locks.h"
#include "report/names.h"
#include "common/os.h"
#include "common/usdt.h"
#include "record/image.h"
#include "record/told.h"
#include "thread/phase.h"
#include "report/report.h"
#include "common/settings.h"
#include "reaction/hot_functions.h"
#include "reaction/site.h"
#include "reaction/site_key.h"
#include "thread/stats.h"
#include "common/suppress.h"
#include "stack/unwind.h"

#include <stdatomic.h>

#define REPORTS_WAIT_MS 1000

const struct phaselock_violation *phaselock_last_violation;

static _Atomic uint64_t sequence; /* any thread adds, relaxed: it only hands out numbers */

/*
 * Set while the handler runs on this thread. It stays set if the handler leaves by longjmp(), so it
 * is believed only while call_handler() is on the stack.
 */
static _Thread_local struct pl_unwind_mark handler_runs;

/*
 * Set when this thread ends the process. Believed in the same way: a handler of SIGABRT may leave
 * by longjmp(), and a child of vfork() ends only itself.
 */
static _Thread_local struct pl_unwind_mark ends;

void pl_violation_configure(unsigned frames, bool by_trap)
{
	pl_settings.frames = (struct pl_setting){true, frames};
	pl_settings.ends_by_trap = by_trap;
}

void pl_violation_set_policy(enum phaselock_verdict verdict)
{
	atomic_store_explicit(&pl_settings.policy, (int)verdict, memory_order_relaxed);
}

/* Locks the settings for writing. Returns false, without the lock, if the heap is sealed. */
static bool lock_settings(struct pl_os_signals *before)
{
	pl_lock(PL_LOCK_PHASE, before);
	if (!pl_phase_is_sealed())
		return true;
	pl_unlock(PL_LOCK_PHASE, before);
	return false;
}

/* The settings are read-only now, so changing one is a violation, like an unlock. */
static PL_COLD void refuse(const char *function, const void *caller)
{
	struct pl_request request = {.function = function, .caller = caller};

	pl_violation(&request, PHASELOCK_CAUSE_SEAL, NULL);
}

void phaselock_set_policy(enum phaselock_verdict verdict)
{
	struct pl_os_signals before;

	if (!lock_settings(&before)) {
		refuse("set_policy", PL_CALLER());
		return;
	}
	pl_violation_set_policy(verdict);
	pl_unlock(PL_LOCK_PHASE, &before);
}

void phaselock_set_handler(phaselock_handler function, void *context)
{
	const uint64_t words[] = {(uintptr_t)function, (uintptr_t)context};
	struct pl_os_signals before;

	if (!lock_settings(&before)) {
		refuse("set_handler", PL_CALLER());
		return;
	}
	pl_generation_write(pl_settings.handler, words, 2);
	pl_unlock(PL_LOCK_PHASE, &before);
}

static phaselock_handler get_handler(void **context)
{
	uint64_t words[2];

	pl_generation_read(pl_settings.handler, words, 2);
	*context = (void *)words[1];
	return (phaselock_handler)words[0];
}

size_t phaselock_get_violations_sized(struct phaselock_violation *out, size_t capacity, size_t size)
{
	return pl_site_list(out, capacity, size);
}

__attribute__((noinline)) void phaselock_on_violation(const struct phaselock_violation *violation)
{
	/* Keeps the compiler from dropping calls of an empty function. */
	__asm__ volatile("" : : "r"(violation) : "memory");
}

/* Marks the frame in which the word lies. */
static struct pl_unwind_mark mark(volatile uintptr_t *word)
{
	*word = (uintptr_t)word ^ 0x9e3779b97f4a7c15u; /* neither an address nor a small number */
	return (struct pl_unwind_mark){word, *word};
}

/*
 * Whether a marked call of function is still running on this thread. Clears the mark if it is over.
 */
static bool is_under_way(struct pl_unwind_mark *of, const void *function)
{
	enum pl_unwind_found found;

	if (of->word == NULL)
		return false;
	found = pl_unwind_find(of, function);
	if (found == PL_UNWIND_GONE)
		*of = (struct pl_unwind_mark){.word = NULL};
	return found == PL_UNWIND_FOUND;
}

static __attribute__((noinline)) enum phaselock_verdict call_handler(
	phaselock_handler handler, const struct phaselock_violation *violation, void *context)
{
	const struct pl_unwind_mark before = handler_runs; /* set only if it is of another stack */
	volatile uintptr_t word;
	enum phaselock_verdict verdict;

	handler_runs = mark(&word);
	verdict = handler(violation, context);
	handler_runs = before;
	return verdict;
}

__attribute__((noinline)) _Noreturn void pl_violation_end(void)
{
	volatile uintptr_t word;

	ends = mark(&word);
	if (pl_channel() != NULL) {
		pl_stats_publish(pl_phase_is_locked());
		pl_channel_end();
		pl_image_end(PL_LAYOUT_VIOLATION);
	}
	if (pl_settings.ends_by_trap)
		pl_os_trap();
	pl_os_abort();
}

bool pl_violation_ending(void)
{
	return is_under_way(&ends, (void *)(uintptr_t)pl_violation_end);
}

/*
 * Keeps the violation where a debugger finds it. Slots are used in turn, so that the newest one is
 * not overwritten while somebody reads it. A slot that another thread, or interrupted code of this
 * one, is still writing to is skipped.
 */
static void keep_for_debugger(const struct phaselock_violation *violation)
{
	static struct {
		_Atomic bool busy;
		struct phaselock_violation violation;
	} slots[64];
	const size_t count = sizeof(slots) / sizeof(slots[0]);

	for (size_t i = 0; i < count; i++) {
		size_t at = (violation->sequence + i) % count;

		if (atomic_exchange_explicit(&slots[at].busy, true, memory_order_acquire))
			continue;
		slots[at].violation = *violation;
		/* release: whoever follows the pointer, or writes next, finds the slot filled */
		__atomic_store_n(&phaselock_last_violation, &slots[at].violation, __ATOMIC_RELEASE);
		atomic_store_explicit(&slots[at].busy, false, memory_order_release);
		break;
	}
	phaselock_on_violation(violation);
}

/* Asks the handler. If there is none, or the violation was made inside it, the policy decides. */
static void decide(const struct phaselock_violation *violation, struct pl_report_context *context)
{
	void *handler_context;
	phaselock_handler handler = get_handler(&handler_context);

	context->verdict = (enum phaselock_verdict)atomic_load_explicit(&pl_settings.policy,
									memory_order_relaxed);
	context->nested = is_under_way(&handler_runs, (void *)(uintptr_t)call_handler);
	if (handler == NULL || context->nested)
		return;
	context->verdict = call_handler(handler, violation, handler_context);
	context->by_handler = true;
}

/* How many threads are writing a report. Any thread changes it; the end of the process reads it. */
static _Atomic uint32_t reporting;

static void report(const struct phaselock_violation *violation,
		   const struct pl_report_context *context)
{
	/* Of a site that was told of nothing is written any more. */
	bool may_write = violation->count <= 1 || context->verdict == PHASELOCK_ABORT;

	/* release, pairs with the acquire at the end: if nobody reports any more, all is written */
	if (may_write)
		atomic_fetch_add_explicit(&reporting, 1, memory_order_relaxed);
	if (pl_report_is_due(violation, context) && !pl_told_violation(violation, context))
		pl_report_violation(violation, context);
	PL_CHANNEL_COUNT(told);
	if (may_write)
		atomic_fetch_sub_explicit(&reporting, 1, memory_order_release);
}

void pl_violation_await_reports(void)
{
	for (int i = 0; i < REPORTS_WAIT_MS; i++) {
		if (atomic_load_explicit(&reporting, memory_order_acquire) == 0)
			return;
		pl_os_sleep_ms(1);
	}
}

void pl_violation_fork_child(void)
{
	atomic_store_explicit(&reporting, 0, memory_order_relaxed);
}

static void count_suppressed(int suppression, struct pl_thread *thread)
{
	pl_suppress_count(suppression);
	pl_record_add(thread, &thread->suppressed_attempts, 1);
	if (!pl_phase_is_locked())
		PL_CHANNEL_COUNT(init.suppressed);
	else
		PL_CHANNEL_COUNT(locked.suppressed);
}

/* How far from the place where it registered a thread still counts as the owner of its record. */
#define SAME_STACK ((uintptr_t)65536)

/*
 * The id is in the record. But a raw thread without its own thread-local storage has the record of
 * the thread that made it; it shows by running on another stack.
 */
static uint64_t thread_id(const struct pl_thread *thread)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	if (thread != NULL && here - thread->stack + SAME_STACK < 2 * SAME_STACK)
		return thread->id;
	return pl_os_thread_id();
}

/*
 * To ask for the name is a system call. Who is sure to see it gets the name of now: a handler, and
 * the report of a process that ends. The report of a new site has it already.
 */
static void name_thread(struct phaselock_violation *violation)
{
	void *unused;

	if (violation->thread_name[0] != '\0')
		return;
	if (get_handler(&unused) != NULL ||
	    atomic_load_explicit(&pl_settings.policy, memory_order_relaxed) == PHASELOCK_ABORT)
		pl_names_get(violation->thread_name);
	else
		pl_names_recall(violation->thread_id, violation->thread_name);
}

enum phaselock_verdict pl_violation(const struct pl_request *request, enum phaselock_cause cause,
				    struct pl_thread *thread)
{
	struct pl_report_context context = {0};
	int suppression;
	struct phaselock_violation violation = {
		.function = request->function,
		.size = request->size,
		.alignment = request->alignment,
		.old_pointer = request->old,
		.cause = cause,
		.thread_id = thread_id(thread),
		.time_ns = pl_os_monotonic_ns(),
		.sequence = 1 + atomic_fetch_add_explicit(&sequence, 1, memory_order_relaxed),
	};

	violation.frame_count =
		pl_unwind(violation.frames, pl_setting_or(pl_settings.frames, PL_OPTIONS_FRAMES),
			  request->caller, &context.end);
	suppression = pl_site_count(&violation);
	if (suppression >= 0 && thread != NULL) { /* without a thread it is not a request */
		count_suppressed(suppression, thread);
		return PHASELOCK_ALLOW;
	}
	if (thread != NULL)
		pl_record_add(thread, &thread->locked_attempts, 1);
	PL_CHANNEL_COUNT(violations);
	name_thread(&violation);
	PL_USDT(violation,
		(violation.function, violation.size, violation.thread_id, pl_site_key(&violation)));
	keep_for_debugger(&violation);

	decide(&violation, &context);
	context.undeniable = request->served && context.verdict == PHASELOCK_DENY;
	if (context.undeniable)
		context.verdict = PHASELOCK_ALLOW;
	if (cause == PHASELOCK_CAUSE_FORBID && thread != NULL)
		context.forbidden_by = pl_gate_scope_place(thread);
	if (request->hot != NULL) {
		context.hot_function = request->hot->name;
		context.hot_pattern = request->hot->pattern;
	}
	report(&violation, &context);
	if (context.verdict == PHASELOCK_ABORT)
		pl_violation_end();
	return context.verdict;
}
