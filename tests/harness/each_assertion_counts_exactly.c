/* SPDX-License-Identifier: MIT */
/*
 * Each assertion, for the thread and for the process, at the edge where it holds and where it
 * fails, over every kind of request; and what its report says of allocations, bytes, deallocations
 * and leaked blocks, and of the request that came nearest. Blocks that come from outside are
 * nobody's leak, however they grow.
 *
 * shows: PL-301 PL-302 PL-581 PL-582
 * run: {self}
 * exit: 0
 * stdout:
 * | checks: {number}, none differs
 */
#define _GNU_SOURCE
#include <phaselock/assert.h>

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct phaselock_check_report last;
static char summary[200];
static int failures, checks, differences;

static void failed(const struct phaselock_check_report *report, void *context)
{
	char *site;

	(void)context;
	failures++;
	snprintf(summary, sizeof(summary), "%.*s", (int)strcspn(report->message, "\n"),
		 report->message);
	site = strstr(summary, " (first: ");
	if (site != NULL)
		*site = '\0';
}

static void done(const struct phaselock_check_report *report, void *context)
{
	(void)context;
	last = *report;
}

/* What an assertion came to: NULL if it holds, else the first line but for the site. */
static void expect(int line, const char *wanted, uint64_t allocations, uint64_t bytes,
		   uint64_t deallocations, uint64_t leaked)
{
	checks++;
	if (failures == (wanted != NULL) && (wanted == NULL || strcmp(wanted, summary) == 0) &&
	    last.allocations == allocations && last.bytes == bytes &&
	    last.deallocations == deallocations && last.leaked_blocks == leaked) {
		failures = 0;
		return;
	}
	differences++;
	printf("line %d: failures %d '%s', %lu allocations, %lu bytes, %lu deallocations, %lu "
	       "leaked\n",
	       line, failures, failures != 0 ? summary : "", (unsigned long)last.allocations,
	       (unsigned long)last.bytes, (unsigned long)last.deallocations,
	       (unsigned long)last.leaked_blocks);
	failures = 0;
}

#define HOLDS(allocations, bytes, deallocations)                                                   \
	expect(__LINE__, NULL, allocations, bytes, deallocations, 0)
#define FAILS(text, allocations, bytes, deallocations, leaked)                                     \
	expect(__LINE__, "asserted " text, allocations, bytes, deallocations, leaked)

static void *volatile block;

static void *grown(void *old, size_t size)
{
	return realloc(old, size);
}

/* One of every kind: 9 requests of 1,000 bytes in all, each given back. */
static void every_kind(void)
{
	static void *blocks[9];

	blocks[0] = malloc(100);
	blocks[1] = calloc(10, 10);
	blocks[2] = realloc(NULL, 100);
	blocks[3] = aligned_alloc(64, 128);
	if (posix_memalign(&blocks[4], 64, 72) != 0)
		abort();
	blocks[5] = memalign(64, 100);
	blocks[6] = valloc(200);
	blocks[7] = strdup("twelve bytes");
	blocks[8] = reallocarray(NULL, 17, 11);
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		free(blocks[i]);
}

static void of_this_thread(void)
{
	void *outside;

	phaselock_permit_begin();
	outside = malloc(10);
	phaselock_permit_end();

	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		free(NULL);
	}
	HOLDS(0, 0, 0);
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		every_kind();
	}
	FAILS("no allocations: 9 allocations, 1000 bytes", 9, 1000, 9, 0);
	PHASELOCK_ASSERT_MAX_ALLOCATIONS(9) {
		every_kind();
	}
	HOLDS(9, 1000, 9);
	PHASELOCK_ASSERT_MAX_ALLOCATIONS(8) {
		every_kind();
	}
	FAILS("at most 8 allocations: 9 allocations, 1000 bytes", 9, 1000, 9, 0);
	PHASELOCK_ASSERT_EXACT_ALLOCATIONS(9) {
		every_kind();
	}
	HOLDS(9, 1000, 9);
	PHASELOCK_ASSERT_EXACT_ALLOCATIONS(10) {
		every_kind();
	}
	FAILS("exactly 10 allocations: 9 allocations, 1000 bytes", 9, 1000, 9, 0);
	PHASELOCK_ASSERT_EXACT_ALLOCATIONS(8) {
		every_kind();
	}
	FAILS("exactly 8 allocations: 9 allocations, 1000 bytes", 9, 1000, 9, 0);
	PHASELOCK_ASSERT_ALLOCATES {
		free(malloc(1));
	}
	HOLDS(1, 1, 1);
	PHASELOCK_ASSERT_ALLOCATES {}
	FAILS("allocates: 0 allocations, 0 bytes", 0, 0, 0, 0);
	PHASELOCK_ASSERT_MAX_BYTES(1000) {
		every_kind();
	}
	HOLDS(9, 1000, 9);
	PHASELOCK_ASSERT_MAX_BYTES(999) {
		every_kind();
	}
	FAILS("at most 999 bytes: 9 allocations, 1000 bytes", 9, 1000, 9, 0);
	PHASELOCK_ASSERT_NO_DEALLOCATIONS {
		block = malloc(7);
	}
	HOLDS(1, 7, 0);
	PHASELOCK_ASSERT_NO_DEALLOCATIONS {
		free(block);
	}
	FAILS("no deallocations: 1 deallocation", 0, 0, 1, 0);

	PHASELOCK_ASSERT_NO_LEAK {
		every_kind();
	}
	HOLDS(9, 1000, 9);
	PHASELOCK_ASSERT_NO_LEAK {
		outside = grown(outside, 100000); /* still one from outside */
	}
	HOLDS(1, 100000, 0);
	PHASELOCK_ASSERT_NO_LEAK {
		block = grown(grown(malloc(1), 2), 50000);
	}
	FAILS("no leak: 1 block is still allocated", 3, 50003, 0, 1);
	PHASELOCK_ASSERT_NO_LEAK {
		free(block); /* one from outside */
		block = calloc(1, 3);
		block = (block = malloc(4), block);
	}
	FAILS("no leak: 2 blocks are still allocated", 2, 7, 1, 2);
	PHASELOCK_ASSERT_NO_LEAK {
		block = grown(malloc(5), 6);
		if (grown(block, PTRDIFF_MAX) != NULL) /* fails: the old one stays */
			abort();
		free(block);
	}
	HOLDS(3, 11 + (uint64_t)PTRDIFF_MAX, 1);
	free(outside);
}

