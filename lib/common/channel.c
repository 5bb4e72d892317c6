/* SPDX-License-Identifier: MIT */
/*
 * The guarded side of the page shared with `phaselock run`. It must not know what the command makes
 * of it.
 */
#include "common/channel.h"

#include "common/os.h"

#include <string.h>

/*
 * Written by the constructor, before any second thread, and read by any. What awaits children may
 * be there without the other: in a copy of the library that stays out of another one's way.
 */
static struct pl_channel *page;
static struct pl_layout *awaiting;

/* The process that the page counts as one; written by the constructor and in a forked child. */
static uint32_t owner;
static _Atomic uint32_t ended; /* the same, once it has; relaxed */

/* Set in a forked child. */
static bool adopted;

/*
 * What this process was, and its place; PL_CHANNEL_PROCESSES: it has none. As owner; the first is
 * added to by any thread, relaxed.
 */
static _Atomic unsigned notes;
static size_t own_place;

/* As page: what is mapped. */
static struct pl_reach reached;

static const struct pl_reach_parts parts = {
	.size = sizeof(struct pl_channel),
	.rest_at = PL_CHANNEL_RECORD_AT,
	.rest_size = sizeof(struct pl_layout),
	.more_at = PL_CHANNEL_PROFILE_AT,
	.more_size = PL_PROFILE_SIZE,
	.more_begin = PL_PROFILE_CHUNKS_AT,
};

/* ---- who was not heard of again -------------------------------------------------------------- */

/*
 * Puts one process in the place of another, once, 0 being none. Returns the place, or
 * PL_CHANNEL_PROCESSES if that had none.
 */
static size_t replace(uint32_t old, uint32_t new)
{
	for (size_t i = 0; i < PL_CHANNEL_PROCESSES; i++) {
		uint32_t found = old;

		if (atomic_load_explicit(&page->processes[i], memory_order_relaxed) == old &&
		    atomic_compare_exchange_strong_explicit(&page->processes[i], &found, new,
							    memory_order_relaxed,
							    memory_order_relaxed))
			return i;
	}
	return PL_CHANNEL_PROCESSES;
}

static void await(uint32_t process, int8_t children)
{
	if (awaiting != NULL)
		atomic_fetch_add_explicit(&awaiting->awaited[process % PL_LAYOUT_AWAITED], children,
					  memory_order_relaxed);
}

void pl_channel_await(uint32_t child)
{
	await(child, 1);
}

static void begin(void)
{
	owner = (uint32_t)pl_os_process_id();
	atomic_store_explicit(&notes, 0, memory_order_relaxed);
	own_place = page != NULL ? replace(0, owner) : PL_CHANNEL_PROCESSES;
	if (own_place < PL_CHANNEL_PROCESSES)
		atomic_store_explicit(&page->were[own_place], 0, memory_order_relaxed);
	else if (page != NULL)
		PL_CHANNEL_COUNT(processes_without_place);
}

void pl_channel_note(unsigned was)
{
	if ((atomic_load_explicit(&notes, memory_order_relaxed) & was) == was || page == NULL)
		return;
	atomic_fetch_or_explicit(&notes, was, memory_order_relaxed);
	if (own_place < PL_CHANNEL_PROCESSES)
		atomic_fetch_or_explicit(&page->were[own_place], was, memory_order_relaxed);
}

/* Before the place of this process is given up. */
static void note_end(void)
{
	char name[16];

	if ((atomic_load_explicit(&notes, memory_order_relaxed) & PL_CHANNEL_LOCKED) != 0)
		return;
	pl_os_thread_name(name);
	pl_channel_count_unchecked(page, owner, name);
}

bool pl_channel_open(const char *text)
{
	uint32_t process;

	if (!pl_reach(text, PL_CHANNEL_MAGIC, &parts, &reached))
		return false;
	page = reached.page;
	if (atomic_load_explicit(&page->is_over, memory_order_relaxed) != 0) {
		page = NULL;
		pl_reach_leave(&reached, &parts);
		return false;
	}
	awaiting = reached.rest;
	process = (uint32_t)pl_os_process_id();
	if (replace(process, 0) == PL_CHANNEL_PROCESSES) /* the program that executed this one */
		await(process, -1);
	begin();
	return true;
}

