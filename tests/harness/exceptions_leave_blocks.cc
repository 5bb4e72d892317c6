// SPDX-License-Identifier: MIT
/*
 * An exception leaves the blocks of assertions: each is judged, the exception goes on, and nothing
 * stays open, whatever the failure callback does: return, throw, or, inside a test, longjmp(). What
 * it throws is a request in the assertions around. Each case is run more often than there is room
 * for open assertions.
 *
 * shows: PL-342
 * run: {self} returns
 * exit: 0
 * stdout:
 * | returns: armed
 * | holds: came 5, told 0
 * | fails: came 5, told 1: asserted no allocations: 1 allocation, 132 bytes (first: {any}
 * | nested: came 5, told 2: asserted at most 9 bytes: 1 allocation, 132 bytes (first: {any}
 * | in_function: came 5, told 1: asserted no allocations: 1 allocation, 132 bytes (first: {any}
 * | out_of_memory: came bad_alloc, told 1: asserted no leak: 1 block is still allocated (first: {any}
 * | at_the_end: came nothing, told 1: asserted allocates: 0 allocations, 0 bytes
 * | by_return: came nothing, told 1: asserted allocates: 0 allocations, 0 bytes
 * | function_at_the_end: came false, told 1: asserted exactly 1 allocation: 0 allocations, 0 bytes
 * | inner_fails: came nothing, told 2: asserted allocates: 0 allocations, 0 bytes
 * | in_destructor: came 5, told 1: asserted allocates: 0 allocations, 0 bytes
 * | in_handler: came 5, told 1: asserted exactly 2 allocations: 0 allocations, 0 bytes
 * | inner_left_by_longjmp: came nothing, told 2: asserted exactly 3 allocations: 0 allocations, 0 bytes
 * | thread_exits: came nothing, told 1: asserted allocates: 0 allocations, 0 bytes
 * | no assertion is open
 *
 * run: {self} throws
 * exit: 0
 * stdout:
 * | throws: armed
 * | holds: came 5, told 0
 * | fails: came 5, told 1: asserted no allocations: 1 allocation, 132 bytes (first: {any}
 * | nested: came 5, told 3: asserted at most 9 bytes: 3 allocations, 390 bytes (first: {any}
 * | in_function: came 5, told 1: asserted no allocations: 1 allocation, 132 bytes (first: {any}
 * | out_of_memory: came bad_alloc, told 1: asserted no leak: 1 block is still allocated (first: {any}
 * | at_the_end: came failure, told 1: asserted allocates: 0 allocations, 0 bytes
 * | by_return: came failure, told 1: asserted allocates: 0 allocations, 0 bytes
 * | function_at_the_end: came failure, told 1: asserted exactly 1 allocation: 0 allocations, 0 bytes
 * | inner_fails: came failure, told 1: asserted exactly 4 allocations: 0 allocations, 0 bytes
 * | in_destructor: came 5, told 1: asserted allocates: 0 allocations, 0 bytes
 * | in_handler: came failure, told 1: asserted exactly 2 allocations: 0 allocations, 0 bytes
 * | inner_left_by_longjmp: came failure, told 2: asserted exactly 3 allocations: 1 allocation, 129 bytes (first: {any}
 * | no assertion is open
 *
 * run: {self} jumps
 * exit: 0
 * stdout:
 * | jumps: armed
 * | holds: came 5, told 0
 * | fails: came a jump, told 1: asserted no allocations: 1 allocation, 132 bytes (first: {any}
 * | nested: came a jump, told 1: asserted no allocations: 1 allocation, 132 bytes (first: {any}
 * | in_function: came a jump, told 1: asserted no allocations: 1 allocation, 132 bytes (first: {any}
 * | out_of_memory: came a jump, told 1: asserted no leak: 1 block is still allocated (first: {any}
 * | at_the_end: came a jump, told 1: asserted allocates: 0 allocations, 0 bytes
 * | by_return: came a jump, told 1: asserted allocates: 0 allocations, 0 bytes
 * | function_at_the_end: came a jump, told 1: asserted exactly 1 allocation: 0 allocations, 0 bytes
 * | inner_fails: came a jump, told 1: asserted exactly 4 allocations: 0 allocations, 0 bytes
 * | in_destructor: came a jump, told 1: asserted allocates: 0 allocations, 0 bytes
 * | in_handler: came a jump, told 1: asserted exactly 2 allocations: 0 allocations, 0 bytes
 * | inner_left_by_longjmp: came a jump, told 1: asserted no leak: its block was left by longjmp(), so nothing was judged
 * | no assertion is open
 */
#include <phaselock/phaselock.hpp>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <pthread.h>

struct failure {
};

static std::jmp_buf back;
static int told;
static char message[200];
static void *volatile sink;

static void keep_message(const phaselock_check_report *report, void *)
{
	told++;
	std::snprintf(message, sizeof(message), "%.*s",
		      static_cast<int>(std::strcspn(report->message, "\n")), report->message);
}

static void throws(const phaselock_check_report *report, void *context)
{
	keep_message(report, context);
	throw failure();
}

