/* SPDX-License-Identifier: MIT */
/*
 * The table of distinct violations. Each test starts with an empty table, in a child of its own.
 *
 * shows: PL-037, PL-038, PL-039, PL-042, PL-530
 */
#define _GNU_SOURCE
#include "reaction/site.h"

#include "child.h"
#include "stepping.h"
#include "threads.h"

#include <stdatomic.h>

/* Counts a violation, for which there is no suppression. Returns whether its site is kept. */
static bool count_it(struct phaselock_violation *violation)
{
	CHECK_EQUAL(pl_site_count(violation), -1);
	return violation->count > 0;
}

#define THREADS 8
#define TURNS 20000
#define SHARED_SITES 16

static const char malloc_name[] = "malloc", free_name[] = "free";

static struct phaselock_violation at(uintptr_t place)
{
	struct phaselock_violation violation = {.function = malloc_name, .frame_count = 2};

	violation.frames[0] = (void *)place;
	violation.frames[1] = (void *)(uintptr_t)0x1234;
	return violation;
}

/* Counts violations at one place, the first of them with this sequence number. */
static void count_at(uintptr_t place, uint64_t sequence, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		struct phaselock_violation violation = at(place);

		violation.sequence = sequence + i;
		CHECK(count_it(&violation));
		CHECK_EQUAL(violation.count, i + 1);
	}
}

CHILD_TEST(empty_table_lists_nothing)
{
	struct phaselock_violation site = at(1);

	CHECK_EQUAL(pl_site_list(NULL, 0, 0), 0);
	CHECK_EQUAL(pl_site_list(&site, 1, sizeof(struct phaselock_violation)), 0);
	CHECK(!pl_site_next(&site, true));
	CHECK_EQUAL(site.frames[0], 1);
	CHECK_EQUAL(pl_site_overflow(), 0);
}

CHILD_TEST(function_cause_frames_and_their_number_tell_sites_apart)
{
	struct phaselock_violation variants[6];

	EACH_ROW(i, variants)
		variants[i] = at(1);
	variants[1].function = free_name;
	variants[2].cause = PHASELOCK_CAUSE_FORBID;
	variants[3].frames[1] = (void *)(uintptr_t)0x1235;
	variants[4].frame_count = 1;
	variants[5].frame_count = 0;
	for (unsigned round = 1; round <= 3; round++)
		EACH_ROW(i, variants) {
			struct phaselock_violation violation = variants[i];

			CHECK(count_it(&violation));
			CHECK_EQUAL(violation.count, round);
		}
	CHECK_EQUAL(pl_site_list(NULL, 0, 0), COUNT_OF(variants));
}

/* Fills the table, so that many sites meet in its index. */
CHILD_TEST(sites_that_are_alike_but_for_one_thing_never_become_one)
{
	const unsigned variants = 8;

	for (unsigned round = 1; round <= 3; round++)
		for (unsigned i = 0; i < PHASELOCK_SITES_MAX; i++) {
			struct phaselock_violation violation = at(0x1000 + i / variants);

			violation.function = i & 1 ? malloc_name : free_name;
			violation.cause = i & 2 ? PHASELOCK_CAUSE_FORBID : PHASELOCK_CAUSE_PHASE;
			violation.frame_count = i & 4 ? 2 : 1;
			CHECK(count_it(&violation));
			CHECK_EQUAL(violation.count, round);
		}
	CHECK_EQUAL(pl_site_list(NULL, 0, 0), PHASELOCK_SITES_MAX);
	CHECK_EQUAL(pl_site_overflow(), 0);
}

