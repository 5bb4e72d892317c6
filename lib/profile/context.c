/* SPDX-License-Identifier: MIT */
/*
 * A context hangs at the record of a thread, whose later owners take it over. If they have another
 * name, they are another thread of the profile. Spare contexts are for handlers that interrupt the
 * use of their thread's, and for threads without a record. It must not know what is counted.
 */
#include "profile/context.h"

#include "common/os.h"
#include "common/settings.h"
#include "profile/chunks.h"
#include "profile/counts.h"

#include <string.h>

#define SPARES 32

_Atomic bool pl_profile_is_alone;

static bool may_ask_for_name; /* written while there is one thread */
static uint32_t turn;	      /* written while there is one thread */
static _Atomic uint32_t contexts;
static _Atomic(struct pl_profile_context *) spares[SPARES];
static _Atomic uint32_t no_record; /* number + 1 of the thread that stands for those without one */

_Static_assert(sizeof(struct pl_profile_context) <= PL_PAGE_SIZE, "one page a thread");

void pl_context_begin(bool may_ask)
{
	may_ask_for_name = may_ask;
	turn++;
	atomic_store_explicit(&contexts, 0, memory_order_relaxed);
	atomic_store_explicit(&no_record, 0, memory_order_relaxed);
	atomic_store_explicit(&pl_profile_is_alone, true, memory_order_relaxed);
	for (size_t i = 0; i < SPARES; i++) {
		struct pl_profile_context *spare =
			atomic_load_explicit(&spares[i], memory_order_relaxed);

		if (spare != NULL)
			atomic_store_explicit(&spare->is_used, 0, memory_order_relaxed);
	}
}

/*
 * Stricter than report/names.h: not only who violates is asked, but each thread, and a filter may
 * end the process for it.
 */
static void get_name(char name[16])
{
	if (may_ask_for_name)
		pl_os_thread_name(name);
	else
		memcpy(name, pl_settings.process_name, sizeof(pl_settings.process_name));
}

/* Returns the number of a thread that is new to the profile, PL_ROWS_NONE: there is no room. */
static uint32_t add_thread(uint64_t id, const char name[16])
{
	uint32_t number;
	struct pl_profile_thread *thread = pl_chunks_take(PL_PROFILE_THREADS, &number);

	if (thread == NULL)
		return PL_ROWS_NONE;
	thread->id = (uint32_t)id;
	memcpy(thread->name, name, sizeof(thread->name));
	atomic_store_explicit(&thread->is_there, 1, memory_order_release);
	return number;
}

static struct pl_profile_context *make(void)
{
	struct pl_profile_context *context = pl_os_map(sizeof(*context));

	if (context != NULL)
		atomic_fetch_add_explicit(&pl_chunks_process()->own_bytes, PL_PAGE_SIZE,
					  memory_order_relaxed);
	return context;
}

static void renew(struct pl_profile_context *context)
{
	pl_rows_forget(&context->rows);
	memset(&context->pending, 0, sizeof(context->pending));
	context->stack.count = 0;
	context->operations = 0;
	context->last = 0;
	context->id = 0;
	context->number = PL_ROWS_NONE;
	context->turn = turn;
}

/* Its thread is new, or the record has another owner than before. */
static PL_COLD void name_thread(struct pl_profile_context *context, const struct pl_thread *thread)
{
	char name[16] = "";

	get_name(name);
	if (context->number == PL_ROWS_NONE || memcmp(context->name, name, sizeof(name)) != 0) {
		memcpy(context->name, name, sizeof(name));
		context->number = add_thread(thread->id, name);
	}
	context->operations = 0;
	context->last = 0;
	context->id = thread->id;
}

/* A thread may have got its name after its first request. */
static PL_COLD void name_again(const struct pl_profile_context *context)
{
	struct pl_profile_thread *thread = pl_chunks_at(PL_PROFILE_THREADS, context->number);

	get_name(thread->name);
}

static PL_COLD struct pl_profile_context *first_of(struct pl_thread *thread)
{
	struct pl_profile_context *context = thread->profile;

	if (context == NULL)
		context = make();
	if (context == NULL)
		return NULL;
	atomic_store_explicit(&context->is_used, 1, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
	thread->profile = context; /* from here on a handler finds it, and finds it in use */
	if (context->turn == turn)
		return context;
	renew(context);
	if (atomic_fetch_add_explicit(&contexts, 1, memory_order_relaxed) > 0)
		atomic_store_explicit(&pl_profile_is_alone, false, memory_order_relaxed);
	return context;
}

static uint32_t number_without_record(void)
{
	static const char name[16] = "(ending)";
	uint32_t number = atomic_load_explicit(&no_record, memory_order_relaxed);

	/* Two threads may add it twice, which both are then. */
	if (number == 0) {
		number = add_thread(0, name) + 1;
		atomic_store_explicit(&no_record, number, memory_order_relaxed);
	}
	return number - 1;
}

static PL_COLD struct pl_profile_context *take_spare(void)
{
	for (size_t i = 0; i < SPARES; i++) {
		struct pl_profile_context *spare =
			atomic_load_explicit(&spares[i], memory_order_acquire);
		uint32_t none = 0;

		if (spare == NULL) {
			struct pl_profile_context *other = NULL;

			spare = make();
			if (spare == NULL)
				return NULL;
			if (!atomic_compare_exchange_strong_explicit(&spares[i], &other, spare,
								     memory_order_acq_rel,
								     memory_order_acquire)) {
				pl_os_unmap(spare, sizeof(*spare));
				spare = other;
			}
		}
		if (!atomic_compare_exchange_strong_explicit(
			    &spare->is_used, &none, 1, memory_order_acquire, memory_order_relaxed))
			continue;
		if (spare->turn != turn)
			renew(spare);
		spare->last = 0;
		return spare;
	}
	return NULL;
}

static PL_COLD struct pl_profile_context *enter_spare(const struct pl_profile_context *own,
						      uint32_t *number)
{
	if (own == NULL)
		atomic_store_explicit(&pl_profile_is_alone, false, memory_order_relaxed);
	*number = own != NULL && own->turn == turn && own->number != PL_ROWS_NONE
			  ? own->number
			  : number_without_record();
	return take_spare();
}

struct pl_profile_context *pl_context_enter(struct pl_thread *thread, uint32_t *number)
{
	struct pl_profile_context *context = thread != NULL ? thread->profile : NULL;

	if (thread == NULL ||
	    (context != NULL && context->turn == turn &&
	     PL_UNLIKELY(atomic_load_explicit(&context->is_used, memory_order_relaxed) != 0)))
		return enter_spare(context, number);
	if (PL_UNLIKELY(context == NULL || context->turn != turn))
		context = first_of(thread);
	if (context == NULL)
		return enter_spare(NULL, number);
	atomic_store_explicit(&context->is_used, 1, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
	if (PL_UNLIKELY(context->id != thread->id || context->number == PL_ROWS_NONE))
		name_thread(context, thread);
	else if (PL_UNLIKELY((context->operations & (context->operations + 1)) == 0))
		name_again(context);
	context->operations++;
	*number = context->number;
	return context;
}

void pl_context_leave(struct pl_profile_context *context)
{
	/* release: who takes a spare finds all that its last user wrote */
	atomic_store_explicit(&context->is_used, 0, memory_order_release);
}
