/* SPDX-License-Identifier: MIT */
/*
 * The page as an unnamed file in memory. A guarded process inherits it, or is handed it: it needs
 * no name in the file system, which could stay. Nobody can cut it, which would end whoever reads
 * it.
 *
 * A second file is mapped by each guarded process and read by nobody. The kernel refuses to seal it
 * against writing as long as somebody has it mapped to write: so it tells whether a guarded process
 * lives, whoever its parent is, and whatever rights it has. The page cannot be such a file: seals
 * can be added to one only while no seal forbids it, and then a program could add others.
 */
#define _GNU_SOURCE
#include "page.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW)
#define INHERITED_BELOW 1024 /* what select(2) knows, and a usual limit */
#define INHERITED_ROOM 64

/* Returns a file in memory that begins with that and whose size cannot change; or -1. */
static int make_file(const void *start, size_t start_size, size_t size)
{
	int fd = memfd_create("phaselock run", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && ftruncate(fd, (off_t)size) == 0 &&
	    pwrite(fd, start, start_size, 0) == (ssize_t)start_size &&
	    fcntl(fd, F_ADD_SEALS, SEALS) == 0)
		return fd;
	return -1;
}

/* Moves a file to a number that a program does not reach by itself, if there is one. */
static int move_up(int fd)
{
	struct rlimit limit = {.rlim_cur = 0};
	int least, moved = -1;

	getrlimit(RLIMIT_NOFILE, &limit);
	least = limit.rlim_cur < INHERITED_BELOW ? (int)limit.rlim_cur : INHERITED_BELOW;
	if (least > INHERITED_ROOM)
		moved = fcntl(fd, F_DUPFD_CLOEXEC, least - INHERITED_ROOM);
	if (moved < 0)
		return fd;
	close(fd);
	return moved;
}

/* A limit, as of ulimit -f, may leave no room for the record: then there are only counts. */
static int make_page(const struct pl_channel *empty, size_t *size)
{
	int fd;

	*size = empty->profile_frames > 0 ? PL_CHANNEL_PROFILE_END : PL_CHANNEL_FILE_SIZE;
	fd = make_file(empty, sizeof(*empty), *size);
	if (fd >= 0 || empty->profile_frames > 0)
		return fd;
	*size = sizeof(*empty);
	return make_file(empty, sizeof(*empty), *size);
}

bool page_make(struct page *page, const struct page_settings *settings)
{
	const struct pl_options *options = settings->options;
	struct pl_channel empty = {
		.head = {.magic = PL_CHANNEL_MAGIC},
		.is_live = settings->live,
		.clock = options->have_lock_after ? options->lock_after_ms + 1 : 0,
		.profile_frames = settings->frames,
	};
	size_t size;
	unsigned tag;
	char *start;

	if (getrandom(&empty.head.cookie, sizeof(empty.head.cookie), 0) < 0 ||
	    getrandom(&tag, sizeof(tag), 0) < 0)
		return false;
	snprintf(empty.report, sizeof(empty.report), "%s", settings->report);
	page->files[0] = make_page(&empty, &size);
	page->files[1] = make_file(&empty.head, sizeof(empty.head), sizeof(empty.head));
	if (page->files[0] < 0 || page->files[1] < 0 ||
	    fcntl(page->files[0], F_ADD_SEALS, F_SEAL_SEAL) != 0)
		return false;
	start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, page->files[0],
		     0);
	if (start == MAP_FAILED)
		return false;
	page->channel = (void *)start;
	page->record = size > sizeof(empty) ? (void *)(start + PL_CHANNEL_RECORD_AT) : NULL;
	page->profile =
		size > PL_CHANNEL_FILE_SIZE ? (void *)(start + PL_CHANNEL_PROFILE_AT) : NULL;
	for (int i = 0; i < PAGE_FILES; i++)
		page->files[i] = move_up(page->files[i]);
	snprintf(page->name, sizeof(page->name), PL_REACH_NAME "%ld-%08x", (long)getpid(), tag);
	snprintf(page->where, sizeof(page->where), "%d:%d:%016" PRIx64 ":%s", page->files[0],
		 page->files[1], empty.head.cookie, page->name);
	return true;
}

static uint64_t load(const _Atomic uint64_t *field)
{
	return atomic_load_explicit(field, memory_order_relaxed);
}

static struct page_phase read_phase(const struct pl_layout_phase *phase)
{
	return (struct page_phase){
		.requests = load(&phase->allocations) + load(&phase->reallocations),
		.bytes = load(&phase->bytes_requested),
		.permitted = load(&phase->permitted_attempts),
		.suppressed = load(&phase->suppressed),
		.frees = load(&phase->deallocations),
	};
}

/* A guarded process wrote this name, so it may be anything; say() quotes it. */
static void read_name(char name[PHASELOCK_MODULE_NAME_SIZE], const char *written)
{
	memcpy(name, written, PHASELOCK_MODULE_NAME_SIZE);
	name[PHASELOCK_MODULE_NAME_SIZE - 1] = '\0';
}

