// SPDX-License-Identifier: MIT
/*
 * Operators new and delete that keep each living block in a static std::map, which is constructed
 * before main(), but after the constructors of every library: nobody but a library's constructor
 * could call them before that.
 */
#include "use.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>

/* The map's own memory is not the operators'. */
template <typename T> struct plain {
	typedef T value_type;
	plain() = default;
	template <typename U> plain(const plain<U> &)
	{
	}
	T *allocate(size_t count)
	{
		return static_cast<T *>(std::malloc(count * sizeof(T)));
	}
	void deallocate(T *block, size_t)
	{
		std::free(block);
	}
	bool operator==(const plain &) const
	{
		return true;
	}
	bool operator!=(const plain &) const
	{
		return false;
	}
};

static std::mutex mutex;
static std::map<void *, size_t, std::less<void *>, plain<std::pair<void *const, size_t>>> blocks;

void *operator new(size_t size)
{
	void *block = std::malloc(size);

	if (block == nullptr)
		throw std::bad_alloc();
	std::lock_guard<std::mutex> held(mutex);
	blocks[block] = size;
	return block;
}

void operator delete(void *block) noexcept
{
	if (block == nullptr)
		return;
	std::lock_guard<std::mutex> held(mutex);

	if (blocks.erase(block) != 1) {
		std::puts("a block that new did not make");
		std::abort();
	}
	std::free(block);
}

void operator delete(void *block, size_t) noexcept
{
	operator delete(block);
}

int main()
{
	size_t before = blocks.size();

	use_containers(1);
	use_threads(4);
	std::printf("blocks before main: %zu, at its end: %zu\n", before, blocks.size());
	return 0;
}
