/* SPDX-License-Identifier: MIT */
/*
 * A sanitizer finds in a program with the library what it finds without, and nothing in the
 * library. First four threads violate, count, change scopes and handlers and list the violations,
 * all at once, and a forked child does the same; then the program makes one mistake, or none. The
 * sanitizer reports only that mistake: one leak of 48 bytes, one race.
 *
 * shows: PL-115 PL-111 PL-018
 * needs: gcc clang
 * environment: PHASELOCK_OPTIONS=policy=allow:max_reports=0
 * run: {source}/tests/behaviour/parts/sanitized.sh {build} shared {CC} "-fsanitize={FLAGS}"
 *     sanitizer_still_finds.c nothing
 * each: CC=FLAGS "gcc=address" "clang=address" "clang=address -shared-libsan" "gcc=thread"
 *     "clang=thread" "gcc=leak" "clang=leak" "gcc=undefined" "clang=undefined"
 *     "gcc=address,undefined"
 * exit: 0
 * stderr:
 * | {not-armed}
 * | phaselock: {number} violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 * run: {source}/tests/behaviour/parts/sanitized.sh {build} shared {CC} "-fsanitize={FLAGS}"
 *     sanitizer_still_finds.c {MISTAKE}
 * each: CC=FLAGS "gcc=address" "clang=address" "clang=address -shared-libsan"
 * each: MISTAKE=NAME "use_after_free=heap-use-after-free" "overflow=heap-buffer-overflow"
 * exit: 1
 * stderr:
 * | =================================================================
 * | =={number}==ERROR: AddressSanitizer: {NAME} on address {any}
 * | {lines}
 * | SUMMARY: AddressSanitizer: {NAME} {any}sanitizer_still_finds.c:{number}{any} in {MISTAKE}
 * | {lines}
 * run: {source}/tests/behaviour/parts/sanitized.sh {build} shared {CC} "-fsanitize={FLAGS}"
 *     sanitizer_still_finds.c leak
 * each: CC=FLAGS=NAME=STATUS "gcc=address=Address=1" "clang=address=Address=1"
 *     "gcc=leak=Leak=23" "clang=leak=Leak=23"
 * exit: {STATUS}
 * stderr:
 * | {lines}
 * | Direct leak of 48 byte(s) in 1 object(s) allocated from:
 * | {lines}
 * | SUMMARY: {NAME}Sanitizer: 48 byte(s) leaked in 1 allocation(s).
 * run: {source}/tests/behaviour/parts/sanitized.sh {build} shared {CC} "-fsanitize=thread"
 *     sanitizer_still_finds.c race
 * each: CC gcc clang
 * exit: 66
 * stderr:
 * | {not-armed}
 * | ==================
 * | WARNING: ThreadSanitizer: data race (pid={number})
 * | {lines}
 * | SUMMARY: ThreadSanitizer: data race {any}sanitizer_still_finds.c:{number}{any} in add_unlocked
 * | ==================
 * | phaselock: {number} violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 * | ThreadSanitizer: reported 1 warnings
 * run: {source}/tests/behaviour/parts/sanitized.sh {build} shared {CC}
 *     "-fsanitize=undefined -fno-sanitize-recover=all" sanitizer_still_finds.c shift
 * each: CC gcc clang
 * exit: 1
 * stderr:
 * | {any}sanitizer_still_finds.c:{number}:{number}: runtime error: shift exponent 40 is too large for 32-bit type 'int'
 * | {lines}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>

#define THREADS 4
#define ROUNDS 50
#define SIZE 48

/* ---- what the library does ------------------------------------------------------------------- */

static enum phaselock_verdict keep(const struct phaselock_violation *violation, void *unused)
{
	(void)unused;
	return violation->frame_count > 0 ? PHASELOCK_ALLOW : PHASELOCK_ABORT;
}

