/* SPDX-License-Identifier: MIT */
/*
 * Comes by each probe of the library, in the order that tests/command/probes.py knows. With
 * OWN_PROBE it has a probe of its own.
 */
#define PHASELOCK_OPTIONAL
#include <phaselock/phaselock.h>

#include <pthread.h>
#include <stdlib.h>

#ifdef OWN_PROBE
#include <sys/sdt.h>
#endif

static void *volatile sink;

static __attribute__((noinline)) void violate(size_t size)
{
	sink = malloc(size);
	free(sink);
}

static void *in_thread(void *unused)
{
	sink = malloc(1);
	free(sink);
	return unused;
}

int main(void)
{
	struct phaselock_stage stage;
	pthread_t thread;

	if (!phaselock_present() || phaselock_armed() == 0)
		return 1;
	pthread_create(&thread, NULL, in_thread, NULL);
	pthread_join(thread, NULL);
	phaselock_stage_begin(&stage, "Request Start");
	sink = malloc(1000);
	phaselock_stage_mark(&stage, "In \"between\"");
	free(sink);
	phaselock_stage_end(&stage, "Request Complete");
	phaselock_lock_allocations();
	phaselock_lock_allocations();
	for (volatile int i = 0; i < 2; i++)
		violate(100);
	sink = calloc(2, 60);
	phaselock_permit_begin();
	violate(1);
	phaselock_permit_end();
	phaselock_unlock_allocations();
	phaselock_forbid_begin();
	violate(7);
	phaselock_forbid_end();
	phaselock_seal_allocations();
	violate(8);
#ifdef OWN_PROBE
	STAP_PROBE1(own, probe, 1);
#endif
	return 0;
}
