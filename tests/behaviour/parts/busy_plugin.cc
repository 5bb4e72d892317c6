/* SPDX-License-Identifier: MIT */
// A C++ plug-in whose global and thread-local objects allocate when they come and when they go.
#include <cstdlib>
#include <string>

namespace {

struct busy {
	std::string text = std::string(100, 'a');
	~busy()
	{
		std::string last(200, 'b');
		text += last;
	}
};

busy global;
thread_local busy local;

} // namespace

extern "C" void *plugin_take(size_t size)
{
	local.text += "c";
	global.text[0] = 'd';
	return ::operator new(size);
}

extern "C" void plugin_give(void *block)
{
	::operator delete(block);
}
