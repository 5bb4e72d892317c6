/* SPDX-License-Identifier: MIT */
/*
 * Times walks over call stacks of argv[1] frames, of the library's own parts, which are linked here
 * below their own names. A line is three numbers, in nanoseconds for one frame: pl_unwind(), the
 * same frames by the unwind tables alone, and _Unwind_Backtrace(). The time is CPU time, so that
 * other work of the machine only adds noise.
 */
#define _GNU_SOURCE
#include "stack/object.h"
#include "stack/unwind.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unwind.h>

#define FRAMES_MAX 64
#define ROUNDS 15
#define TIMES 5000

static unsigned wanted;

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

struct walk {
	const void *frames[FRAMES_MAX];
	unsigned count;
};

static unsigned walk_quickly(struct walk *walk)
{
	enum pl_unwind_end end;

	return pl_unwind((void **)(uintptr_t)walk->frames, wanted, NULL, &end);
}

static bool look(const struct pl_unwind_frame *frame, void *argument)
{
	struct walk *walk = argument;

	walk->frames[walk->count++] = (const void *)frame->instruction;
	return walk->count == wanted;
}

static unsigned walk_by_tables(struct walk *walk)
{
	(void)pl_unwind_each(NULL, look, walk);
	return walk->count;
}

static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *argument)
{
	struct walk *walk = argument;

	walk->frames[walk->count++] = (const void *)_Unwind_GetIP(context);
	return walk->count == wanted ? _URC_END_OF_STACK : _URC_NO_REASON;
}

static unsigned walk_by_libgcc(struct walk *walk)
{
	_Unwind_Backtrace(step, walk);
	return walk->count;
}

static double time_of(unsigned (*take)(struct walk *walk))
{
	double begin = now_ns();

	for (int i = 0; i < TIMES; i++) {
		struct walk walk = {.count = 0};

		if (take(&walk) != wanted)
			abort();
	}
	return (now_ns() - begin) / TIMES / wanted;
}

static __attribute__((noinline)) void descend(unsigned depth)
{
	volatile unsigned left = depth;

	if (left > 0) {
		descend(left - 1);
		left = 0; /* volatile: prevents a tail call */
		return;
	}
	for (int round = 0; round < ROUNDS; round++) {
		double quick = time_of(walk_quickly), tables = time_of(walk_by_tables);

		printf("%.2f %.2f %.2f\n", quick, tables, time_of(walk_by_libgcc));
	}
}

int main(int argc, char **argv)
{
	wanted = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
	if (wanted == 0 || wanted > FRAMES_MAX)
		return 1;
	pl_object_start();
	pl_unwind_start();
	pl_loaded_started();
	descend(wanted);
	return 0;
}