/* Each round: two violations, a permitted request, three frees. */
static void *work(void *unused)
{
	static _Thread_local struct phaselock_violation list[8];

	for (int i = 0; i < ROUNDS; i++) {
		void *blocks[3];

		phaselock_set_handler(i % 2 == 0 ? keep : NULL, NULL);
		blocks[0] = opaque(malloc(SIZE));
		phaselock_forbid_begin();
		blocks[1] = opaque(malloc(SIZE));
		phaselock_permit_begin();
		blocks[2] = opaque(malloc(SIZE));
		phaselock_permit_end();
		phaselock_forbid_end();
		for (int j = 0; j < 3; j++) {
			CHECK(blocks[j] != NULL);
			memset(blocks[j], i, SIZE);
			free(blocks[j]);
		}
		CHECK(phaselock_get_violations(list, 8) >= 2);
		CHECK(get_stats().locked_attempts >= 2);
	}
	return unused;
}

/* Threads start before the lock: the runtimes make requests of their own in a thread's start. */
static pthread_barrier_t step;

static void *run(void *unused)
{
	pthread_barrier_wait(&step);
	pthread_barrier_wait(&step);
	work(NULL);
	pthread_barrier_wait(&step);
	pthread_barrier_wait(&step);
	return unused;
}

static void at_once(void)
{
	pthread_t thread[THREADS];
	struct phaselock_stats before, now;

	CHECK(pthread_barrier_init(&step, NULL, THREADS + 1) == 0);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(&thread[i], NULL, run, NULL) == 0);
	pthread_barrier_wait(&step);
	before = get_stats();
	lock_allocations();
	pthread_barrier_wait(&step);
	pthread_barrier_wait(&step);
	now = get_stats();
	unlock_allocations();
	pthread_barrier_wait(&step);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	now = phaselock_stats_delta(&before, &now);
	CHECK_EQUAL(now.locked_attempts, THREADS * ROUNDS * 2);
	CHECK_EQUAL(now.permitted_attempts, THREADS * ROUNDS);
	CHECK_EQUAL(now.allocations, THREADS * ROUNDS * 3);
	CHECK_EQUAL(now.deallocations, THREADS * ROUNDS * 3);
	CHECK_EQUAL(now.locked_deallocations, THREADS * ROUNDS * 3);
	CHECK_EQUAL(now.bytes_requested, THREADS * ROUNDS * 3 * SIZE);
}

/* The child has its parent's phase and counts, and counts on; what fork() itself asks for is not
 * the same under every runtime. */
static void in_a_child(void)
{
	uint64_t before = get_stats().locked_attempts;
	int status;
	pid_t child;

	lock_allocations();
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		uint64_t inherited = get_stats().locked_attempts;

		CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_LOCKED);
		CHECK(inherited >= before);
		work(NULL);
		CHECK_EQUAL(get_stats().locked_attempts, inherited + ROUNDS * 2);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	unlock_allocations();
	CHECK_EQUAL(status, 0);
}

/*
 * ---- mistakes ----------------------------------------------------------------------------------
 */

static int shared;

static FRAME void use_after_free(void)
{
	char *volatile block = malloc(SIZE);

	free(block);
	block[1] = 'x';
}

static FRAME void overflow(void)
{
	char *volatile block = malloc(SIZE);

	block[SIZE] = 'x';
	free(block);
}

static FRAME void leak(void)
{
	char *volatile block = malloc(SIZE);

	block[0] = 'x';
	block = NULL;
}

static FRAME void *add_unlocked(void *unused)
{
	shared++;
	return unused;
}

static void race(void)
{
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, add_unlocked, NULL) == 0);
	add_unlocked(NULL);
	CHECK(pthread_join(thread, NULL) == 0);
}

static void shift(void)
{
	volatile int by = 40;

	shared = 1 << by;
}

static void nothing(void)
{
}

static const struct {
	const char *name;
	void (*make)(void);
} mistakes[] = {
	{"nothing", nothing},	{"use_after_free", use_after_free},
	{"overflow", overflow}, {"leak", leak},
	{"race", race},		{"shift", shift},
};

int main(int argc, char **argv)
{
	CHECK(argc == 2);
	CHECK((phaselock_armed() & PHASELOCK_ENTRY_MALLOC) != 0);
	in_a_child();
	at_once();
	in_a_child();
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		if (strcmp(argv[1], mistakes[i].name) == 0)
			mistakes[i].make();
	return 0;
}