CHILD_TEST(size_thread_and_time_do_not_tell_sites_apart)
{
	struct phaselock_violation first = at(1), second = at(1);

	first.size = 10;
	first.thread_id = 1;
	second.size = 20;
	second.thread_id = 2;
	second.time_ns = 99;
	second.alignment = 64;
	second.old_pointer = &first;
	second.frames[PHASELOCK_FRAMES_MAX - 1] = &first; /* beyond frame_count */
	CHECK(count_it(&first) && count_it(&second));
	CHECK_EQUAL(second.count, 2);
	CHECK_EQUAL(pl_site_list(&second, 1, sizeof(struct phaselock_violation)), 1);
	/* unchanged since it was first seen, except for its count */
	CHECK_EQUAL(second.size, 10);
	CHECK_EQUAL(second.thread_id, 1);
	CHECK_EQUAL(second.count, 2);
}

CHILD_TEST(list_is_oldest_first_and_keeps_to_its_capacity)
{
	struct phaselock_violation out[5];

	for (uintptr_t place = 1; place <= 4; place++)
		count_at(place, place, (unsigned)place);
	for (size_t capacity = 0; capacity <= 5; capacity++) {
		memset(out, 0xee, sizeof(out));
		CHECK_EQUAL(pl_site_list(out, capacity, sizeof(struct phaselock_violation)), 4);
		for (uintptr_t i = 0; i < 5; i++) {
			bool filled = i < capacity && i < 4;

			CHECK_EQUAL(out[i].frames[0], filled ? i + 1 : 0xeeeeeeeeeeeeeeee);
			CHECK_EQUAL(out[i].count, filled ? i + 1 : 0xeeeeeeeeeeeeeeee);
		}
	}
}

CHILD_TEST(ranking_is_by_falling_count_and_the_older_first_among_equals)
{
	static const uintptr_t wanted[] = {4, 2, 3, 1, 5};
	struct phaselock_violation site;
	bool more;

	count_at(1, 10, 1);
	count_at(2, 20, 3);
	count_at(3, 30, 3);
	count_at(4, 40, 9);
	count_at(5, 50, 1);
	more = pl_site_next(&site, true);
	EACH_ROW(i, wanted) {
		CHECK(more);
		CHECK_EQUAL(site.frames[0], wanted[i]);
		more = pl_site_next(&site, false);
	}
	CHECK(!more);
	CHECK_EQUAL(site.frames[0], 5);
}

CHILD_TEST(site_beyond_the_table_is_counted_as_overflow_and_the_known_ones_go_on)
{
	static struct phaselock_violation out[PHASELOCK_SITES_MAX + 1];

	for (uintptr_t place = 1; place <= PHASELOCK_SITES_MAX; place++)
		count_at(place, place, 1);
	for (uint64_t i = 1; i <= 3000; i++) {
		struct phaselock_violation beyond = at(PHASELOCK_SITES_MAX + i);

		beyond.count = 77;
		CHECK(!count_it(&beyond));
		CHECK_EQUAL(beyond.count, 0);
		CHECK_EQUAL(pl_site_overflow(), i);
	}
	for (uintptr_t place = 1; place <= PHASELOCK_SITES_MAX; place++) {
		struct phaselock_violation known = at(place);

		CHECK(count_it(&known));
		CHECK_EQUAL(known.count, 2);
	}
	CHECK_EQUAL(pl_site_list(out, COUNT_OF(out), sizeof(struct phaselock_violation)),
		    PHASELOCK_SITES_MAX);
	for (uintptr_t i = 0; i < PHASELOCK_SITES_MAX; i++)
		CHECK_EQUAL(out[i].frames[0], i + 1);
	CHECK_EQUAL(pl_site_overflow(), 3000);
}

/* ---- many threads ---------------------------------------------------------------------------- */

static pthread_barrier_t together;

struct hammer {
	uintptr_t own_place;
	uint64_t sum_of_counts; /* at the shared site */
	uint64_t torn;
	bool failed;
};

