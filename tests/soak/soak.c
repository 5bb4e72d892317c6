/* SPDX-License-Identifier: MIT */
/*
 * The soak: eight threads call the whole family at random while the phase and the policy change,
 * and in the end every count of the library agrees, to the last one, with what the threads counted
 * for themselves. Each block holds a pattern made from its address and size, which is verified
 * before it is freed or moved; blocks wander from thread to thread.
 *
 * The work goes in rounds. In a steady round the phase stands, so each thread knows what must
 * become of each request. In a wild round the phase is flipped all the time: what is denied, or
 * what the handler was asked about, was a violation; permit scopes rest, for which nobody could
 * tell.
 *
 * soak [OPERATIONS [SEED]]; prints its progress, and at the end that all counts agree.
 */
#define _GNU_SOURCE
#include "../behaviour/behaviour.h"
#include "calls.h"
#include "pattern.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>

#define THREADS 8
#define ROUND 5000 /* operations of each thread */
#define SLOTS 128  /* blocks of each thread */
#define BOXES 64   /* blocks on their way to another thread */

/* What the library is expected to count, and what is known of locked frees only from below. */
struct tally {
	uint64_t operations;
	uint64_t allocations, deallocations, reallocations, failed;
	uint64_t requested, taken, returned;
	uint64_t violations, permitted;
	uint64_t locked_frees_least, locked_frees_most;
};

/* What holds in a round; written by main between the barriers. */
static struct {
	bool wild, locked, by_handler;
	enum phaselock_verdict verdict;
	bool over;
} weather;

struct worker {
	pthread_t thread;
	uint64_t random;
	struct tally tally;
	struct block *slots[SLOTS];
	struct block storage[SLOTS];
};

static struct worker workers[THREADS];
static struct block in_boxes[BOXES];
static _Atomic(struct block *) boxes[BOXES]; /* exchanged by any thread, acquire and release */
static pthread_barrier_t begin, end;
static atomic_uint at_work; /* threads in the round; relaxed, main only waits by it */

/* Of this thread: what the handler was asked. */
static _Thread_local uint64_t asked;

