/* SPDX-License-Identifier: MIT */
/*
 * The call stack of a violation passes every C++ construct: a template, a lambda that an algorithm
 * calls (whose name no table has), a virtual function behind a base, the constructor of a global
 * object, a destructor that runs while an exception passes it, a catch block, a std::function on a
 * std::thread.
 *
 * shows: PL-188
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=32
 * each: kind template lambda virtual global destructor catch thread
 * run: {self} {kind}
 * exit: 0
 * stderr:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 */
#include "stack.h"

#include <algorithm>
#include <functional>
#include <thread>

namespace
{

template <typename... Words> void expect(Words... words)
{
	const char *const all[] = {words..., nullptr};

	check_stack(all);
}

} // namespace

template <typename T> FRAME T take(T value)
{
	violate();
	return value + 1;
}

FRAME void by_template()
{
	CHECK(take(1.0) > 0);
	expect("violate", "~take", "~by_template", "main", GAP, "_start");
}

FRAME void by_lambda()
{
	int numbers[] = {2, 1};

	std::sort(
		numbers, numbers + 2, [](int a, int b) __attribute__((noinline)) {
			violate();
			return a < b;
		});
	expect("violate", GAP, "~by_lambda", "main", GAP, "_start");
}

struct Base {
	virtual ~Base() = default;
	virtual void work() = 0;
};

struct Derived : Base {
	FRAME void work() override
	{
		violate();
		opaque(nullptr);
	}
};

FRAME void call(Base &base)
{
	base.work();
	opaque(nullptr);
}

FRAME void by_virtual()
{
	Derived derived;

	call(*static_cast<Base *>(opaque(&derived)));
	expect("violate", "~Derived", "~call", "~by_virtual", "main", GAP, "_start");
}

/* Runs before main(), so it reads the program's argument itself. */
struct Global {
	FRAME Global()
	{
		extern bool global_is_asked_for();

		if (!global_is_asked_for())
			return;
		require_armed();
		violate();
		expect("violate", "~Global", GAP, "_start");
	}
};

FRAME bool global_is_asked_for()
{
	char arguments[4096] = "";
	FILE *file = fopen("/proc/self/cmdline", "r");
	size_t length;

	CHECK(file != nullptr);
	length = fread(arguments, 1, sizeof(arguments) - 1, file);
	fclose(file);
	return length > 7 && strcmp(arguments + length - 7, "global") == 0;
}

Global global;

FRAME void by_global()
{
	opaque(nullptr);
}

struct Guard {
	FRAME ~Guard()
	{
		violate();
		opaque(nullptr);
	}
};

FRAME void throw_number()
{
	throw 1;
}

FRAME void hold_guard()
{
	Guard guard;

	throw_number();
}

FRAME void by_destructor()
{
	bool caught = false;

	try {
		hold_guard();
	} catch (int) {
		caught = true;
	}
	CHECK(caught);
	expect("violate", "~Guard", "~hold_guard", "~by_destructor", "main", GAP, "_start");
}

FRAME void by_catch()
{
	try {
		throw_number();
	} catch (int) {
		violate();
	}
	expect("violate", "~by_catch", "main", GAP, "_start");
}

FRAME void on_thread()
{
	violate();
	opaque(nullptr);
}

FRAME void by_thread()
{
	std::function<void()> function = on_thread;
	std::thread thread([&function] { function(); });

	thread.join();
	expect("violate", "~on_thread", GAP, LIBRARIES);
}

static const struct {
	const char *name;
	void (*run)();
} kinds[] = {
	{"template", by_template}, {"lambda", by_lambda},	  {"virtual", by_virtual},
	{"global", by_global},	   {"destructor", by_destructor}, {"catch", by_catch},
	{"thread", by_thread},
};

int main(int argc, char **argv)
{
	require_armed();
	CHECK(argc > 1);
	for (const auto &kind : kinds) {
		if (strcmp(kind.name, argv[1]) != 0)
			continue;
		kind.run();
		return 0;
	}
	return 1;
}
