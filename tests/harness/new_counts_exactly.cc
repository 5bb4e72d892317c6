// SPDX-License-Identifier: MIT
/*
 * Each form of C++'s new is one request of its size, each delete one deallocation, for the block
 * macros; placement is none, and what the library makes in containers counts as it asks.
 *
 * shows: PL-344
 * run: {self}
 * exit: 0
 * stdout:
 * | armed; forms: 21, none differs
 */
#include <phaselock/phaselock.hpp>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <vector>

struct alignas(128) wide {
	char bytes[128];
};

struct with_destructor { // an array of it has its length in front
	~with_destructor()
	{
		asm volatile("");
	}
	char byte = 0;
};

struct with_own_new {
	static void *operator new(std::size_t size)
	{
		return ::operator new(size + 10);
	}
	static void operator delete(void *block)
	{
		::operator delete(block);
	}
	char byte = 0;
};

struct wide_enough { // for no small buffer
	char bytes[72] = {};
};

static void *volatile sink;
static phaselock_check_report last;
static int forms, failures;

/* Returns the pointer, of which the compiler then knows nothing: it must not drop the pair. */
template <class Type> static Type *opaque(Type *pointer)
{
	asm volatile("" : "+r"(pointer) : : "memory");
	return pointer;
}

static void failed(const phaselock_check_report *report, void *)
{
	failures++;
	std::printf("line %d: %s", report->spec->line, report->message);
}

static void done(const phaselock_check_report *report, void *)
{
	last = *report;
}

static void expect(int line, std::uint64_t requests, std::uint64_t bytes, std::uint64_t releases)
{
	forms++;
	if (last.allocations == requests && last.bytes == bytes && last.deallocations == releases)
		return;
	failures++;
	std::printf("line %d: %lu requests, %lu bytes, %lu releases\n", line,
		    static_cast<unsigned long>(last.allocations),
		    static_cast<unsigned long>(last.bytes),
		    static_cast<unsigned long>(last.deallocations));
}

/* A statement makes so many requests of so many bytes together, and gives back all. */
#define COUNTS(requests, size, ...)                                                                \
	do {                                                                                       \
		PHASELOCK_ASSERT_NO_LEAK {                                                         \
			PHASELOCK_ASSERT_EXACT_ALLOCATIONS(requests) {                             \
				PHASELOCK_ASSERT_MAX_BYTES(size) {                                 \
					__VA_ARGS__;                                               \
				}                                                                  \
			}                                                                          \
		}                                                                                  \
		expect(__LINE__, requests, size, requests);                                        \
	} while (0)

static void count_expressions()
{
	alignas(wide) static char place[sizeof(wide)];

	COUNTS(1, 4, delete opaque(new int));
	COUNTS(1, 40, delete[] opaque(new int[10]));
	COUNTS(1, 4, delete opaque(new (std::nothrow) int));
	COUNTS(1, 7, delete[] opaque(new (std::nothrow) char[7]));
	COUNTS(1, 128, delete opaque(new wide));
	COUNTS(1, 256, delete[] opaque(new wide[2]));
	COUNTS(1, 128, delete opaque(new (std::nothrow) wide));
	COUNTS(1, 384, delete[] opaque(new (std::nothrow) wide[3]));
	COUNTS(0, 0, opaque(new (place) wide)->~wide());
	COUNTS(1, 8 + 5, delete[] opaque(new with_destructor[5]));
	COUNTS(1, 11, delete opaque(new with_own_new));
	COUNTS(1, 5, ::operator delete(opaque(::operator new(5)), 5));
	COUNTS(1, 6, ::operator delete[](opaque(::operator new[](6)), 6));
	COUNTS(1, 64,
	       ::operator delete(opaque(::operator new(64, std::align_val_t(64))), 64,
				 std::align_val_t(64)));
	COUNTS(1, 0, ::operator delete(opaque(::operator new(0))));
}

static void count_library()
{
	COUNTS(1, 8, sink = std::make_unique<long>(1).get());
	COUNTS(1, 24, sink = std::make_shared<long>(1).get());
	COUNTS(1, 100, std::vector<char> text(100); sink = text.data());
	COUNTS(0, 0, std::string text("short"); sink = text.data());
	COUNTS(1, 33, std::string text(32, 'x'); sink = text.data());
	COUNTS(1, 72,
	       std::function<char()> call([block = wide_enough{}] { return block.bytes[0]; });
	       sink = &call);
}

int main()
{
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 2;
	phaselock_on_failure(failed, nullptr);
	phaselock_on_check(done, nullptr);
	count_expressions();
	count_library();
	std::printf("armed; forms: %d, %s\n", forms,
		    failures == 0 ? "none differs" : "some differ");
	return failures;
}
