/* SPDX-License-Identifier: MIT */
/*
 * Random trees of calls on several threads, through functions that must not allocate and others,
 * left by returns and by longjmp(), with signals in between. The program itself counts how many of
 * the first are open on each thread; each request is denied exactly if there is one.
 *
 * shows: PL-790 PL-791
 * run: {self}
 * environment: PHASELOCK_OPTIONS=hot=hot_*:policy=deny:frames=2:max_reports=0
 * timeout: 60
 * exit: 0
 * stderr:
 * | {lines}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>

#define THREADS 4
#define TREES 300
#define DEPTH 60

static _Thread_local struct {
	unsigned open; /* functions that must not allocate */
	unsigned long random;
	unsigned long denied, granted;
	jmp_buf *place;
} thread;

static unsigned pick(unsigned below)
{
	thread.random = thread.random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(thread.random >> 33) % below;
}

static FRAME void request(void)
{
	void *block = opaque(malloc(16 + pick(100)));

	CHECK((block == NULL) == (thread.open > 0));
	thread.denied += block == NULL;
	thread.granted += block != NULL;
	free(block);
}

static void on_signal(int number)
{
	(void)number;
	request();
}

static void walk(unsigned left);

/* They differ, otherwise gcc would merge each pair. */
static FRAME void hot_first(unsigned left)
{
	thread.open++;
	walk(left);
	thread.open--;
}

static FRAME void hot_second(unsigned left)
{
	volatile char room[200];

	thread.open++;
	room[left] = 1;
	walk(left);
	thread.open--;
	(void)room;
}

static FRAME void other_first(unsigned left)
{
	walk(left);
	opaque(NULL);
}

static FRAME void other_second(unsigned left)
{
	volatile char room[300];

	room[left] = 1;
	walk(left);
	(void)room;
}

/* Lets a deeper call jump out of all calls in between. */
static FRAME void catch_jump(unsigned left)
{
	jmp_buf place, *volatile outer = thread.place;
	volatile unsigned open = thread.open;

	thread.place = &place;
	if (setjmp(place) == 0)
		walk(left);
	thread.open = open;
	thread.place = outer;
	request();
}

static FRAME void walk(unsigned left)
{
	static void (*const functions[])(unsigned) = {hot_first,   other_first, other_second,
						      other_first, hot_second,	other_second,
						      catch_jump,  other_first};

	if (pick(4) == 0)
		request();
	if (pick(100) == 0)
		raise(SIGUSR1);
	if (left == 0 && thread.place != NULL && pick(2) == 0)
		longjmp(*thread.place, 1);
	for (unsigned calls = pick(8) == 0 ? 2 : 1; left > 0 && calls > 0; calls--)
		functions[pick(8)](left - 1);
	request();
}

static void *grow(void *number)
{
	thread.random = (uintptr_t)number;
	for (int i = 0; i < TREES; i++) {
		/* Most trees have few such functions, some none. */
		walk(pick(DEPTH) / (1 + pick(6)));
		CHECK_EQUAL(thread.open, 0);
		request();
	}
	CHECK(thread.denied > TREES && thread.granted > TREES);
	return NULL;
}

int main(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_NODEFER};
	pthread_t threads[THREADS];

	require_armed();
	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, grow, (void *)(i + 1)) == 0);
	for (size_t i = 0; i < THREADS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	return 0;
}
