/* SPDX-License-Identifier: MIT */
/*
 * Tests of can.h, in two groups. The plain ones ask whether the results are right. The others ask
 * what the module does to the heap, with each kind of assertion of <phaselock/cmocka.h>. Linked
 * with can_note_with_bug.c instead of can_note.c the first group passes and the second does not.
 */
#define _POSIX_C_SOURCE 200809L
#include <phaselock/cmocka.h>

#include <pthread.h>
#include <stdio.h>

#include "can.h"

#define RING 4

/* What the tests work with: a frame as it comes over the link, and a receiver. */
struct bench {
	struct can_receiver *receiver;
	uint8_t wire[CAN_WIRE_MAX];
	size_t size;
};

static const struct can_signal speed = {.first = 4, .bits = 12, .factor = 0.1};
static const struct can_signal torque = {
	.first = 16, .bits = 10, .is_signed = true, .factor = 0.5, .offset = -3};

static int set_up(void **state)
{
	static struct bench bench;
	struct can_frame frame = {.id = 0x1abcde, .flags = CAN_EXTENDED | CAN_FD, .length = 12};

	bench.receiver = can_receiver_create(RING);
	if (bench.receiver == NULL || !can_pack(&frame, &speed, 123.4))
		return -1;
	bench.size = can_encode(&frame, bench.wire, sizeof(bench.wire));
	*state = &bench;
	return bench.size == 19 ? 0 : -1;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	can_receiver_destroy(bench->receiver);
	return 0;
}

/* ---- the results are right ---------------------------------------------------------------- */

static void frames_go_there_and_back(void **state)
{
	struct bench *bench = *state;
	struct can_frame frame;
	double value;

	assert_int_equal(can_decode(&frame, bench->wire, bench->size), CAN_OK);
	assert_int_equal(frame.id, 0x1abcde);
	assert_true(can_pack(&frame, &torque, -200.5));
	assert_true(can_unpack(&frame, &speed, &value) && value > 123.39 && value < 123.41);
	assert_true(can_unpack(&frame, &torque, &value) && value == -200.5);
	assert_false(can_pack(&frame, &torque, 300));
}

static void wrong_frames_are_refused_and_counted(void **state)
{
	struct bench *bench = *state;
	struct can_frame frame;

	bench->wire[7] ^= 1;
	assert_int_equal(can_receiver_put(bench->receiver, bench->wire, bench->size),
			 CAN_WRONG_CHECKSUM);
	assert_int_equal(can_receiver_put(bench->receiver, bench->wire, bench->size - 1),
			 CAN_WRONG_LENGTH);
	assert_int_equal(can_receiver_count(bench->receiver, CAN_WRONG_CHECKSUM), 1);
	assert_int_equal(can_receiver_count(bench->receiver, CAN_WRONG_LENGTH), 1);
	assert_false(can_receiver_take(bench->receiver, &frame));
}

static void a_full_ring_keeps_the_oldest(void **state)
{
	struct bench *bench = *state;
	struct can_frame frame;

	for (int i = 0; i < RING; i++)
		assert_int_equal(can_receiver_put(bench->receiver, bench->wire, bench->size),
				 CAN_OK);
	assert_int_equal(can_receiver_put(bench->receiver, bench->wire, bench->size), CAN_FULL);
	for (int i = 0; i < RING; i++)
		assert_true(can_receiver_take(bench->receiver, &frame));
	assert_false(can_receiver_take(bench->receiver, &frame));
}

/* ---- and the heap is left alone ----------------------------------------------------------- */

static void creating_takes_two_blocks_and_destroying_gives_them_back(void **state)
{
	struct can_receiver *receiver = NULL;

	(void)state;
	assert_exact_allocations(2) {
		assert_max_bytes(100 + 64 * sizeof(struct can_frame)) {
			receiver = can_receiver_create(64);
		}
	}
	can_receiver_destroy(receiver);
	assert_no_leak {
		can_receiver_destroy(can_receiver_create(1000));
	}
	assert_max_allocations(2) {
		can_receiver_destroy(can_receiver_create(0));
	}
}

/* Proves that the assertions below see this module: the calls of create() are of the same kind. */
static void the_heap_of_the_module_is_seen(void **state)
{
	struct can_receiver *receiver;

	(void)state;
	assert_allocates {
		receiver = can_receiver_create(RING);
		can_receiver_destroy(receiver);
	}
}