static void jumps(const phaselock_check_report *report, void *context)
{
	keep_message(report, context);
	std::longjmp(back, 1);
}

static const char *holds()
{
	PHASELOCK_ASSERT_MAX_ALLOCATIONS(1) {
		throw 5; // one request
	}
	return "nothing";
}

static const char *fails()
{
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		throw 5;
	}
	return "nothing";
}

static const char *nested()
{
	PHASELOCK_ASSERT_MAX_BYTES(9) {
		PHASELOCK_ASSERT_MAX_ALLOCATIONS(1) {
			PHASELOCK_ASSERT_NO_ALLOCATIONS {
				throw 5;
			}
		}
	}
	return "nothing";
}

static const char *in_function()
{
	return phaselock::check_no_allocations([] { throw 5; }) ? "true" : "false";
}

static const char *out_of_memory()
{
	PHASELOCK_ASSERT_NO_LEAK {
		phaselock_fail_nth(1);
		sink = new char[100]; // the exception is a block
	}
	return "nothing";
}

static const char *at_the_end()
{
	PHASELOCK_ASSERT_ALLOCATES {}
	return "nothing";
}

static const char *by_return()
{
	PHASELOCK_ASSERT_ALLOCATES {
		return "nothing";
	}
	return "no return";
}

static const char *function_at_the_end()
{
	return phaselock::check_exact_allocations(1, [] {}) ? "true" : "false";
}

static const char *inner_fails()
{
	PHASELOCK_ASSERT_MAX_ALLOCATIONS(1) { // the failure is one
		PHASELOCK_ASSERT_EXACT_ALLOCATIONS(4) {}
		PHASELOCK_ASSERT_ALLOCATES {}
	}
	return "nothing";
}

/* An assertion that is begun and ended while an exception is in flight. */
struct asserts_at_its_end {
	~asserts_at_its_end()
	{
		try {
			at_the_end();
		} catch (const failure &) {
		}
	}
};

static const char *in_destructor()
{
	asserts_at_its_end last;

	throw 5;
}

static const char *in_handler()
{
	try {
		throw 5;
	} catch (int) {
		PHASELOCK_ASSERT_EXACT_ALLOCATIONS(2) {}
		throw;
	}
}

static const char *inner_left_by_longjmp()
{
	static std::jmp_buf inner;

	PHASELOCK_ASSERT_EXACT_ALLOCATIONS(3) {
		if (setjmp(inner) == 0)
			PHASELOCK_ASSERT_NO_LEAK {
				std::longjmp(inner, 1);
			}
	}
	return "nothing";
}

static void *exit_in_block(void *)
{
	PHASELOCK_ASSERT_ALLOCATES {
		pthread_exit(nullptr);
	}
	return nullptr;
}

static const char *thread_exits()
{
	pthread_t thread;

	if (pthread_create(&thread, nullptr, exit_in_block, nullptr) != 0)
		std::abort();
	pthread_join(thread, nullptr);
	return "nothing";
}

static char came[16];
static bool jumping;

static void run(const char *(*run_it)())
{
	try {
		std::strcpy(came, run_it());
	} catch (int number) {
		std::snprintf(came, sizeof(came), "%d", number);
	} catch (const std::bad_alloc &) {
		std::strcpy(came, "bad_alloc");
	} catch (const failure &) {
		std::strcpy(came, "failure");
	}
}

/* By itself: no variable of the caller's is changed between setjmp() and longjmp(). */
__attribute__((noinline)) static void run_or_be_left(const char *(*run_it)())
{
	if (setjmp(back) == 0)
		run(run_it);
}

static void repeat(const char *name, const char *(*run_it)())
{
	for (int i = 0; i < 100; i++) {
		told = 0;
		std::strcpy(came, "a jump");
		if (jumping)
			phaselock_test_begin(name);
		run_or_be_left(run_it);
		phaselock_test_end();
	}
	std::printf("%s: came %s, told %d%s%s\n", name, came, told, told > 0 ? ": " : "",
		    told > 0 ? message : "");
}

int main(int count, char **words)
{
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL || count != 2)
		return 2;
	std::setvbuf(stdout, nullptr, _IONBF, 0);
	std::printf("%s: armed\n", words[1]);
	jumping = words[1][0] == 'j';
	phaselock_on_failure(words[1][0] == 't' ? throws : jumping ? jumps : keep_message, nullptr);
#define REPEAT(name) repeat(#name, name)
	REPEAT(holds);
	REPEAT(fails);
	REPEAT(nested);
	REPEAT(in_function);
	REPEAT(out_of_memory);
	REPEAT(at_the_end);
	REPEAT(by_return);
	REPEAT(function_at_the_end);
	REPEAT(inner_fails);
	REPEAT(in_destructor);
	REPEAT(in_handler);
	REPEAT(inner_left_by_longjmp);
	if (words[1][0] == 'r')
		REPEAT(thread_exits);
	phaselock_on_failure(keep_message, nullptr);
	told = 0;
	phaselock_test_begin("the end");
	phaselock_test_returned();
	phaselock_test_end();
	std::puts(told == 0 ? "no assertion is open" : message);
	return 0;
}