void pl_channel_open_beside(const char *text)
{
	struct pl_reach found;

	if (!pl_reach(text, PL_CHANNEL_MAGIC, &parts, &found))
		return;
	awaiting = found.rest;
	/* The other copy tells by its own whether the process lives. */
	found.rest = NULL;
	pl_reach_leave(&found, &parts);
}

void pl_channel_report(const char *text, char path[PL_REACH_PATH_SIZE])
{
	if (page != NULL)
		memcpy(path, page->report, PL_REACH_PATH_SIZE);
	if (page == NULL || !pl_reach_is_own(text, path))
		path[0] = '\0';
}

struct pl_channel *pl_channel(void)
{
	return page;
}

struct pl_layout *pl_channel_record(void)
{
	return page != NULL ? reached.rest : NULL;
}

struct pl_profile *pl_channel_profile(void)
{
	return page != NULL && page->profile_frames != 0 ? reached.more : NULL;
}

bool pl_channel_tells(void)
{
	return pl_channel_record() != NULL && page->is_live == 0 &&
	       atomic_load_explicit(&page->is_over, memory_order_relaxed) == 0;
}

/*
 * ---- what is counted ---------------------------------------------------------------------------
 */

static void add(_Atomic uint64_t *sum, uint64_t n)
{
	atomic_fetch_add_explicit(sum, n, memory_order_relaxed);
}

void pl_channel_add(const struct phaselock_stats *done, bool locked)
{
	struct pl_layout_phase *sums;

	/*
	 * In a child of fork() what was not published yet is its parent's, until pl_channel_skip().
	 */
	if (page == NULL || owner != pl_os_process_id())
		return;
	sums = locked ? &page->locked : &page->init;
	add(&sums->allocations, done->allocations);
	add(&sums->reallocations, done->reallocations);
	add(&sums->deallocations, done->deallocations);
	add(&sums->bytes_requested, done->bytes_requested);
	add(&sums->permitted_attempts, done->permitted_attempts);
}

static bool is_named(const struct phaselock_unseen *unseen)
{
	for (size_t i = 0; i < PL_CHANNEL_UNSEEN; i++)
		if (atomic_load_explicit(&page->unseen[i].entries, memory_order_acquire) != 0 &&
		    strncmp(page->unseen[i].module, unseen->module, PHASELOCK_MODULE_NAME_SIZE) ==
			    0)
			return true;
	return false;
}

void pl_channel_name(const struct phaselock_unseen *unseen)
{
	struct pl_channel_unseen *named;
	uint64_t place;

	if (page == NULL || is_named(unseen))
		return;
	place = atomic_fetch_add_explicit(&page->unseen_modules, 1, memory_order_relaxed);
	if (place >= PL_CHANNEL_UNSEEN)
		return;
	named = &page->unseen[place];
	memcpy(named->module, unseen->module, sizeof(named->module));
	memcpy(named->allocator, unseen->allocator, sizeof(named->allocator));
	strncpy(named->function, unseen->function, sizeof(named->function) - 1);
	atomic_store_explicit(&named->entries, unseen->entries, memory_order_release);
}

void pl_channel_adopt(void)
{
	begin();
	adopted = true;
	PL_CHANNEL_COUNT(processes_forked);
}

bool pl_channel_may_leave(void)
{
	return page != NULL && adopted && owner == pl_os_process_id();
}

bool pl_channel_leave(void)
{
	if (!pl_channel_may_leave())
		return false;
	replace(owner, 0);
	PL_CHANNEL_COUNT(processes_left);
	atomic_fetch_sub_explicit(&page->processes_forked, 1, memory_order_relaxed);
	page = NULL;
	awaiting = NULL;
	pl_reach_leave(&reached, &parts); /* who has it mapped is awaited */
	return true;
}

bool pl_channel_is_own(void)
{
	return page != NULL && owner == pl_os_process_id() &&
	       atomic_load_explicit(&ended, memory_order_relaxed) != owner;
}

void pl_channel_end(void)
{
	/* A handler of SIGABRT, or another thread, may end the process once more. */
	if (!pl_channel_is_own() ||
	    atomic_exchange_explicit(&ended, owner, memory_order_relaxed) == owner)
		return;
	note_end();
	PL_CHANNEL_COUNT(processes_ended);
	replace(owner, 0);
}

void pl_channel_end_shared(void)
{
	uint32_t process;

	/* Without a page no system call is made, for which a filter might end the process. */
	if (page == NULL)
		return;
	process = (uint32_t)pl_os_process_id();
	if (owner != process)
		await(process, -1);
}
