/* SPDX-License-Identifier: MIT */
/*
 * What a module does with its heap, one exported function for each behaviour of the guard in it.
 * host.c calls
 * each in a module of its own, armed and with its lines led to the host.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <phaselock/phaselock.h>
#include <phaselock_wasm.h>

#include "case.h"

extern void *memalign(size_t alignment, size_t size);
extern void *valloc(size_t size);
extern void *pvalloc(size_t size);
extern void cfree(void *block);
extern void free_sized(void *block, size_t size);
extern void free_aligned_sized(void *block, size_t alignment, size_t size);
extern size_t malloc_usable_size(void *block);

/* Or the compiler would do without the requests. */
static void *volatile block;
static void *volatile other;
static volatile size_t odd = 3;

static int by_posix_memalign(void *volatile *out, size_t alignment, size_t size)
{
	void *taken = NULL;
	int error = posix_memalign(&taken, alignment, size);

	*out = taken;
	return error;
}

/* wasm2c 1.0.32 calls an import by its address with a wrong instance. */
static void write_line(const char *text, size_t length)
{
	line(text, length);
}

CASE(arm)
{
	const struct phaselock_wasm_settings settings = {.write = write_line};

	phaselock_wasm_configure(&settings);
	return phaselock_armed();
}

CASE(arming_counts_nothing)
{
	struct phaselock_stats stats;

	phaselock_lock_allocations();
	CHECK(phaselock_armed() == PHASELOCK_ENTRY_ALL);
	phaselock_get_stats(&stats, sizeof(stats));
	CHECK(stats.allocations == 0 && stats.locked_attempts == 0 && stats.deallocations == 0);
	return 0;
}

/* A request by each entry, and its end: 13 blocks, of which one is resized. */
CASE(each_entry_counts)
{
	struct phaselock_stats stats;

	block = malloc(10);
	free(block);
	block = calloc(2, 5);
	free(block);
	block = realloc(NULL, 10);
	block = realloc(block, 1000);
	CHECK(realloc(block, 0) == NULL);
	block = reallocarray(NULL, 2, 5);
	free(block);
	CHECK(by_posix_memalign(&block, 64, 10) == 0 && (uintptr_t)block % 64 == 0);
	free_aligned_sized(block, 64, 10);
	block = aligned_alloc(128, 10);
	CHECK((uintptr_t)block % 128 == 0);
	cfree(block);
	block = memalign(48, 10);
	CHECK((uintptr_t)block % 64 == 0);
	free(block);
	block = valloc(10);
	CHECK((uintptr_t)block % 65536 == 0);
	free_sized(block, 10);
	block = pvalloc(10);
	CHECK(malloc_usable_size(block) >= 65536);
	free(block);
	block = strdup("123456789");
	free(block);
	free(NULL);
	phaselock_get_stats(&stats, sizeof(stats));
	CHECK(stats.allocations == 10 && stats.deallocations == 10 && stats.reallocations == 1);
	CHECK(stats.bytes_requested == 9 * 10 + 65536 + 1000);
	CHECK(stats.bytes_allocated >= stats.bytes_requested && stats.live_allocations == 0);
	CHECK(stats.live_bytes == 0 && stats.bytes_reallocated > 0 && stats.threads == 1);
	return 0;
}

CASE(errors_are_those_of_libc)
{
	struct phaselock_stats stats;

	phaselock_lock_allocations(); /* none of these is a request */
	errno = 0;
	CHECK(calloc(SIZE_MAX / 2, 3) == NULL && errno == ENOMEM);
	errno = 0;
	CHECK(reallocarray(NULL, SIZE_MAX / 2, 3) == NULL && errno == ENOMEM);
	errno = 0;
	CHECK(aligned_alloc(odd, 10) == NULL && errno == EINVAL);
	CHECK(by_posix_memalign(&block, 2, 10) == EINVAL);
	phaselock_unlock_allocations();
	errno = 0;
	block = malloc(SIZE_MAX / 2);
	CHECK(block == NULL && errno == ENOMEM);
	phaselock_get_stats(&stats, sizeof(stats));
	CHECK(stats.allocations == 1 && stats.failed_allocations == 1);
	CHECK(stats.live_allocations == 0 && stats.bytes_allocated == 0);
	return 0;
}

CASE(innermost_scope_decides)
{
	struct phaselock_stats stats;

	phaselock_set_policy(PHASELOCK_DENY);
	phaselock_forbid_begin();
	errno = 0;
	CHECK((block = malloc(1)) == NULL && errno == ENOMEM);
	phaselock_permit_begin();
	CHECK((block = malloc(2)) != NULL); /* not locked: granted, not permitted */
	phaselock_forbid_begin();
	CHECK((other = malloc(3)) == NULL);
	phaselock_forbid_end();
	free(block);
	phaselock_permit_end();
	CHECK((block = malloc(4)) == NULL);
	phaselock_forbid_end();
	CHECK((block = malloc(5)) != NULL);
	free(block);
	phaselock_lock_allocations();
	{
		PHASELOCK_PERMIT_SCOPE;
		CHECK((block = malloc(6)) != NULL);
	}
	CHECK((other = malloc(7)) == NULL);
	phaselock_get_stats(&stats, sizeof(stats));
	CHECK(stats.locked_attempts == 4 && stats.permitted_attempts == 1);
	CHECK(stats.allocations == 3 && stats.phase == PHASELOCK_LOCKED);
	return 0;
}

