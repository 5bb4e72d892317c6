// SPDX-License-Identifier: MIT
// The same plug-in as crossing_plugin.c in C++: by operators, and with what its library takes.
#include "crossing.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <new>
#include <stdexcept>
#include <string>

void *plugin_take(size_t size)
{
	return ::operator new(size);
}

void *plugin_take_aligned(size_t alignment, size_t size)
{
	return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void *plugin_resize(void *block, size_t size)
{
	return std::realloc(block, size);
}

void plugin_give(void *block)
{
	::operator delete(block);
}

void plugin_use_libc(void)
{
	std::map<std::string, std::string> words;

	for (int i = 0; i < 100; i++)
		words[std::to_string(i)] = std::string(static_cast<size_t>(i), 'x');
	try {
		throw std::runtime_error(words["50"]);
	} catch (const std::exception &error) {
		if (std::strlen(error.what()) != 50)
			std::abort();
	}
}
