// SPDX-License-Identifier: MIT
/*
 * A program replaces only the plain operators new and delete, by a pool: all other forms go through
 * them, as the standard says, and no block of the pool comes to the library. The library says at
 * its start what it does not see.
 *
 * shows: PL-007 PL-140 PL-141
 * each: kind plain aligned
 * run: {self} {kind}
 * exit: 0
 * stderr:
 * | phaselock: not armed: operator new, operator new with alignment, operator delete, operator delete with alignment go to another allocator
 */
#include "behaviour.h"

#include <cstdlib>
#include <new>

/* The test: a program may define the plain form without the sized one. */
#pragma GCC diagnostic ignored "-Wsized-deallocation"

static char pool[1 << 16];
static size_t used;
static int taken, returned;

static void *take(size_t size, size_t alignment)
{
	used = (used + alignment - 1) / alignment * alignment;
	if (used + size > sizeof(pool))
		throw std::bad_alloc();
	taken++;
	used += size;
	return pool + used - size;
}

static void give(void *block)
{
	if (block == nullptr)
		return;
	CHECK(static_cast<char *>(block) >= pool &&
	      static_cast<char *>(block) < pool + sizeof(pool));
	returned++;
}

void *operator new(size_t size)
{
	return take(size, 16);
}

void operator delete(void *block) noexcept
{
	give(block);
}

void *operator new(size_t size, std::align_val_t alignment)
{
	return take(size, static_cast<size_t>(alignment));
}

void operator delete(void *block, std::align_val_t) noexcept
{
	give(block);
}

struct plain {
	char bytes[40];
};

struct alignas(64) aligned {
	char bytes[64];
};

/* Volatile: a compiler may leave out a new and its delete. */
template <typename T> static void each_form()
{
	T *volatile block = new T;
	T *volatile none;

	delete block; /* the sized form */
	block = new T[3];
	delete[] block;
	block = new (std::nothrow) T;
	delete block;
	block = new (std::nothrow) T[3];
	delete[] block;
	none = new (std::nothrow) T[sizeof(pool)]; /* the pool throws; the nothrow form catches */
	CHECK(none == nullptr);
	CHECK_EQUAL(taken, 4);
	CHECK_EQUAL(returned, 4);
}

int main(int argc, char **argv)
{
	CHECK((phaselock_armed() & PHASELOCK_ENTRY_MALLOC) != 0);
	CHECK((phaselock_armed() & PHASELOCK_ENTRY_NEW) == 0);
	taken = returned = 0;
	if (argc > 1 && strcmp(argv[1], "aligned") == 0)
		each_form<aligned>();
	else
		each_form<plain>();
	return 0;
}
