/* SPDX-License-Identifier: MIT */
/*
 * Knows which test runs, and on which thread, for those who report an assertion. It must not know
 * what a test is, nor what happens when it begins and ends.
 */
#include "running.h"

#include <phaselock/assert.h>

#include <pthread.h>

/* Written by the thread that runs the tests, while no other thread reports an assertion. */
static struct {
	bool open;
	const char *name;
	pthread_t thread;
} running;

void running_begin(const char *name)
{
	running.open = true;
	running.name = name;
	running.thread = pthread_self();
}

bool running_end(void)
{
	bool was_open = running.open;

	running.open = false;
	return was_open;
}

bool running_is_open(void)
{
	return running.open;
}

bool running_elsewhere(void)
{
	return running.open && !pthread_equal(running.thread, pthread_self());
}

const char *phaselock_test_name(void)
{
	return running.open ? running.name : NULL;
}
