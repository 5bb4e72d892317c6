// SPDX-License-Identifier: MIT
// C++ for places.c, as a part of the program or as a library: a template, an inlined member, a
// lambda, a namespace without a name.
#include "places.h"

namespace net
{
template <typename T> struct parser {
	INSIDE void trim(T value)
	{
		MARK();
		marked += static_cast<int>(value);
	}

	APART void feed(T value)
	{
		trim(value);
	}
};
} // namespace net

namespace
{
APART void hidden(int value)
{
	MARK();
	marked += value;
}
} // namespace

extern "C" void more()
{
	net::parser<int>().feed(marked);
	hidden(marked);
	[](int value) APART {
		MARK();
		marked += value;
	}(marked);
}
