// SPDX-License-Identifier: MIT
/*
 * Advice for the C++ library: families of functions are recognized by the beginnings of their
 * names.
 *
 * shows: PL-180
 * exit: SIGABRT
 *
 * each: use=advice "append=std::string allocates for more than 15 characters"
 *     "throw=an exception allocates each time it is thrown"
 *     "file=a stream allocates at its first use"
 * run: {self} {use}
 * stderr:
 * | phaselock: violation: {any} while allocations are locked
 * |   thread {number} "advice_cxx", 1st time at this site
 * | {details}
 * |   advice: {advice}{any}; {any}
 * | {details}
 * | phaselock: aborting (policy=abort)
 */
#include "behaviour.h"

#include <fstream>
#include <string>

int main(int argc, char **argv)
{
	std::string use(argc == 2 ? argv[1] : ""), text;
	std::ofstream file;

	require_armed();
	lock_allocations();
	if (use == "append")
		text.append("more than fifteen characters");
	else if (use == "throw")
		throw 1;
	else if (use == "file")
		file.open("/dev/null");
	return 0;
}
