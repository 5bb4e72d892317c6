// SPDX-License-Identifier: MIT
/*
 * The functions phaselock::check_...: each returns whether its assertion holds, at the edge; runs
 * its body once; tells of a failure with its name, its limit in it, and with the file and line of
 * the caller; and is about the whole process if asked. Names are whole also when the function that
 * made them has gone: told of another thread, or after a longjmp().
 *
 * shows: PL-341
 * run: {self}
 * exit: 0
 * stdout:
 * | no allocations: true
 * | line 0: asserted no allocations: 1 allocation, 3 bytes (first: {any})
 * | no allocations: false
 * | allocates: true
 * | line 0: asserted allocates: 0 allocations, 0 bytes
 * | allocates: false
 * | no leak: true
 * | line 0: asserted no leak: 1 block is still allocated (first: {any})
 * | no leak: false
 * | no deallocations: true
 * | line 0: asserted no deallocations: 1 deallocation (first: {any})
 * | no deallocations: false
 * | at most: true
 * | line 0: asserted at most 2 allocations: 3 allocations, 9 bytes (first: {any})
 * | at most: false
 * | exactly: true
 * | line 0: asserted exactly -1 allocations: its limit is negative
 * | line 0: asserted exactly 2 allocations: 1 allocation, 3 bytes (first: {any})
 * | exactly: false
 * | bytes: true
 * | line 0: asserted at most 5 bytes: 2 allocations, 6 bytes (first: {any})
 * | bytes: false
 * | violation: true
 * | line 0: asserted violation: there was none; the nearest is malloc(3): not forbidden (first: {any})
 * | violation: false
 * | other thread: true
 * | line 0: asserted no allocations anywhere: 1 allocation, 3 bytes (first: {any})
 * | other thread: false
 * | line 0: asserted at most 0 bytes anywhere: 1 allocation, 3 bytes (first: {any})
 * | other thread: false
 * | line 0: asserted no allocations: 1 allocation, 3 bytes (first: {any})
 * | on another thread: asserted at most 1 allocation: 2 allocations, 6 bytes (first: {any}): at most 1 allocation
 * | asserted at most 7 bytes: its block was left by longjmp(), so nothing was judged: at most 7 bytes
 * | bodies: 20
 */
#include <phaselock/phaselock.hpp>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

using namespace phaselock;

static void *volatile sink;
static void *volatile kept;
static int bodies, line;

static void failed(const phaselock_check_report *report, void *)
{
	if (std::strcmp(report->spec->file, __FILE__) != 0)
		std::printf("%s: ", report->spec->file);
	std::printf("line %d: %.*s\n", report->spec->line - line,
		    static_cast<int>(std::strcspn(report->message, "\n")), report->message);
}

static void named(const phaselock_check_report *report, void *)
{
	std::printf("%.*s: %s\n", static_cast<int>(std::strcspn(report->message, "\n")),
		    report->message, report->spec->name);
}

/* A body that makes so many requests of 3 bytes. */
static auto requests(int count)
{
	return [count] {
		bodies++;
		for (int i = 0; i < count; i++) {
			sink = std::malloc(3);
			std::free(sink);
		}
	};
}

static void keep()
{
	bodies++;
	kept = std::malloc(3);
}

static void on_thread(void (*run)())
{
	std::thread(run).join();
}

/* A thread waits for the body, makes its request, and is waited for. */
template <class Check> static bool beside(Check &&check)
{
	int turn = 0;
	std::thread thread([&] {
		while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != 1)
			continue;
		sink = std::malloc(3);
		__atomic_store_n(&turn, 2, __ATOMIC_RELEASE);
	});
	bool held = check([&] {
		__atomic_store_n(&turn, 1, __ATOMIC_RELEASE);
		while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != 2)
			continue;
	});

	thread.join();
	std::free(sink);
	return held;
}

#define SHOW(name, call)                                                                           \
	line = __LINE__;                                                                           \
	std::printf(name ": %s\n", (call) ? "true" : "false")

static void show_each()
{
	SHOW("no allocations", check_no_allocations(requests(0)));
	SHOW("no allocations", check_no_allocations(requests(1)));
	SHOW("allocates", check_allocates(requests(1)));
	SHOW("allocates", check_allocates(requests(0)));
	SHOW("no leak", check_no_leak(requests(2)));
	SHOW("no leak", check_no_leak(keep));
	SHOW("no deallocations", check_no_deallocations(keep));
	SHOW("no deallocations", check_no_deallocations(requests(1)));
	SHOW("at most", check_max_allocations(2, requests(2)));
	SHOW("at most", check_max_allocations(2, requests(3)));
	SHOW("exactly", check_exact_allocations(2, requests(2)));
	line = __LINE__ + 1;
	check_exact_allocations(UINT64_MAX, requests(1));
	SHOW("exactly", check_exact_allocations(2, requests(1)));
	SHOW("bytes", check_max_bytes(6, requests(2)));
	SHOW("bytes", check_max_bytes(5, requests(2)));
}

void request_in_site();

__attribute__((noinline)) void request_in_site()
{
	requests(1)();
	bodies--; /* is none */
}

static void show_violation()
{
	{
		const forbid no_heap;
		const bool held = check_violation(
			[] {
				bodies++;
				request_in_site();
			},
			"malloc", 3, "_Z15request_in_sitev");
		const permit heap;

		std::printf("violation: %s\n", held ? "true" : "false");
	}
	SHOW("violation", check_violation(requests(1)));
}

static void show_process()
{
	SHOW("other thread", beside([](auto body) { return check_no_allocations(body); }));
	SHOW("other thread",
	     beside([](auto body) { return check_no_allocations(body, PHASELOCK_PROCESS); }));
	SHOW("other thread",
	     beside([](auto body) { return check_max_bytes(0, body, PHASELOCK_PROCESS); }));
}

/* A helper that hands on the place of its caller. */
static void helper(place where = place::here())
{
	check_no_allocations(requests(1), PHASELOCK_THIS_THREAD, where);
}

static std::jmp_buf back;

static void jump_out()
{
	if (setjmp(back) == 0)
		check_max_bytes(7, [] {
			bodies++;
			std::longjmp(back, 1);
		});
}

/* Writes over what was on the stack. */
static void overwrite()
{
	volatile char bytes[4096];

	for (volatile char &byte : bytes)
		byte = 'x';
}

static void show_names()
{
	phaselock_on_failure(named, nullptr);
	phaselock_test_begin("of another thread");
	on_thread([] { check_max_allocations(1, requests(2)); });
	phaselock_test_returned();
	phaselock_test_end();
	phaselock_test_begin("of a jump");
	jump_out();
	overwrite();
	phaselock_test_returned();
	phaselock_test_end();
}

int main()
{
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 2;
	std::setvbuf(stdout, nullptr, _IONBF, 0);
	phaselock_on_failure(failed, nullptr);
	show_each();
	show_violation();
	show_process();
	line = __LINE__ + 1;
	helper();
	show_names();
	std::printf("bodies: %d\n", bodies);
	return 0;
}
