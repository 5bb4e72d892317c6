/* SPDX-License-Identifier: MIT */
/*
 * A server in miniature, whose record makes a good picture: it builds tables, locks, serves by two
 * threads, of which one makes a request now and then, unlocks to load its tables anew, and locks
 * again. It leaves some blocks.
 */
#define _GNU_SOURCE
#include <phaselock/phaselock.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RULES 400
#ifndef ENTRIES
#define ENTRIES 1500
#endif
#define THREADS 2
#define SERVED 60

#define NOINLINE __attribute__((noinline))

static void *rules[RULES], *entries[ENTRIES];
static void *volatile last;

static void pause_a_moment(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

NOINLINE static void *make_block(size_t size)
{
	void *made = malloc(size);

	if (made != NULL)
		memset(made, 1, size);
	return made;
}

NOINLINE static void parse_rule(size_t number)
{
	void *text = make_block(200 + number % 100);

	rules[number] = make_block(300 + number);
	free(text);
}

NOINLINE static void load_rules(void)
{
	for (size_t i = 0; i < RULES; i++) {
		free(rules[i]);
		parse_rule(i);
		if (i % 20 == 0)
			pause_a_moment();
	}
}

NOINLINE static void build_index(void)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		free(entries[i]);
		entries[i] = make_block(64 + i % 7 * 32);
		if (i % 100 == 0)
			pause_a_moment();
	}
}

NOINLINE static void log_slow_request(size_t number)
{
	free(strdup("a request was slow"));
	if (number % 20 == 0)
		last = make_block(500);
}

NOINLINE static void serve(size_t number)
{
	if (number % 10 == 0)
		log_slow_request(number);
	pause_a_moment();
}

static void *work(void *is_slow)
{
	for (size_t i = 0; i < SERVED; i++)
		if (is_slow != NULL)
			serve(i);
		else
			pause_a_moment();
	return NULL;
}

static void run_threads(void)
{
	static const char *const names[THREADS] = {"worker", "timer"};
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++) {
		if (pthread_create(&threads[i], NULL, work, i == 0 ? rules : NULL) != 0)
			abort();
		pthread_setname_np(threads[i], names[i]);
	}
	lock_allocations();
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	unlock_allocations();
}

int main(void)
{
	load_rules();
	build_index();
	run_threads();
	load_rules();
	build_index();
	run_threads();
	for (size_t i = 0; i < RULES; i++)
		free(rules[i]);
	return 0;
}