CASE(denied_leaves_all_as_it_was)
{
	struct phaselock_stats stats;

	phaselock_set_policy(PHASELOCK_DENY);
	block = malloc(8);
	memcpy(block, "seven..", 8);
	phaselock_lock_allocations();
	errno = 0;
	CHECK(realloc(block, 100) == NULL && errno == ENOMEM);
	CHECK(strcmp(block, "seven..") == 0);
	CHECK((other = strdup("x")) == NULL);
	CHECK((other = calloc(1, 1)) == NULL);
	CHECK((other = aligned_alloc(64, 64)) == NULL);
	CHECK(by_posix_memalign(&other, 64, 64) == ENOMEM);
	CHECK(realloc(block, 0) == NULL); /* a free, which the lock lets pass */
	phaselock_get_stats(&stats, sizeof(stats));
	CHECK(stats.locked_attempts == 5 && stats.locked_deallocations == 1);
	CHECK(stats.live_allocations == 0);
	return 0;
}

CASE(free_can_be_forbidden)
{
	const struct phaselock_wasm_settings settings = {.write = write_line, .forbid_free = true};
	struct phaselock_stats stats;

	phaselock_wasm_configure(&settings);
	phaselock_set_policy(PHASELOCK_DENY);
	block = malloc(8);
	phaselock_lock_allocations();
	free(block);
	memcpy(block, "still..", 8);
	phaselock_unlock_allocations();
	free(block);
	phaselock_get_stats(&stats, sizeof(stats));
	CHECK(stats.locked_attempts == 1 && stats.deallocations == 1);
	return 0;
}

struct seen {
	unsigned calls;
	struct phaselock_violation violation;
};

static enum phaselock_verdict decide(const struct phaselock_violation *violation, void *context)
{
	struct seen *seen = context;

	seen->calls++;
	seen->violation = *violation;
	other = malloc(9); /* the policy decides on it */
	return violation->size > 50 ? PHASELOCK_DENY : PHASELOCK_ALLOW;
}

CASE(handler_decides)
{
	struct seen seen = {0};
	char text[64];

	phaselock_set_policy(PHASELOCK_DENY);
	phaselock_set_handler(decide, &seen);
	phaselock_lock_allocations();
	CHECK((block = malloc(10)) != NULL && seen.calls == 1 && other == NULL);
	CHECK(strcmp(seen.violation.function, "malloc") == 0 && seen.violation.size == 10);
	CHECK(seen.violation.cause == PHASELOCK_CAUSE_PHASE && seen.violation.count == 1);
	CHECK((other = aligned_alloc(64, 60)) == NULL && seen.violation.alignment == 64);
	CHECK(phaselock_last_violation->size == 9 && phaselock_last_violation->count == 2);
	CHECK(phaselock_describe(&seen.violation, text, sizeof(text)) == strlen(text));
	CHECK(strcmp(text, "aligned_alloc(60, alignment 64)\n") == 0);
	CHECK(phaselock_describe(&seen.violation, text, 4) == 3 && strcmp(text, "ali") == 0);
	phaselock_set_handler(NULL, NULL);
	CHECK((other = malloc(10)) == NULL && seen.calls == 2);
	return 0;
}

CASE(violations_are_listed)
{
	static struct phaselock_violation listed[2];

	phaselock_set_policy(PHASELOCK_DENY);
	phaselock_lock_allocations();
	for (int i = 0; i < 5; i++)
		block = malloc(11);
	block = calloc(3, 4);
	phaselock_forbid_begin();
	block = malloc(11);
	phaselock_forbid_end();
	CHECK(phaselock_get_violations(NULL, 0) == 3);
	CHECK(phaselock_get_violations(listed, 2) == 3);
	CHECK(listed[0].size == 11 && listed[0].count == 5 && listed[0].sequence == 1);
	CHECK(strcmp(listed[1].function, "calloc") == 0 && listed[1].size == 12);
	for (size_t size = 100; size < 200; size++)
		block = malloc(size);
	CHECK(phaselock_get_violations(NULL, 0) == 64);
	CHECK(phaselock_last_violation->size == 199 && phaselock_last_violation->count == 0);
	return 0;
}

