// SPDX-License-Identifier: MIT
/*
 * Operators new and delete that keep each living block in a doubly linked list, as leak trackers
 * do: the list goes through the blocks' own memory, and is walked at the end.
 */
#include "use.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>

struct node {
	node *next;
	node **place;
};

static node *head;
static std::mutex mutex;

void *operator new(size_t size)
{
	node *block = static_cast<node *>(std::malloc(sizeof(node) + size));

	if (block == nullptr)
		throw std::bad_alloc();
	std::lock_guard<std::mutex> held(mutex);
	*block = {head, &head};
	if (head != nullptr)
		head->place = &block->next;
	head = block;
	return block + 1;
}

void operator delete(void *pointer) noexcept
{
	if (pointer == nullptr)
		return;
	node *block = static_cast<node *>(pointer) - 1;
	std::lock_guard<std::mutex> held(mutex);

	*block->place = block->next;
	if (block->next != nullptr)
		block->next->place = block->place;
	std::free(block);
}

void operator delete(void *pointer, size_t) noexcept
{
	operator delete(pointer);
}

static int length()
{
	int nodes = 0;

	for (node *block = head; block != nullptr && nodes < 100000; block = block->next)
		nodes++;
	return nodes;
}

int main()
{
	int before = length();
	int *kept = new int(1);

	use_containers(1);
	use_threads(4);
	std::printf("blocks before main: %d, at its end: %d\n", before, length());
	delete kept;
	return 0;
}