static enum phaselock_verdict on_violation(const struct phaselock_violation *violation,
					   void *verdict)
{
	(void)violation;
	asked++;
	return *(const enum phaselock_verdict *)verdict;
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* Mostly small; one in 64 up to 16 KiB, one in 4096 up to 512 KiB; sometimes nothing. */
static size_t random_size(uint64_t random)
{
	if (random % 4096 == 0)
		return random >> 32 & 0x7ffff;
	if (random % 64 == 0)
		return random >> 32 & 0x3fff;
	return random >> 32 & 0x1ff;
}

/* Whether to ask for more than there is; not where a failure would look like a denial. */
static bool is_impossible(uint64_t random)
{
	return random % 1021 == 0 && !(weather.wild && !weather.by_handler);
}

enum scope { NONE, FORBID, PERMIT };

/* Whether a request would be a violation in this scope; in a wild round only forbid scopes tell. */
static bool is_against(enum scope scope)
{
	return scope == FORBID || (scope == NONE && weather.locked);
}

/*
 * Counts a request that was made: what it came to, whether it could be granted, and if so the
 * memory.
 * served: not NULL.
 */
static bool was_violation(struct tally *tally, enum scope scope, uint64_t asked_before, bool served)
{
	bool violation;

	if (weather.wild && scope == NONE)
		violation = weather.by_handler ? asked != asked_before : !served;
	else
		violation = is_against(scope);
	if (weather.by_handler)
		CHECK_EQUAL(asked - asked_before, violation);
	tally->violations += violation;
	if (!weather.wild && weather.locked && scope == PERMIT)
		tally->permitted++;
	return violation;
}

static void allocate(struct worker *worker, struct block *block, enum scope scope, uint64_t random)
{
	struct tally *tally = &worker->tally;
	const struct taker *taker = &takers[(random >> 16) % TAKERS];
	size_t size = taker->page ? random_size(random) & 0xfff : random_size(random);
	bool impossible = taker->by_call && is_impossible(random);
	uint64_t asked_before = asked;
	bool violation;

	if (impossible)
		size = (size_t)1 << 60;
	/* The throwing forms need the C++ library when they are denied. */
	if (taker->throws && (weather.wild || is_against(scope)))
		taker = &takers[0];
	block->address = taker->call(size);
	block->size = size;
	violation = was_violation(tally, scope, asked_before, block->address != NULL);
	if (violation && weather.verdict == PHASELOCK_DENY) {
		CHECK(block->address == NULL);
		return;
	}
	tally->allocations++;
	tally->requested +=
		taker->page && taker->whole_pages ? (size + 4095) & ~(size_t)4095 : size;
	if (impossible) {
		CHECK(block->address == NULL);
		tally->failed++;
		return;
	}
	CHECK(block->address != NULL);
	if (taker->zeroes)
		CHECK(is_filled(block->address, 0, size));
	block->giver = taker->giver;
	tally->taken += malloc_usable_size(block->address);
	pattern_fill(block);
}

static void count_free(struct tally *tally)
{
	tally->deallocations++;
	tally->locked_frees_least += !weather.wild && weather.locked;
	tally->locked_frees_most += weather.wild || weather.locked;
}

static void release(struct worker *worker, struct block *block, uint64_t random)
{
	pattern_check(block);
	worker->tally.returned += malloc_usable_size(block->address);
	givers[block->giver].calls[(random >> 24) % givers[block->giver].count](block);
	block->address = NULL;
	count_free(&worker->tally);
}

static void move(struct worker *worker, struct block *block, enum scope scope, uint64_t random)
{
	struct tally *tally = &worker->tally;
	size_t size = random_size(random) + 1, usable = malloc_usable_size(block->address);
	bool impossible = is_impossible(random);
	struct block old = *block;
	uint64_t asked_before = asked;
	void *moved;
	bool violation;

	pattern_check(block);
	if (impossible)
		size = (size_t)1 << 60;
	moved = (random >> 20 & 1) != 0 ? realloc(block->address, size)
					: reallocarray(block->address, size, 1);
	violation = was_violation(tally, scope, asked_before, moved != NULL);
	if (violation && weather.verdict == PHASELOCK_DENY) {
		CHECK(moved == NULL);
		pattern_check(block);
		return;
	}
	tally->reallocations++;
	tally->requested += size;
	if (impossible) {
		CHECK(moved == NULL);
		tally->failed++;
		pattern_check(block);
		return;
	}
	CHECK(moved != NULL);
	block->address = moved;
	pattern_check_moved(block, &old, size);
	block->size = size;
	tally->returned += usable;
	tally->taken += malloc_usable_size(moved);
	pattern_fill(block);
}

static void operate(struct worker *worker)
{
	uint64_t random = next_random(&worker->random);
	struct block **slot = &worker->slots[(random >> 8) % SLOTS];
	enum scope scope = NONE;

	if (random >> 56 == 0)
		scope = FORBID;
	else if (random >> 56 < 4 && !weather.wild)
		scope = PERMIT;
	if (scope == FORBID)
		phaselock_forbid_begin();
	if (scope == PERMIT)
		phaselock_permit_begin();
	random = next_random(&worker->random);
	if ((*slot)->address == NULL)
		allocate(worker, *slot, scope, random);
	else if ((random >> 60 & 3) == 0 && (*slot)->giver == BY_FREE)
		move(worker, *slot, scope, random);
	else
		release(worker, *slot, random);
	if (scope == FORBID)
		phaselock_forbid_end();
	if (scope == PERMIT)
		phaselock_permit_end();
	if ((random >> 48 & 0xf) == 0)
		*slot = atomic_exchange_explicit(&boxes[random % BOXES], *slot,
						 memory_order_acq_rel);
	worker->tally.operations++;
}

/* What the library says of this thread is what the thread says. */
static void check_counts(const char *whose, const struct phaselock_stats *did,
			 const struct tally *tally)
{
	const struct {
		const char *name;
		uint64_t real, expected;
	} counts[] = {
		{"allocations", did->allocations, tally->allocations},
		{"deallocations", did->deallocations, tally->deallocations},
		{"reallocations", did->reallocations, tally->reallocations},
		{"failed_allocations", did->failed_allocations, tally->failed},
		{"bytes_requested", did->bytes_requested, tally->requested},
		{"bytes_allocated", did->bytes_allocated, tally->taken},
		{"bytes_deallocated", did->bytes_deallocated, tally->returned},
		{"locked_attempts", did->locked_attempts, tally->violations},
		{"permitted_attempts", did->permitted_attempts, tally->permitted},
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (counts[i].real == counts[i].expected)
			continue;
		fprintf(stderr, "soak: %s: %s is %" PRIu64 ", expected %" PRIu64 "\n", whose,
			counts[i].name, counts[i].real, counts[i].expected);
		_exit(1);
	}
	CHECK(did->locked_deallocations >= tally->locked_frees_least);
	CHECK(did->locked_deallocations <= tally->locked_frees_most);
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct phaselock_stats start = thread_stats(), did;

	for (;;) {
		pthread_barrier_wait(&begin);
		if (weather.over)
			break;
		for (int i = 0; i < ROUND; i++)
			operate(worker);
		atomic_fetch_sub_explicit(&at_work, 1, memory_order_relaxed);
		pthread_barrier_wait(&end);
	}
	for (int i = 0; i < SLOTS; i++)
		if (worker->slots[i]->address != NULL)
			release(worker, worker->slots[i], 0);
	did = thread_stats_since(&start);
	check_counts("a thread", &did, &worker->tally);
	return NULL;
}

/* One round. Half of them steady, half wild; in each the policy or the handler decides. */
static void run_round(uint64_t random)
{
	static enum phaselock_verdict verdict;

	weather.wild = (random >> 10 & 1) != 0;
	weather.locked = (random >> 11 & 1) != 0;
	weather.by_handler = (random >> 12 & 1) != 0;
	weather.verdict = (random >> 13 & 1) != 0 ? PHASELOCK_ALLOW : PHASELOCK_DENY;
	/* What the policy allows leaves no trace that a thread could count in a wild round. */
	if (weather.wild && weather.verdict == PHASELOCK_ALLOW)
		weather.by_handler = true;
	verdict = weather.verdict;
	phaselock_set_policy(weather.verdict);
	phaselock_set_handler(weather.by_handler ? on_violation : NULL, &verdict);
	atomic_store_explicit(&at_work, THREADS, memory_order_relaxed);
	if (weather.locked)
		lock_allocations();
	pthread_barrier_wait(&begin);
	while (weather.wild && atomic_load_explicit(&at_work, memory_order_relaxed) > 0) {
		struct timespec rest = {0, 50000};

		lock_allocations();
		nanosleep(&rest, NULL);
		unlock_allocations();
		nanosleep(&rest, NULL);
	}
	pthread_barrier_wait(&end);
	unlock_allocations();
}

static void add(struct tally *sum, const struct tally *one)
{
	sum->operations += one->operations;
	sum->allocations += one->allocations;
	sum->deallocations += one->deallocations;
	sum->reallocations += one->reallocations;
	sum->failed += one->failed;
	sum->requested += one->requested;
	sum->taken += one->taken;
	sum->returned += one->returned;
	sum->violations += one->violations;
	sum->permitted += one->permitted;
	sum->locked_frees_least += one->locked_frees_least;
	sum->locked_frees_most += one->locked_frees_most;
}

int main(int argc, char **argv)
{
	uint64_t operations = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
	uint64_t random = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	uint64_t rounds = (operations + THREADS * ROUND - 1) / (THREADS * ROUND);
	struct phaselock_stats all_begin, own_begin, all, own;
	struct tally sum = {0};

	require_armed();
	CHECK(rounds > 0 && random != 0);
	pthread_barrier_init(&begin, NULL, THREADS + 1);
	pthread_barrier_init(&end, NULL, THREADS + 1);
	for (int i = 0; i < BOXES; i++)
		atomic_init(&boxes[i], &in_boxes[i]);
	printf("soak: %" PRIu64 " rounds of %d operations on %d threads, seed %" PRIu64 "\n",
	       rounds, THREADS * ROUND, THREADS, random);
	fflush(stdout);
	all_begin = get_stats();
	own_begin = thread_stats();
	for (int i = 0; i < THREADS; i++) {
		workers[i].random = next_random(&random) | 1;
		for (int j = 0; j < SLOTS; j++)
			workers[i].slots[j] = &workers[i].storage[j];
		CHECK_EQUAL(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (uint64_t i = 0; i < rounds; i++) {
		run_round(next_random(&random));
		if (rounds >= 1000 && (i + 1) % (rounds / 100) == 0) {
			printf("soak: round %" PRIu64 " of %" PRIu64 "\n", i + 1, rounds);
			fflush(stdout);
		}
	}
	weather.over = true;
	weather.wild = weather.locked = false;
	pthread_barrier_wait(&begin);
	for (int i = 0; i < THREADS; i++) {
		CHECK_EQUAL(pthread_join(workers[i].thread, NULL), 0);
		add(&sum, &workers[i].tally);
	}
	all = get_stats();
	own = thread_stats_since(&own_begin); /* what pthread_create() and printf() asked for */
	all = phaselock_stats_delta(&all_begin, &all);
	all.allocations -= own.allocations;
	all.deallocations -= own.deallocations;
	all.reallocations -= own.reallocations;
	all.bytes_requested -= own.bytes_requested;
	all.bytes_allocated -= own.bytes_allocated;
	all.bytes_deallocated -= own.bytes_deallocated;
	all.locked_deallocations -= own.locked_deallocations;
	/* Those that were on their way when it ended. */
	for (int i = 0; i < BOXES; i++)
		if (boxes[i]->address != NULL)
			pattern_check(boxes[i]);
	check_counts("the process", &all, &sum);
	CHECK(sum.violations > 0 && sum.permitted > 0 && sum.failed > 0 && sum.reallocations > 0);
	printf("soak: %" PRIu64 " operations, all counts agree\n", sum.operations);
	return 0;
}