static void good_frames_make_no_request(void **state)
{
	struct bench *bench = *state;
	struct can_frame frame;
	double value;

	assert_no_allocations {
		for (int i = 0; i < 10 * RING; i++) {
			assert_int_equal(
				can_receiver_put(bench->receiver, bench->wire, bench->size),
				CAN_OK);
			assert_true(can_receiver_take(bench->receiver, &frame));
			assert_true(can_unpack(&frame, &speed, &value));
			assert_true(can_pack(&frame, &torque, value));
			assert_int_equal(can_encode(&frame, bench->wire, sizeof(bench->wire)),
					 bench->size);
		}
	}
}

/* The bug is found here ... */
static void wrong_frames_make_no_request(void **state)
{
	struct bench *bench = *state;

	bench->wire[7] ^= 1;
	assert_no_allocations {
		assert_int_equal(can_receiver_put(bench->receiver, bench->wire, bench->size),
				 CAN_WRONG_CHECKSUM);
	}
}

/* ... and here. */
static void an_overflow_leaks_nothing(void **state)
{
	struct bench *bench = *state;

	assert_no_leak {
		for (int i = 0; i < RING + 2; i++)
			can_receiver_put(bench->receiver, bench->wire, bench->size);
	}
	assert_int_equal(can_receiver_count(bench->receiver, CAN_FULL), 2);
}

static void to_stdout(const char *text, void *context)
{
	(void)context;
	print_message("%s\n", text);
}

static void resetting_keeps_the_memory(void **state)
{
	struct bench *bench = *state;

	can_receiver_set_log(bench->receiver, to_stdout, NULL);
	assert_no_deallocations {
		can_receiver_put(bench->receiver, bench->wire, bench->size);
		can_receiver_reset(bench->receiver);
	}
	assert_int_equal(can_receiver_count(bench->receiver, CAN_OK), 0);
}

/* A thread that puts frames into the receiver, and says when it begins and ends. */
struct link {
	struct bench *bench;
	pthread_barrier_t turn;
};

static void *receive_on_a_thread(void *context)
{
	struct link *link = context;

	pthread_barrier_wait(&link->turn);
	for (int i = 0; i < RING; i++)
		can_receiver_put(link->bench->receiver, link->bench->wire, link->bench->size);
	pthread_barrier_wait(&link->turn);
	return NULL;
}

/* Starting a thread allocates, so the block is only what comes between. */
static void no_thread_makes_a_request_while_frames_come_in(void **state)
{
	struct link link = {.bench = *state};
	pthread_t thread;

	pthread_barrier_init(&link.turn, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, receive_on_a_thread, &link), 0);
	assert_no_allocations_anywhere {
		pthread_barrier_wait(&link.turn);
		pthread_barrier_wait(&link.turn);
	}
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&link.turn);
	assert_int_equal(can_receiver_count(link.bench->receiver, CAN_OK), RING);
}

/* The module is made before the lock: made after it, that is a violation, and whose is known. */
static void creating_in_a_locked_phase_is_a_violation(void **state)
{
	struct can_receiver *receiver = NULL;

	(void)state;
	lock_allocations();
	assert_violation_of("calloc", RING * sizeof(struct can_frame), "can_receiver_create") {
		receiver = can_receiver_create(RING);
	}
	unlock_allocations();
	can_receiver_destroy(receiver);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest results[] = {
		TEST(frames_go_there_and_back),
		TEST(wrong_frames_are_refused_and_counted),
		TEST(a_full_ring_keeps_the_oldest),
	};
	const struct CMUnitTest heap[] = {
		TEST(creating_takes_two_blocks_and_destroying_gives_them_back),
		TEST(the_heap_of_the_module_is_seen),
		TEST(good_frames_make_no_request),
		TEST(wrong_frames_make_no_request),
		TEST(an_overflow_leaks_nothing),
		TEST(resetting_keeps_the_memory),
		TEST(no_thread_makes_a_request_while_frames_come_in),
		TEST(creating_in_a_locked_phase_is_a_violation),
	};
	int failed;

	/* CMocka writes to stdout and stderr: keeps the lines in order if both go to one file. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	failed = cmocka_run_group_tests_name("results", results, NULL, NULL);
	return failed + cmocka_run_group_tests_name("heap", heap, NULL, NULL);
}