/* What is permitted does not count; and what cannot be represented is no request. */
static void what_does_not_count(void)
{
	size_t volatile huge = SIZE_MAX / 2;

	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		phaselock_permit_begin();
		block = malloc(1);
		phaselock_permit_end();
	}
	HOLDS(0, 0, 0);
	free(block);
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		block = calloc(huge, 3);
	}
	if (block != NULL)
		abort();
	HOLDS(0, 0, 0);
}

static void nested(void)
{
	PHASELOCK_ASSERT_EXACT_ALLOCATIONS(3) {
		free(malloc(1));
		PHASELOCK_ASSERT_NO_ALLOCATIONS {
			free(malloc(2));
		}
		FAILS("no allocations: 1 allocation, 2 bytes", 1, 2, 1, 0);
		PHASELOCK_ASSERT_EXACT_ALLOCATIONS(1) {
			free(malloc(3));
		}
		HOLDS(1, 3, 1);
	}
	HOLDS(3, 6, 3);
}

static void of_the_process(void)
{
	PHASELOCK_ASSERT_NO_ALLOCATIONS_ANYWHERE {}
	HOLDS(0, 0, 0);
	PHASELOCK_ASSERT_NO_ALLOCATIONS_ANYWHERE {
		every_kind();
	}
	FAILS("no allocations anywhere: 9 allocations, 1000 bytes", 9, 1000, 9, 0);
	PHASELOCK_ASSERT_MAX_ALLOCATIONS_ANYWHERE(9) {
		every_kind();
	}
	HOLDS(9, 1000, 9);
	PHASELOCK_ASSERT_MAX_ALLOCATIONS_ANYWHERE(8) {
		every_kind();
	}
	FAILS("at most 8 allocations anywhere: 9 allocations, 1000 bytes", 9, 1000, 9, 0);
	PHASELOCK_ASSERT_EXACT_ALLOCATIONS_ANYWHERE(9) {
		every_kind();
	}
	HOLDS(9, 1000, 9);
	PHASELOCK_ASSERT_EXACT_ALLOCATIONS_ANYWHERE(8) {
		every_kind();
	}
	FAILS("exactly 8 allocations anywhere: 9 allocations, 1000 bytes", 9, 1000, 9, 0);
	PHASELOCK_ASSERT_ALLOCATES_ANYWHERE {
		free(malloc(1));
	}
	HOLDS(1, 1, 1);
	PHASELOCK_ASSERT_ALLOCATES_ANYWHERE {}
	FAILS("allocates anywhere: 0 allocations, 0 bytes", 0, 0, 0, 0);
	PHASELOCK_ASSERT_MAX_BYTES_ANYWHERE(1000) {
		every_kind();
	}
	HOLDS(9, 1000, 9);
	PHASELOCK_ASSERT_MAX_BYTES_ANYWHERE(999) {
		every_kind();
	}
	FAILS("at most 999 bytes anywhere: 9 allocations, 1000 bytes", 9, 1000, 9, 0);
	PHASELOCK_ASSERT_NO_DEALLOCATIONS_ANYWHERE {
		block = malloc(7);
	}
	HOLDS(1, 7, 0);
	PHASELOCK_ASSERT_NO_DEALLOCATIONS_ANYWHERE {
		free(block);
	}
	FAILS("no deallocations anywhere: 1 deallocation", 0, 0, 1, 0);
	PHASELOCK_ASSERT_NO_LEAK_ANYWHERE {
		every_kind();
	}
	HOLDS(9, 1000, 9);
	PHASELOCK_ASSERT_NO_LEAK_ANYWHERE {
		block = malloc(9);
	}
	FAILS("no leak anywhere: 1 block is still allocated", 1, 9, 0, 1);
	free(block);
}

