/* SPDX-License-Identifier: MIT */
/*
 * Two call paths to one function are two sites, listed by falling count. With frames=1 only the
 * caller tells sites apart, so they are one. One place is two sites if both the phase and a forbid
 * scope were causes.
 *
 * shows: PL-036 PL-037 PL-038 PL-039
 * libc: glibc musl
 * run: {self}
 * environment: PHASELOCK_OPTIONS=policy=deny
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(7) while allocations are locked
 * |   thread {number} "two_paths_are_t", 1st time at this site
 * |     #0 build_header+{hex} ({any}+{hex})
 * |     #1 answer_request+{hex} ({any}+{hex})
 * |     #2 main+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(7) while allocations are locked
 * |   thread {number} "two_paths_are_t", 1st time at this site
 * |     #0 build_header+{hex} ({any}+{hex})
 * |     #1 send_alarm+{hex} ({any}+{hex})
 * |     #2 main+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(7) inside a forbid scope
 * |   thread {number} "two_paths_are_t", 1st time at this site
 * |     #0 build_header+{hex} ({any}+{hex})
 * |     #1 answer_request+{hex} ({any}+{hex})
 * |     #2 main+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 10 violations at 3 sites, by count:
 * | phaselock:   5 x malloc  build_header+{hex} ({any}+{hex}) < send_alarm+{hex} ({any}+{hex}) < {any}
 * | phaselock:   3 x malloc  build_header+{hex} ({any}+{hex}) < answer_request+{hex} ({any}+{hex}) < {any}
 * | phaselock:   2 x malloc  build_header+{hex} ({any}+{hex}) < answer_request+{hex} ({any}+{hex}) < {any}
 * run: {self} one_frame
 * environment: PHASELOCK_OPTIONS=policy=deny:frames=1
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(7) while allocations are locked
 * |   thread {number} "two_paths_are_t", 1st time at this site
 * |     #0 build_header+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(7) inside a forbid scope
 * |   thread {number} "two_paths_are_t", 1st time at this site
 * |     #0 build_header+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 10 violations at 2 sites, by count:
 * | phaselock:   8 x malloc  build_header+{hex} ({any}+{hex})
 * | phaselock:   2 x malloc  build_header+{hex} ({any}+{hex})
 */
#include "behaviour.h"

#include <stdlib.h>

void build_header(void);
void answer_request(void);
void send_alarm(void);

FRAME void build_header(void)
{
	CHECK(opaque(malloc(7)) == NULL);
}

FRAME void answer_request(void)
{
	build_header();
	opaque(NULL); /* something follows the call, so that it is no jump */
}

FRAME void send_alarm(void)
{
	build_header();
	opaque(NULL);
}

static const struct {
	void (*path)(void);
	bool forbid;
	uint64_t times;
} walk[] = {{answer_request, false, 3}, {send_alarm, false, 5}, {answer_request, true, 2}};

int main(int argc, char **argv)
{
	struct phaselock_violation sites[4];
	bool one_frame = argc > 1 && strcmp(argv[1], "one_frame") == 0;
	size_t count;

	require_armed();
	lock_allocations();
	/* All paths are called from one place, so main() is the same frame for all. */
	for (size_t i = 0; i < 3; i++) {
		for (volatile uint64_t j = 0; j < walk[i].times; j++) {
			if (walk[i].forbid)
				phaselock_forbid_begin();
			walk[i].path();
			if (walk[i].forbid)
				phaselock_forbid_end();
		}
	}
	count = phaselock_get_violations(sites, 4);
	CHECK_EQUAL(count, one_frame ? 2 : 3);
	for (size_t i = 0; i < count; i++) {
		CHECK(i == 0 || sites[i - 1].sequence < sites[i].sequence);
		CHECK_EQUAL(sites[i].frame_count == 1, one_frame);
	}
	CHECK_EQUAL(sites[0].count, one_frame ? 8 : 3);
	CHECK_EQUAL(sites[count - 1].cause, PHASELOCK_CAUSE_FORBID);
	/* A shorter array gets the oldest, and the return value still tells how many there are. */
	memset(sites, 0, sizeof(sites));
	CHECK_EQUAL(phaselock_get_violations(sites, 1), count);
	CHECK_EQUAL(sites[0].sequence, 1);
	CHECK_EQUAL(sites[1].sequence, 0);
	return 0;
}
