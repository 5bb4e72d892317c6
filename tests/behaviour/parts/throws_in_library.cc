// SPDX-License-Identifier: MIT
// A library in C++ for throwing_new_of_plugin.c, whose program knows nothing of C++.
#include <new>

// The first exception of a thread makes the C++ library ask for thread-local memory: do it before
// the lock.
extern "C" void warm()
{
	try {
		throw 1;
	} catch (int) {
	}
}

extern "C" bool denied_new_throws()
{
	try {
		char *volatile block = new char[100];

		delete[] block;
		return false;
	} catch (const std::bad_alloc &) {
		return true;
	}
}
