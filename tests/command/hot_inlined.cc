// SPDX-License-Identifier: MIT
// Functions of a class that the compiler puts into those that call them.
#include <cstdlib>

namespace parser
{

static void *volatile block;

struct header {
	[[gnu::always_inline]] inline void parse(std::size_t size)
	{
		block = std::malloc(size);
		std::free(block);
		block = nullptr;
	}
};

} // namespace parser

[[gnu::noinline]] static void read_all()
{
	parser::header header;

	header.parse(7);
}

int main()
{
	read_all();
	std::free(std::malloc(8));
	return 0;
}
