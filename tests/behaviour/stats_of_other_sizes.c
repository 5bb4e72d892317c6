/* SPDX-License-Identifier: MIT */
/*
 * A program built against a shorter structure of statistics gets its own fields, and nothing behind
 * them is touched. One built against a longer structure gets zeros after the fields that the
 * library knows.
 *
 * shows: PL-053
 * libc: glibc musl
 * each: function get_stats get_thread_stats
 * run: {self} {function}
 * exit: 0
 */
#include "behaviour.h"

#include <stdlib.h>

#define LONGER (sizeof(struct phaselock_stats) + 64)

int main(int argc, char **argv)
{
	void (*get)(struct phaselock_stats * out, size_t out_size) = phaselock_get_stats;
	union {
		struct phaselock_stats stats;
		unsigned char bytes[LONGER];
	} whole, other;

	require_armed();
	CHECK(argc > 1);
	if (strcmp(argv[1], "get_thread_stats") == 0)
		get = phaselock_get_thread_stats;
	free(malloc(100));

	memset(&whole, 0xee, sizeof(whole));
	get(&whole.stats, sizeof(whole.stats));
	CHECK(whole.stats.allocations > 0 && whole.stats.threads == 1);
	CHECK(is_filled(&whole.bytes[sizeof(whole.stats)], 0xee, LONGER - sizeof(whole.stats)));
	for (size_t size = 0; size < sizeof(whole.stats); size++) {
		memset(&other, 0xee, sizeof(other));
		get(&other.stats, size);
		CHECK(memcmp(&whole, &other, size) == 0);
		CHECK(is_filled(&other.bytes[size], 0xee, LONGER - size));
	}
	memset(&other, 0xee, sizeof(other));
	get(&other.stats, LONGER);
	CHECK(memcmp(&whole, &other, sizeof(whole.stats)) == 0);
	CHECK(is_filled(&other.bytes[sizeof(other.stats)], 0, LONGER - sizeof(other.stats)));
	return 0;
}
