// SPDX-License-Identifier: MIT
/*
 * A throwing new whose request fails throws std::bad_alloc; a function that lets it pass ends its
 * run by terminate(), one that catches it survives.
 *
 * shows: PL-330
 * run: {self}
 * exit: 0
 * stdout:
 * | catches: 0 faults in 3 runs
 * | lets it pass: 1 crash in 2 runs
 */
#include <phaselock/assert.h>

#include <cstdio>
#include <memory>
#include <new>
#include <vector>

static int catches(void *)
{
	try {
		int *volatile block = new int[10]; // volatile: or the compiler leaves it out
		std::unique_ptr<int[]> first(block);
		std::vector<char> second(100);
	} catch (const std::bad_alloc &) {
	}
	return 0;
}

static int lets_it_pass(void *) noexcept
{
	int *volatile block = new int;

	delete block;
	return 0;
}

int main()
{
	struct phaselock_faults faults = {};
	unsigned count = phaselock_for_each_failure(catches, nullptr, &faults);

	std::printf("catches: %u faults in %u runs\n", count, faults.runs);
	phaselock_for_each_failure(lets_it_pass, nullptr, &faults);
	std::printf("lets it pass: %u crash in %u runs\n", faults.crashes, faults.runs);
	return 0;
}
