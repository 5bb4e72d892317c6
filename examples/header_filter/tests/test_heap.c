/* SPDX-License-Identifier: MIT */
/*
 * The proof: no callback of the filter asks the heap for memory or gives it back, each one in an
 * assertion, over recorded requests, several open at once, on two threads; and the same with the
 * process locked. naive.c fails every test but the first, which is of the test itself, and the one
 * of leaks. The arguments are recorded messages.
 */
#define _GNU_SOURCE
#include <phaselock/cmocka.h>

#include "host.h"

#include <pthread.h>
#include <stdatomic.h>

#define TEST(name) static void name(void **state __attribute__((unused)))

#define THREADS 2
#define REQUESTS 100000 /* of all threads */
#define ROUNDS 4	/* in one assertion */

static struct host_recordings recordings;
static struct host hosts[THREADS];

static int require_armed(void **state)
{
	(void)state;
	return phaselock_present() && phaselock_armed() == PHASELOCK_ENTRY_ALL ? 0 : -1;
}

/* The tests in which the phase judges, not an assertion, must not pass where nobody judges. */
#define HEAP_TEST(name) cmocka_unit_test_setup(name, require_armed)

/* ---- each callback --------------------------------------------------------------------------- */

static void allocating_log(void *context, enum filter_level level, const char *line, size_t length)
{
	(void)context;
	(void)level;
	(void)line;
	free(malloc(length));
}

/* What the tests below look for is found in these very callbacks, where the host does it. */
TEST(request_in_a_callback_is_found)
{
	struct host_life life = host_recorded_life(&recordings, 0, true);

	host_start(&hosts[0], 1, true, NULL, 0);
	host_stop(&hosts[0]);
	hosts[0].settings.log = allocating_log;
	hosts[0].filter = filter_start(hosts[0].memory, filter_size(1), &hosts[0].settings);
	host_step(&hosts[0], &life);
	phaselock_forbid_begin();
	assert_violation_of("malloc", PHASELOCK_ANY_SIZE, "allocating_log") {
		host_step(&hosts[0], &life);
	}
	phaselock_forbid_end();
	assert_allocates {
		while (life.next <= HOST_CALL_REPLY)
			host_step(&hosts[0], &life);
	}
	while (host_step(&hosts[0], &life))
		;
	filter_stop(hosts[0].filter);
}

TEST(start_and_stop)
{
	assert_no_deallocations {
		assert_no_allocations {
			host_start(&hosts[0], HOST_REQUESTS, true, NULL, 0);
			host_stop(&hosts[0]);
		}
	}
}

static void check_step(enum host_step step)
{
	struct host_life life = host_recorded_life(&recordings, 0, true);

	host_start(&hosts[0], 1, true, NULL, 0);
	while (life.next < step)
		host_step(&hosts[0], &life);
	assert_no_deallocations {
		assert_no_allocations {
			host_step(&hosts[0], &life);
		}
	}
	while (life.next < HOST_STEPS)
		host_step(&hosts[0], &life);
	host_stop(&hosts[0]);
}

TEST(begin)
{
	check_step(HOST_BEGIN);
}
TEST(request_headers)
{
	check_step(HOST_REQUEST_HEADERS);
}
TEST(call)
{
	check_step(HOST_CALL);
}
TEST(message)
{
	check_step(HOST_MESSAGE);
}
TEST(call_reply)
{
	check_step(HOST_CALL_REPLY);
}
TEST(message_reply)
{
	check_step(HOST_MESSAGE_REPLY);
}
TEST(response_headers)
{
	check_step(HOST_RESPONSE_HEADERS);
}
TEST(end)
{
	check_step(HOST_END);
}

/* naive.c passes this one, too: it gives back what it takes. */
TEST(whole_life_leaks_nothing)
{
	struct host_life life = host_recorded_life(&recordings, 3, true);

	assert_no_leak {
		host_start(&hosts[0], 1, true, NULL, 0);
		while (host_step(&hosts[0], &life))
			;
		host_stop(&hosts[0]);
	}
}

/* ---- a hundred thousand requests ------------------------------------------------------------- */

static atomic_ulong held, failed;

static void count_check(const struct phaselock_check_report *report, void *unused)
{
	(void)unused;
	atomic_fetch_add(report->result == PHASELOCK_CHECK_HOLDS ? &held : &failed, 1);
}

static struct worker {
	pthread_t thread;
	struct host *host;
	bool asserts;
	struct host_life lives[HOST_REQUESTS];
	bool open[HOST_REQUESTS];
	unsigned long rounds, begun, ended, callbacks, results, assertions;
} workers[THREADS];

static pthread_barrier_t begin_barrier, end_barrier;

