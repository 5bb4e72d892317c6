/* SPDX-License-Identifier: MIT */
/*
 * Frees in a locked phase keep memory from the kernel. After the unlock it goes back at the first
 * request or free of the thread that freed, or at the first calloc, realloc or aligned request of
 * another thread. The same holds in a child of a fork() that was made while locked, and again after
 * a second lock. Huge blocks go back at once again.
 *
 * shows: PL-143
 * environment: MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0
 * each: request calloc realloc aligned small large free calloc_of_another
 * run: {self} {request}
 * exit: 0
 * run: {self} huge
 * environment: MALLOC_CONF=dirty_decay_ms:60000,muzzy_decay_ms:60000
 * exit: 0
 */
#define _GNU_SOURCE
#include "over_system.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>

#define BLOCKS 1000
#define BLOCK 40000 /* in one of the arenas for all sizes */
#define TOTAL ((size_t)BLOCKS * BLOCK)
#define HUGE_BLOCK ((size_t)64 << 20)

static void *blocks[BLOCKS];
static bool over_system;

/* Bytes resident, without the heap. */
static size_t resident(void)
{
	char text[128] = "";
	int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	unsigned long size, pages;

	CHECK(file >= 0 && read(file, text, sizeof(text) - 1) > 0);
	close(file);
	CHECK(sscanf(text, "%lu %lu", &size, &pages) == 2);
	return pages * 4096;
}

static void take_all(void)
{
	for (int i = 0; i < BLOCKS; i++) {
		blocks[i] = malloc(BLOCK);
		CHECK(blocks[i] != NULL);
		memset(blocks[i], 1, BLOCK);
	}
}

static void free_all(void)
{
	for (int i = 0; i < BLOCKS; i++)
		free(blocks[i]);
}

static void *kept; /* made before the lock */

static void *request_calloc(void *unused)
{
	free(opaque(calloc(1, 10)));
	return unused;
}

static void request(const char *kind)
{
	void *block = kept;
	pthread_t thread;

	if (strcmp(kind, "calloc") == 0)
		block = calloc(1, 10);
	else if (strcmp(kind, "small") == 0)
		block = malloc(10);
	else if (strcmp(kind, "calloc_of_another") == 0)
		CHECK(pthread_create(&thread, NULL, request_calloc, NULL) == 0 &&
		      pthread_join(thread, NULL) == 0);
	else if (strcmp(kind, "aligned") == 0)
		block = aligned_alloc(64, 64);
	else if (strcmp(kind, "large") == 0)
		block = malloc(10000);
	else if (strcmp(kind, "realloc") == 0)
		block = realloc(malloc(10), 20);
	CHECK(block != NULL);
	if (strcmp(kind, "calloc_of_another") == 0)
		return;
	free(block);
	if (block != kept)
		free(kept);
}

/* With a decay of 0 a free gives pages back at once, but not while locked. */
static void hold_and_let_go(const char *kind)
{
	size_t before, full;
	pid_t child;
	int status;

	before = resident();
	kept = malloc(10);
	take_all();
	full = resident();
	CHECK(full > before + TOTAL * 9 / 10);
	lock_allocations();
	free_all();
	CHECK(over_system || resident() > full - TOTAL / 10);
	child = fork();
	CHECK(child >= 0);
	unlock_allocations();
	request(kind);
	CHECK(resident() < full - TOTAL * 8 / 10);
	if (child == 0)
		_exit(0);
	CHECK_EQUAL(waitpid(child, &status, 0), child);
	CHECK_EQUAL(status, 0);
	/* From now on memory goes back at once. */
	take_all();
	free_all();
	CHECK(resident() < full - TOTAL * 8 / 10);
}

static void *take_huge(void)
{
	void *block = malloc(HUGE_BLOCK);

	CHECK(block != NULL);
	return memset(block, 1, HUGE_BLOCK);
}

static void huge(void)
{
	void *block = take_huge();
	size_t full = resident();

	lock_allocations();
	free(block);
	CHECK(over_system || resident() > full - HUGE_BLOCK / 10);
	unlock_allocations();
	block = take_huge();
	free(block);
	CHECK(resident() < full - HUGE_BLOCK * 9 / 10);
}

int main(int argc, char **argv)
{
	require_armed();
	CHECK(argc == 2);
	over_system = is_over_system();
	if (strcmp(argv[1], "huge") == 0) {
		huge();
		return 0;
	}
	hold_and_let_go(argv[1]);
	hold_and_let_go(argv[1]);
	return 0;
}