static void read_unseen(struct page_unseen *unseen, const struct pl_channel_unseen *written)
{
	unseen->entries = atomic_load_explicit(&written->entries, memory_order_acquire);
	read_name(unseen->module, written->module);
	read_name(unseen->allocator, written->allocator);
	read_name(unseen->function, written->function);
}

static void read_unchecked(struct page_unchecked *unchecked,
			   const struct pl_channel_unchecked *written)
{
	unchecked->id = atomic_load_explicit(&written->id, memory_order_acquire);
	memcpy(unchecked->name, written->name, sizeof(unchecked->name));
	unchecked->name[sizeof(unchecked->name) - 1] = '\0';
}

void page_say_moment(const struct page *page, enum pl_channel_want want)
{
	struct timespec now = {0, 0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	pl_channel_say_moment(page->channel,
			      (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec, want);
}

void page_await(const struct page *page, uint32_t child)
{
	if (page->record != NULL)
		atomic_fetch_add_explicit(&page->record->awaited[child % PL_LAYOUT_AWAITED], 1,
					  memory_order_relaxed);
}

static uint64_t count_unheard(const struct page *page)
{
	const struct pl_channel *channel = page->channel;
	uint64_t count = load(&channel->processes_without_place);

	for (size_t i = 0; i < PL_CHANNEL_PROCESSES; i++)
		count += atomic_load_explicit(&channel->processes[i], memory_order_relaxed) != 0;
	for (size_t i = 0; page->record != NULL && i < PL_LAYOUT_AWAITED; i++) {
		int awaited = atomic_load_explicit(&page->record->awaited[i], memory_order_relaxed);

		if (awaited > 0)
			count += (uint64_t)awaited;
	}
	return count;
}

struct page_counts page_read(const struct page *page)
{
	const struct pl_channel *channel = page->channel;
	struct page_counts counts = {
		.processes_started = load(&channel->processes_started),
		.processes_forked = load(&channel->processes_forked),
		.processes_ended = load(&channel->processes_ended),
		.processes_left = load(&channel->processes_left),
		.processes_unheard = count_unheard(page),
		.processes_unchecked = load(&channel->processes_unchecked),
		.entries_missing = load(&channel->entries_missing),
		.allocator_failed = load(&channel->allocator_failed),
		.lock_at_main_failed = load(&channel->lock_at_main_failed),
		.handlers_gone = load(&channel->handlers_gone),
		.locks = load(&channel->locks),
		.scopes = load(&channel->scopes),
		.watches = load(&channel->watches),
		.checks_failed_in_forks = load(&channel->checks_failed_in_forks),
		.hot = load(&channel->hot),
		.hot_unread = load(&channel->hot_unread),
		.violations = load(&channel->violations),
		.told = load(&channel->told),
		.apart = load(&channel->apart),
		.lost = load(&channel->lost),
		.init = read_phase(&channel->init),
		.locked = read_phase(&channel->locked),
		.unseen_modules = load(&channel->unseen_modules),
	};

	for (size_t i = 0; i < sizeof(counts.checks) / sizeof(counts.checks[0]); i++)
		counts.checks[i] = load(&channel->checks[i]);
	for (size_t i = 0; i < PL_CHANNEL_UNCHECKED; i++)
		read_unchecked(&counts.unchecked[i], &channel->unchecked[i]);
	for (size_t i = 0; i < PL_CHANNEL_UNSEEN; i++)
		read_unseen(&counts.unseen[i], &channel->unseen[i]);
	return counts;
}

void page_close(const struct page *page)
{
	atomic_store_explicit(&page->channel->is_over, 1, memory_order_relaxed);
}

/*
 * A process that followed the run, and was killed before it took up the moment, was still locked.
 */
static bool was_locked(const struct pl_channel *channel, size_t place)
{
	uint32_t was = atomic_load_explicit(&channel->were[place], memory_order_relaxed);

	return (was & PL_CHANNEL_LOCKED) != 0 ||
	       ((was & PL_CHANNEL_FOLLOWS) != 0 && load(&channel->moments_to_lock) > 0);
}

void page_note_end(const struct page *page, uint32_t process, const char *name)
{
	for (size_t i = 0; i < PL_CHANNEL_PROCESSES; i++) {
		uint32_t found = process;
		bool locked = was_locked(page->channel, i);

		if (atomic_compare_exchange_strong_explicit(&page->channel->processes[i], &found, 0,
							    memory_order_relaxed,
							    memory_order_relaxed)) {
			if (locked)
				atomic_fetch_add_explicit(&page->channel->locks, 1,
							  memory_order_relaxed);
			else
				pl_channel_count_unchecked(page->channel, process, name);
			return;
		}
	}
}

bool page_is_in_use(const struct page *page)
{
	return fcntl(page->files[1], F_ADD_SEALS, F_SEAL_WRITE) != 0 && errno == EBUSY;
}