/* The next callback of each request; each is at another step than the others. */
static void go_round(struct worker *worker)
{
	worker->rounds++;
	for (unsigned i = 0; i < HOST_REQUESTS && i < worker->rounds; i++) {
		struct host_life *life = &worker->lives[i];

		if (!worker->open[i]) {
			if (worker->begun == REQUESTS / THREADS)
				continue;
			*life = host_recorded_life(&recordings, worker->begun++, true);
		}
		life->made = false;
		worker->open[i] = host_step(worker->host, life);
		worker->ended += !worker->open[i];
		worker->results += life->made;
		worker->callbacks++;
	}
}

static void go_rounds(struct worker *worker)
{
	for (unsigned i = 0; i < ROUNDS; i++)
		go_round(worker);
}

/* Ends early when an assertion has failed. */
static void live(struct worker *worker)
{
	while (worker->ended < REQUESTS / THREADS && atomic_load(&failed) == 0) {
		if (worker->asserts) {
			assert_no_allocations {
				go_rounds(worker);
			}
			worker->assertions++;
		} else {
			go_rounds(worker);
		}
	}
}

static void *work(void *context)
{
	struct worker *worker = context;

	pthread_barrier_wait(&begin_barrier);
	live(worker);
	pthread_barrier_wait(&end_barrier);
	return NULL;
}

static void start_workers(bool asserts)
{
	pthread_barrier_init(&begin_barrier, NULL, THREADS + 1);
	pthread_barrier_init(&end_barrier, NULL, THREADS + 1);
	for (unsigned i = 0; i < THREADS; i++) {
		host_start(&hosts[i], HOST_REQUESTS, true, NULL, 0);
		workers[i] = (struct worker){.host = &hosts[i], .asserts = asserts};
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
}

static void join_workers(void)
{
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	pthread_barrier_destroy(&begin_barrier);
	pthread_barrier_destroy(&end_barrier);
}

/* That nothing was asked for says little if nothing was done. */
static void check_work_and_stop(void)
{
	for (unsigned i = 0; i < THREADS; i++) {
		struct filter_counts counts;

		assert_int_equal(workers[i].ended, REQUESTS / THREADS);
		assert_int_equal(workers[i].callbacks, HOST_STEPS * (REQUESTS / THREADS));
		assert_int_equal(workers[i].results, 4 * (REQUESTS / THREADS));
		filter_get_counts(hosts[i].filter, &counts);
		assert_int_equal(counts.requests, REQUESTS / THREADS);
		assert_int_equal(counts.malformed + counts.too_large + counts.dropped +
					 counts.no_context + counts.failed_calls,
				 0);
		assert_true(hosts[i].lines > REQUESTS / THREADS);
		host_stop(&hosts[i]);
	}
}

TEST(hundred_thousand_requests_with_each_callback_in_an_assertion)
{
	atomic_store(&held, 0);
	atomic_store(&failed, 0);
	phaselock_on_check(count_check, NULL);
	start_workers(true);
	pthread_barrier_wait(&begin_barrier);
	pthread_barrier_wait(&end_barrier);
	join_workers();
	phaselock_on_check(NULL, NULL);
	if (atomic_load(&failed) > 0)
		return; /* what failed on other threads is told, and fails the test, now */
	assert_int_equal(atomic_load(&held), workers[0].assertions + workers[1].assertions);
	assert_true(atomic_load(&held) > REQUESTS / HOST_REQUESTS);
	check_work_and_stop();
}

TEST(hundred_thousand_requests_while_the_process_is_locked)
{
	struct phaselock_stats before, delta;

	start_workers(false);
	before = get_stats();
	lock_allocations();
	pthread_barrier_wait(&begin_barrier);
	pthread_barrier_wait(&end_barrier);
	unlock_allocations();
	join_workers();
	delta = get_stats();
	delta = phaselock_stats_delta(&before, &delta);
	assert_int_equal(delta.locked_attempts, 0);
	check_work_and_stop();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		HEAP_TEST(request_in_a_callback_is_found),
		HEAP_TEST(start_and_stop),
		HEAP_TEST(begin),
		HEAP_TEST(request_headers),
		HEAP_TEST(call),
		HEAP_TEST(message),
		HEAP_TEST(call_reply),
		HEAP_TEST(message_reply),
		HEAP_TEST(response_headers),
		HEAP_TEST(end),
		HEAP_TEST(whole_life_leaks_nothing),
		HEAP_TEST(hundred_thousand_requests_with_each_callback_in_an_assertion),
		HEAP_TEST(hundred_thousand_requests_while_the_process_is_locked),
	};

	if (!host_load(&recordings, argv + 1, argc - 1))
		return EXIT_FAILURE;
	return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
