/* SPDX-License-Identifier: MIT */
/*
 * One thread loads a plug-in that locks the heap, and unloads it, over and over, while another
 * violates at a thousand sites. Each report names who locked, although that module may be unloaded
 * at that very moment, and the table at the end names the rest.
 *
 * shows: PL-523
 * needs: gcc
 * timeout: 60
 * environment: PHASELOCK_OPTIONS=policy=allow:max_reports=1000
 * run: sh -c 'gcc -O2 -shared -fPIC -I{source}/include -DNAME=plugin_that -DFUNCTIONS
 *     {source}/tests/behaviour/parts/locking_plugin.c -o plugin.so && timeout -s KILL 50 {self} 2>
 *     out || exit;
 *     grep -q "#0 plugin_that_lock+0x" out && echo named; tail -n 1 out'
 * exit: 0
 * stdout:
 * | named
 * | phaselock:   {number} x malloc  {any}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define SITES 1000

static atomic_bool over;
static atomic_uint loads;

static void *load_again_and_again(void *unused)
{
	void (*lock)(void);

	phaselock_permit_begin();
	while (!atomic_load(&over)) {
		void *plugin = dlopen("./plugin.so", RTLD_NOW);

		CHECK(plugin != NULL);
		*(void **)&lock = dlsym(plugin, "plugin_lock");
		CHECK(lock != NULL);
		lock();
		unlock_allocations();
		lock();
		usleep((useconds_t)(random() % 200));
		CHECK_EQUAL(dlclose(plugin), 0);
		atomic_fetch_add(&loads, 1);
	}
	phaselock_permit_end();
	return unused;
}

static void request_from_elsewhere(unsigned number, int bits);

/* 2^bits call stacks. */
static FRAME void request(unsigned number, int bits)
{
	if (bits == 0)
		free(opaque(malloc(9)));
	else if ((number & 1) != 0)
		request(number >> 1, bits - 1);
	else
		request_from_elsewhere(number >> 1, bits - 1);
	opaque(NULL);
}

static FRAME void request_from_elsewhere(unsigned number, int bits)
{
	request(number, bits);
	opaque(NULL);
}

int main(void)
{
	pthread_t thread;

	require_armed();
	CHECK_EQUAL(pthread_create(&thread, NULL, load_again_and_again, NULL), 0);
	while (atomic_load(&loads) < 2)
		usleep(1000);
	for (unsigned number = 0; number < SITES; number++)
		request(number, 10);
	atomic_store(&over, true);
	CHECK_EQUAL(pthread_join(thread, NULL), 0);
	return 0;
}