CASE(reset_and_delta)
{
	struct phaselock_stats first, second, delta;

	block = malloc(10);
	phaselock_reset_stats();
	phaselock_get_stats(&first, sizeof(first));
	CHECK(first.allocations == 0 && first.bytes_requested == 0 && first.live_allocations == 1);
	other = malloc(20);
	phaselock_get_stats(&second, sizeof(second));
	delta = phaselock_stats_delta(&first, &second);
	CHECK(delta.allocations == 1 && delta.bytes_requested == 20 && delta.live_allocations == 2);
	phaselock_get_thread_stats(&second, sizeof(second));
	CHECK(second.allocations == 2 && second.bytes_requested == 30);
	second.phase = second.suppressed_attempts = 7;
	phaselock_get_stats(&second, offsetof(struct phaselock_stats, phase));
	CHECK(second.allocations == 1 && second.phase == 7);
	return 0;
}

CASE(seal_stays)
{
	phaselock_set_policy(PHASELOCK_ALLOW);
	phaselock_seal_allocations();
	phaselock_lock_allocations();
	CHECK(phaselock_get_phase() == PHASELOCK_SEALED);
	phaselock_unlock_allocations();
	CHECK(phaselock_get_phase() == PHASELOCK_SEALED);
	CHECK(phaselock_last_violation->cause == PHASELOCK_CAUSE_SEAL);
	return 0;
}

static enum phaselock_verdict allow(const struct phaselock_violation *violation, void *context)
{
	(void)violation;
	(void)context;
	return PHASELOCK_ALLOW;
}

CASE(seal_freezes_its_guard)
{
	static const struct phaselock_wasm_settings silent;

	phaselock_set_policy(PHASELOCK_DENY);
	phaselock_permit_begin();
	phaselock_seal_allocations();
	phaselock_seal_allocations(); /* that is nothing */
	phaselock_set_policy(PHASELOCK_ALLOW);
	phaselock_set_handler(allow, NULL);
	phaselock_wasm_configure(&silent);
	phaselock_seal_allocations_with(PHASELOCK_SEAL_PERMITS_HOLD);
	CHECK((block = malloc(10)) == NULL);
	phaselock_permit_end();
	CHECK(phaselock_get_phase() == PHASELOCK_SEALED);
	return 0;
}

CASE(seal_lets_permits_hold)
{
	phaselock_set_policy(PHASELOCK_DENY);
	phaselock_seal_allocations_with(PHASELOCK_SEAL_PERMITS_HOLD);
	phaselock_seal_allocations_with(PHASELOCK_SEAL_PERMITS_HOLD);
	CHECK((block = malloc(10)) == NULL);
	phaselock_permit_begin();
	CHECK((block = malloc(20)) != NULL);
	phaselock_permit_end();
	phaselock_seal_allocations();
	return 0;
}

CASE(growth_is_accounted)
{
	struct phaselock_wasm_memory memory;
	struct phaselock_stats stats;

	phaselock_wasm_get_memory(&memory);
	CHECK(memory.grown_bytes == 0);
	block = malloc(1000000);
	phaselock_wasm_get_memory(&memory);
	CHECK(memory.grown_bytes >= 900000 && memory.locked_grown_bytes == 0);
	phaselock_set_policy(PHASELOCK_DENY);
	phaselock_lock_allocations();
	errno = 0;
	CHECK(sbrk(65536) == (void *)-1 && errno == ENOMEM);
	CHECK(sbrk(0) != (void *)-1);
	CHECK((other = malloc(2000000)) == NULL);
	phaselock_get_stats(&stats, sizeof(stats));
	CHECK(stats.locked_attempts == 2);
	phaselock_wasm_get_memory(&memory);
	CHECK(memory.locked_grown_bytes == 0);
	phaselock_permit_begin();
	CHECK((other = malloc(2000000)) != NULL);
	phaselock_permit_end();
	phaselock_wasm_get_memory(&memory);
	CHECK(memory.locked_grown_bytes >= 1900000);
	return 0;
}

CASE(stages_are_told)
{
	const struct phaselock_wasm_settings settings = {.write = write_line, .stages = true};
	struct phaselock_stage stage;

	phaselock_stage_begin(&stage, "untold");
	phaselock_wasm_configure(&settings);
	block = malloc(12);
	phaselock_stage_begin(&stage, "Begin");
	other = malloc(12);
	phaselock_stage_mark(&stage, "Middle");
	free(block);
	block = malloc(12);
	block = malloc(12);
	phaselock_stage_end(&stage, "End");
	phaselock_stage_begin(&stage, "A\ng\033[2J\x9b\xe2\x80\xae\"caf\xc3\xa9");
	free(block);
	phaselock_stage_end(&stage, "Balanced");
	return 0;
}

/* By what newlocale() uses. */
CASE(libc_inside_is_seen)
{
	struct phaselock_stats stats;

	phaselock_set_policy(PHASELOCK_DENY);
	phaselock_lock_allocations();
	block = newlocale(LC_ALL_MASK, "xx_YY.UTF-8", NULL);
	phaselock_get_stats(&stats, sizeof(stats));
	CHECK(stats.locked_attempts >= 1);
	return 0;
}
