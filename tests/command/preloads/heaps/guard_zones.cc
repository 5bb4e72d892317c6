// SPDX-License-Identifier: MIT
/*
 * Operators new and delete with guard zones of GUARD bytes on both sides of each block, which it
 * fills, and looks at when the block comes back.
 */
#include "use.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

struct header {
	size_t size;
	size_t magic;
};

static const size_t magic = 0x600db10c;
static std::atomic<long> live;

static size_t guard()
{
	static const char *text = std::getenv("GUARD");

	return text != nullptr ? std::strtoul(text, nullptr, 10) : 16;
}

static void check_zone(const char *zone)
{
	for (size_t i = 0; i < guard(); i++)
		if (zone[i] != '\xFD') {
			std::puts("a guard zone was written to");
			std::abort();
		}
}

void *operator new(size_t size)
{
	char *start = static_cast<char *>(std::malloc(sizeof(header) + size + 2 * guard()));

	if (start == nullptr)
		throw std::bad_alloc();
	*reinterpret_cast<header *>(start) = {size, magic};
	std::memset(start + sizeof(header), 0xFD, guard());
	std::memset(start + sizeof(header) + guard(), 0xCD, size);
	std::memset(start + sizeof(header) + guard() + size, 0xFD, guard());
	live++;
	return start + sizeof(header) + guard();
}

void operator delete(void *block) noexcept
{
	if (block == nullptr)
		return;
	char *zone = static_cast<char *>(block) - guard();
	header *start = reinterpret_cast<header *>(zone) - 1;

	if (start->magic != magic) {
		std::puts("a block that new did not make");
		std::abort();
	}
	check_zone(zone);
	check_zone(static_cast<char *>(block) + start->size);
	start->magic = 0;
	live--;
	std::free(start);
}

void operator delete(void *block, size_t) noexcept
{
	operator delete(block);
}

int main()
{
	long before = live;

	use_containers(1);
	use_threads(4);
	std::printf("blocks before main: %ld, left over: %ld\n", before, live - before);
	return 0;
}
