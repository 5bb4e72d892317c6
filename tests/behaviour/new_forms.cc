/* SPDX-License-Identifier: MIT */
/*
 * new and delete expressions of every form come to the library: plain, array, nothrow,
 * over-aligned, and those of the standard library. Each is one allocation and one deallocation of
 * the right alignment.
 *
 * shows: PL-001 PL-050
 * exit: 0
 */
#include "behaviour.h"

#include <malloc.h>
#include <memory>
#include <new>
#include <string>
#include <vector>

struct plain {
	char bytes[40];
};

struct alignas(256) wide {
	char bytes[256];
};

/* Takes the form of delete that has a size. */
struct counted {
	~counted()
	{
		destroyed++;
	}
	static int destroyed;
	char bytes[24];
};

int counted::destroyed;

template <typename object> static void is_a_block(object *block, uint64_t allocations, size_t size)
{
	CHECK(block != nullptr);
	CHECK_EQUAL(thread_stats().allocations, allocations + 1);
	CHECK_EQUAL(reinterpret_cast<uintptr_t>(block) % alignof(object), 0);
	CHECK(malloc_usable_size(block) >= size);
	memset(static_cast<void *>(block), 1, size);
}

template <typename object> static void one_and_many()
{
	struct phaselock_stats begin = thread_stats();
	uint64_t made = begin.allocations;

	object *one = static_cast<object *>(opaque(new object));
	is_a_block(one, made++, sizeof(object));
	object *many = static_cast<object *>(opaque(new object[7]));
	is_a_block(many, made++, 7 * sizeof(object));
	object *quiet = static_cast<object *>(opaque(new (std::nothrow) object));
	is_a_block(quiet, made++, sizeof(object));
	object *quiet_many = static_cast<object *>(opaque(new (std::nothrow) object[7]));
	is_a_block(quiet_many, made++, 7 * sizeof(object));
	delete one;
	delete[] many;
	delete quiet;
	delete[] quiet_many;
	struct phaselock_stats did = thread_stats_since(&begin);
	CHECK_EQUAL(did.allocations, 4);
	CHECK_EQUAL(did.deallocations, 4);
	CHECK_EQUAL(did.bytes_allocated, did.bytes_deallocated);
}

int main()
{
	require_armed();
	one_and_many<plain>();
	one_and_many<wide>();

	struct phaselock_stats begin = thread_stats();
	delete[] static_cast<counted *>(opaque(new counted[3]));
	CHECK_EQUAL(counted::destroyed, 3);
	CHECK_EQUAL(thread_stats_since(&begin).allocations, 1);
	CHECK_EQUAL(thread_stats_since(&begin).deallocations, 1);

	begin = thread_stats();
	{
		std::vector<int> numbers(opaque_size(1000));
		std::string text(opaque_size(1000), 'x');
		std::shared_ptr<wide> shared = std::make_shared<wide>();

		CHECK_EQUAL(thread_stats_since(&begin).allocations, 3);
	}
	CHECK_EQUAL(thread_stats_since(&begin).deallocations, 3);
	return 0;
}