static void *forbidden(size_t size)
{
	void *served;

	phaselock_forbid_begin();
	served = malloc(size);
	phaselock_forbid_end();
	return served;
}

/* Under the name of a copy that a compiler made; it makes none of its own for a known size. */
static volatile size_t five = 5;
static void *copy_of(size_t size) __asm__("copy_of.constprop.0") __attribute__((noinline));
static void *copy_of(size_t size)
{
	void *volatile copy = forbidden(size);

	return copy;
}

static void near_misses(void)
{
	PHASELOCK_ASSERT_VIOLATION_OF("malloc", 5, "copy_of") {
		free(copy_of(five));
	}
	HOLDS(1, 5, 1);
	PHASELOCK_ASSERT_VIOLATION_OF("malloc", 5, "copy_of.constprop.0") {
		free(copy_of(five));
	}
	HOLDS(1, 5, 1);
	PHASELOCK_ASSERT_VIOLATION_OF("malloc", 5, "other_copy_of") {
		free(copy_of(five));
	}
	FAILS("violation of \"malloc\", 5, \"other_copy_of\": there was none; the nearest is "
	      "malloc(5): other site",
	      1, 5, 1, 0);
	PHASELOCK_ASSERT_VIOLATION_OF("malloc", 6, "copy_of") {
		free(malloc(7));
		free(copy_of(five));
		free(forbidden(6));
	}
	FAILS("violation of \"malloc\", 6, \"copy_of\": there was none; the nearest is "
	      "malloc(5): other size",
	      3, 18, 3, 0);
	PHASELOCK_ASSERT_VIOLATION_OF("calloc", 6, "nowhere") {
		free(malloc(5));
	}
	FAILS("violation of \"calloc\", 6, \"nowhere\": there was none; the nearest is "
	      "malloc(5): other function, other size, other site, not forbidden",
	      1, 5, 1, 0);
	PHASELOCK_ASSERT_VIOLATION {
		differences += 0;
	}
	FAILS("violation: there was none", 0, 0, 0, 0);
}

static void of_violations(void)
{
	PHASELOCK_ASSERT_VIOLATION {
		free(forbidden(5));
	}
	HOLDS(1, 5, 1);
	PHASELOCK_ASSERT_VIOLATION {
		free(malloc(5));
	}
	FAILS("violation: there was none; the nearest is malloc(5): not forbidden", 1, 5, 1, 0);
	PHASELOCK_ASSERT_VIOLATION_OF("malloc", 5, NULL) {
		free(forbidden(5));
	}
	HOLDS(1, 5, 1);
	PHASELOCK_ASSERT_VIOLATION_OF("malloc", 6, NULL) {
		free(forbidden(5));
	}
	FAILS("violation of \"malloc\", 6, NULL: there was none; the nearest is malloc(5): "
	      "other size",
	      1, 5, 1, 0);
	PHASELOCK_ASSERT_VIOLATION_OF("calloc", PHASELOCK_ANY_SIZE, NULL) {
		free(forbidden(5));
	}
	FAILS("violation of \"calloc\", PHASELOCK_ANY_SIZE, NULL: there was none; the nearest is "
	      "malloc(5): other function",
	      1, 5, 1, 0);
	PHASELOCK_ASSERT_VIOLATION_OF(NULL, PHASELOCK_ANY_SIZE, "main") {
		free(forbidden(5));
	}
	HOLDS(1, 5, 1);
	PHASELOCK_ASSERT_VIOLATION_OF(NULL, PHASELOCK_ANY_SIZE, "mai") {
		free(forbidden(5));
	}
	FAILS("violation of NULL, PHASELOCK_ANY_SIZE, \"mai\": there was none; the nearest is "
	      "malloc(5): other site",
	      1, 5, 1, 0);
}

int main(void)
{
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 2;
	phaselock_on_failure(failed, NULL);
	phaselock_on_check(done, NULL);
	of_this_thread();
	what_does_not_count();
	nested();
	of_the_process();
	of_violations();
	near_misses();
	lock_allocations(); /* the phase changes nothing */
	of_this_thread();
	nested();
	unlock_allocations();
	if (differences == 0)
		printf("checks: %d, none differs\n", checks);
	return differences != 0;
}