static void *hammer(void *argument)
{
	struct hammer *mine = argument;

	pthread_barrier_wait(&together);
	for (unsigned i = 0; i < TURNS; i++) {
		struct phaselock_violation shared = at(1 + i % SHARED_SITES),
					   own = at(mine->own_place);
		struct phaselock_violation seen[4];
		size_t known;

		mine->failed |= !count_it(&shared) || !count_it(&own) || own.count != i + 1;
		mine->sum_of_counts += shared.count;
		if (i % 64 != 0)
			continue;
		known = pl_site_list(seen, COUNT_OF(seen), sizeof(struct phaselock_violation));
		for (size_t j = 0; j < known && j < COUNT_OF(seen); j++)
			mine->torn += seen[j].function != malloc_name || seen[j].frame_count != 2 ||
				      seen[j].frames[1] != (void *)(uintptr_t)0x1234 ||
				      seen[j].count == 0;
	}
	return NULL;
}

CHILD_TEST(eight_threads_lose_no_count_at_shared_and_at_own_sites)
{
	static struct phaselock_violation out[PHASELOCK_SITES_MAX];
	const uint64_t at_each = (uint64_t)THREADS * TURNS / SHARED_SITES;
	struct hammer hammers[THREADS] = {0};
	pthread_t threads[THREADS];
	uint64_t sum = 0, total = 0;

	pthread_barrier_init(&together, NULL, THREADS);
	for (unsigned i = 0; i < THREADS; i++) {
		hammers[i].own_place = 1000 + i;
		threads[i] = thread_start(hammer, &hammers[i]);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		thread_end(threads[i]);
		CHECK(!hammers[i].failed);
		CHECK_EQUAL(hammers[i].torn, 0);
		sum += hammers[i].sum_of_counts;
	}
	CHECK_EQUAL(pl_site_list(out, COUNT_OF(out), sizeof(struct phaselock_violation)),
		    SHARED_SITES + THREADS);
	for (size_t i = 0; i < SHARED_SITES + THREADS; i++) {
		CHECK_EQUAL(out[i].count, (uintptr_t)out[i].frames[0] >= 1000 ? TURNS : at_each);
		total += out[i].count;
	}
	CHECK_EQUAL(total, 2 * (uint64_t)THREADS * TURNS);
	/* Each count of a site was handed out once: together they are 1 + 2 + ... + at_each. */
	CHECK_EQUAL(sum, SHARED_SITES * at_each * (at_each + 1) / 2);
	CHECK_EQUAL(pl_site_overflow(), 0);
}

static void *fill_table(void *argument)
{
	bool *failed = argument;

	pthread_barrier_wait(&together);
	for (uintptr_t place = 1; place <= 2 * PHASELOCK_SITES_MAX; place++) {
		struct phaselock_violation violation = at(place);

		*failed |= count_it(&violation) != (violation.count > 0);
	}
	return NULL;
}

CHILD_TEST(eight_threads_that_fill_the_table_lose_no_count)
{
	static struct phaselock_violation out[PHASELOCK_SITES_MAX];
	bool failed[THREADS] = {false};
	pthread_t threads[THREADS];
	uint64_t total = 0;
	size_t sites;

	pthread_barrier_init(&together, NULL, THREADS);
	for (unsigned i = 0; i < THREADS; i++)
		threads[i] = thread_start(fill_table, &failed[i]);
	for (unsigned i = 0; i < THREADS; i++) {
		thread_end(threads[i]);
		CHECK(!failed[i]);
	}
	sites = pl_site_list(out, COUNT_OF(out), sizeof(struct phaselock_violation));
	CHECK(sites > 0 && sites <= PHASELOCK_SITES_MAX);
	for (size_t i = 0; i < sites; i++) {
		CHECK(out[i].count <= THREADS);
		for (size_t j = 0; j < i; j++)
			CHECK(out[i].frames[0] != out[j].frames[0]);
		total += out[i].count;
	}
	CHECK_EQUAL(total + pl_site_overflow(), 2 * PHASELOCK_SITES_MAX * (uint64_t)THREADS);
}

#define RACED_SITES 896

static atomic_uint arrived;

