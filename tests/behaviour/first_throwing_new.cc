/* SPDX-License-Identifier: MIT */
/*
 * The first request of a fresh thread, made by a throwing operator new while allocations are
 * locked, throws std::bad_alloc on that thread. (There are two violations: the second is the C++
 * library's request for the exception.)
 *
 * shows: PL-007 PL-010 PL-019
 * each: form new new_array new_aligned new_array_aligned
 * run: {self} {form}
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 2 violations at 2 sites, by count:
 * | phaselock:   and 2 sites more (max_reports=0)
 */
#include "behaviour.h"

#include <new>
#include <pthread.h>

static pthread_barrier_t turn;

static void *call(const char *form)
{
	if (strcmp(form, "new") == 0)
		return ::operator new(opaque_size(48));
	if (strcmp(form, "new_array") == 0)
		return ::operator new[](opaque_size(48));
	if (strcmp(form, "new_aligned") == 0)
		return ::operator new(opaque_size(48), std::align_val_t(64));
	if (strcmp(form, "new_array_aligned") == 0)
		return ::operator new[](opaque_size(48), std::align_val_t(64));
	check_failed(__FILE__, __LINE__, "the argument is a form of new");
	return nullptr;
}

static void *first_request(void *form)
{
	bool thrown = false;

	pthread_barrier_wait(&turn); /* main has locked */
	try {
		opaque(call(static_cast<const char *>(form)));
	} catch (const std::bad_alloc &) {
		thrown = true;
	}
	CHECK(thrown);
	CHECK_EQUAL(thread_stats().locked_attempts, 2);
	CHECK_EQUAL(thread_stats().allocations, 0);
	return nullptr;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	require_armed();
	CHECK(argc > 1);
	pthread_barrier_init(&turn, nullptr, 2);
	CHECK_EQUAL(pthread_create(&thread, nullptr, first_request, argv[1]), 0);
	lock_allocations();
	pthread_barrier_wait(&turn);
	pthread_join(thread, nullptr);
	return 0;
}
