/* SPDX-License-Identifier: MIT */
/*
 * The page as an unnamed file in memory. A guarded process opens it through this process's folder
 * in /proc: so it needs no descriptor handed down, which the program could find, and no name in the
 * file system, which could stay.
 *
 * Here it is mapped privately, and never written: the kernel shows what the others write all the
 * same, and refuses to seal the file as long as somebody has it mapped to write. So it tells
 * whether a guarded process lives, whoever its parent is, and whatever rights it has.
 */
#define _GNU_SOURCE
#include "page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool page_make(struct page *page, const char *report)
{
	int fd = memfd_create("phaselock run", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct pl_channel empty = {.magic = PL_CHANNEL_MAGIC};
	void *mapped;

	if (fd < 0)
		return false;
	snprintf(empty.report, sizeof(empty.report), "%s", report);
	if (ftruncate(fd, sizeof(empty)) != 0 ||
	    pwrite(fd, &empty, sizeof(empty), 0) != (ssize_t)sizeof(empty))
		return false;
	mapped = mmap(NULL, sizeof(empty), PROT_READ, MAP_PRIVATE, fd, 0);
	if (mapped == MAP_FAILED)
		return false;
	page->channel = mapped;
	page->fd = fd; /* stays open: the path leads through it */
	snprintf(page->path, sizeof(page->path), "/proc/%ld/fd/%d", (long)getpid(), fd);
	return true;
}

static uint64_t load(const _Atomic uint64_t *field)
{
	return atomic_load_explicit(field, memory_order_relaxed);
}

static struct page_phase read_phase(const struct pl_channel_phase *phase)
{
	return (struct page_phase){
		.requests = load(&phase->allocations) + load(&phase->reallocations),
		.bytes = load(&phase->bytes_requested),
		.permitted = load(&phase->permitted_attempts),
		.suppressed = load(&phase->suppressed),
		.frees = load(&phase->deallocations),
	};
}

/* A name that a guarded process wrote, and so anything; say() quotes it. */
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

struct page_counts page_read(const struct page *page)
{
	const struct pl_channel *channel = page->channel;
	struct page_counts counts = {
		.processes_started = load(&channel->processes_started),
		.processes_forked = load(&channel->processes_forked),
		.processes_ended = load(&channel->processes_ended),
		.entries_missing = load(&channel->entries_missing),
		.allocator_failed = load(&channel->allocator_failed),
		.lock_at_main_failed = load(&channel->lock_at_main_failed),
		.locks = load(&channel->locks),
		.scopes = load(&channel->scopes),
		.violations = load(&channel->violations),
		.init = read_phase(&channel->init),
		.locked = read_phase(&channel->locked),
		.unseen_modules = load(&channel->unseen_modules),
	};

	for (size_t i = 0; i < PL_CHANNEL_UNSEEN; i++)
		read_unseen(&counts.unseen[i], &channel->unseen[i]);
	return counts;
}

bool page_is_in_use(const struct page *page)
{
	return fcntl(page->fd, F_ADD_SEALS, F_SEAL_WRITE) != 0 && errno == EBUSY;
}