/* Finds each site at the same moment as all other threads. */
static void *find_together(void *argument)
{
	bool *failed = argument;

	for (unsigned i = 0; i < RACED_SITES; i++) {
		struct phaselock_violation violation = at(1 + i);

		violation.sequence = 1 + atomic_fetch_add(&arrived, 1);
		for (unsigned looks = 1; atomic_load(&arrived) < (i + 1) * THREADS; looks++)
			if (looks % 10000 == 0) /* more threads than processors */
				sched_yield();
		*failed |= !count_it(&violation);
	}
	return NULL;
}

CHILD_TEST(site_that_eight_threads_find_at_once_costs_one_place_in_the_table)
{
	static struct phaselock_violation out[PHASELOCK_SITES_MAX];
	bool failed[THREADS] = {false};
	pthread_t threads[THREADS];

	for (unsigned i = 0; i < THREADS; i++)
		threads[i] = thread_start(find_together, &failed[i]);
	for (unsigned i = 0; i < THREADS; i++) {
		thread_end(threads[i]);
		CHECK(!failed[i]);
	}
	CHECK_EQUAL(pl_site_list(out, COUNT_OF(out), sizeof(struct phaselock_violation)),
		    RACED_SITES);
	for (uintptr_t i = 0; i < RACED_SITES; i++) {
		CHECK_EQUAL(out[i].frames[0], i + 1);
		CHECK_EQUAL(out[i].count, THREADS);
	}
	CHECK_EQUAL(pl_site_overflow(), 0);
}

#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)

static unsigned steps, disturbed_step;
static uint64_t disturbances;
static uintptr_t raced_place;

/* A handler at one instruction of the search finds the same site. */
static void find_it_too(uintptr_t instruction)
{
	struct phaselock_violation violation = at(raced_place);

	(void)instruction;
	if (++steps == disturbed_step) {
		count_it(&violation);
		disturbances++;
	}
}

static uint64_t sum_of_counts(void)
{
	static struct phaselock_violation sites[PHASELOCK_SITES_MAX];
	size_t count = pl_site_list(sites, COUNT_OF(sites), sizeof(struct phaselock_violation));
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += sites[i].count;
	return sum;
}

/* Full but for one slot, the handler's: a lost slot would be missed. */
CHILD_TEST(site_that_a_handler_finds_at_any_instruction_of_the_search_costs_one_place)
{
	const uintptr_t sites = PHASELOCK_SITES_MAX - 1;

	CHECK(stepping_prepare(find_it_too));
	disturbed_step = 1;
	for (raced_place = 1; raced_place <= sites; raced_place++) {
		struct phaselock_violation violation = at(raced_place);

		steps = 0;
		stepping_begin();
		CHECK(count_it(&violation));
		stepping_end();
		disturbed_step = steps > disturbed_step ? disturbed_step + 1 : 1;
	}
	CHECK_EQUAL(pl_site_list(NULL, 0, 0), sites);
	CHECK_EQUAL(sum_of_counts(), sites + disturbances); /* no count is lost */
	CHECK_EQUAL(pl_site_overflow(), 0);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_table_lists_nothing),
		cmocka_unit_test(function_cause_frames_and_their_number_tell_sites_apart),
		cmocka_unit_test(sites_that_are_alike_but_for_one_thing_never_become_one),
		cmocka_unit_test(size_thread_and_time_do_not_tell_sites_apart),
		cmocka_unit_test(list_is_oldest_first_and_keeps_to_its_capacity),
		cmocka_unit_test(ranking_is_by_falling_count_and_the_older_first_among_equals),
		cmocka_unit_test(
			site_beyond_the_table_is_counted_as_overflow_and_the_known_ones_go_on),
		cmocka_unit_test(eight_threads_lose_no_count_at_shared_and_at_own_sites),
		cmocka_unit_test(eight_threads_that_fill_the_table_lose_no_count),
		cmocka_unit_test(site_that_eight_threads_find_at_once_costs_one_place_in_the_table),
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
		cmocka_unit_test(
			site_that_a_handler_finds_at_any_instruction_of_the_search_costs_one_place),
#endif
	};

	return cmocka_run_group_tests_name("site", tests, NULL, NULL);
}
