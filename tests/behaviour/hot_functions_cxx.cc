/* SPDX-License-Identifier: MIT */
/*
 * A function that must not allocate is left by an exception as well as by a return: what the
 * handler of the exception asks for is granted, and what a destructor asks for on the way is not.
 * The exception itself asks for memory. Names of C++ are the mangled ones.
 *
 * shows: PL-790 PL-791
 * run: {self}
 * environment: PHASELOCK_OPTIONS=hot=_ZN6parser*:policy=allow:max_reports=0
 * exit: 0
 * stderr:
 * | {lines}
 */
#include "behaviour.h"

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <thread>

static uint64_t violations()
{
	return thread_stats().locked_attempts;
}

static FRAME void ask()
{
	free(opaque(malloc(24)));
}

/* Its destructor asks for memory. */
struct asks_at_its_end {
	~asks_at_its_end()
	{
		ask();
	}
};

namespace parser
{

FRAME void parse(bool in_vain)
{
	{
		asks_at_its_end last;

		if (in_vain)
			throw std::runtime_error("no header");
	}
	opaque(nullptr); /* otherwise the last call would be a jump */
}

FRAME int *make()
{
	return static_cast<int *>(opaque(new int(1)));
}

} // namespace parser

static FRAME void read(bool in_vain)
{
	parser::parse(in_vain);
}

static void run()
{
	uint64_t before = violations();

	ask();
	CHECK_EQUAL(violations(), before);
	read(false);
	CHECK_EQUAL(violations(), before + 1);
	before = violations();
	try {
		read(true);
	} catch (const std::runtime_error &error) {
		/* The exception, its text, and the destructor. */
		CHECK(violations() >= before + 3);
		before = violations();
		ask();
		CHECK_EQUAL(violations(), before);
		std::unique_ptr<int> copy(new int(2));

		CHECK_EQUAL(violations(), before);
	}
	std::unique_ptr<int> made(parser::make());

	CHECK_EQUAL(violations(), before + 1);
	ask();
	CHECK_EQUAL(violations(), before + 1);
}

int main()
{
	require_armed();
	run();
	std::thread(run).join();
	return 0;
}
