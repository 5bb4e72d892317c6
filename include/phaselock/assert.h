/* SPDX-License-Identifier: MIT */
/**
 * Assert what a piece of code does to the heap, in any test framework: libphaselock-test.
 *
 *	PHASELOCK_ASSERT_NO_ALLOCATIONS {
 *		parse_headers(&parser, request, length);
 *	}
 *
 * The block runs once, and is watched. Each assertion first proves that the library is armed: that
 * the entry points whose calls it counts lead to it. If one does not, the assertion fails and names
 * it; the block still runs.
 *
 * A failure goes to the callback of phaselock_on_failure(), with the place of the assertion, the
 * call stack of each request that broke it, and what to do instead of libc's functions. The first
 * line of its message has the first of these requests, shortened, for runners that show one line.
 * A stack ends at the function of the test, at the thread's or at main(). It has names and lines if
 * the `phaselock` command can be found: the variable PHASELOCK_COMMAND, else PATH, else the place
 * where this library's command was to be installed.
 * <phaselock/cmocka.h> has the same for CMocka, phaselock.hpp for C++.
 *
 * Requests are those of malloc, calloc, realloc, the aligned family and operator new. Those inside
 * a permit scope do not count. While an assertion's block runs, nothing in it is a violation: the
 * assertion judges, whatever the phase. The block may be left by return, break and goto; the
 * assertion is judged all the same.
 *
 * What cannot be judged never holds. An assertion fails, and says why, if it is begun inside a
 * permit scope or ended on another thread, if its thread ends in its block, or if more blocks live
 * than can be followed. exit() inside a block ends in abort(). If a block is left by longjmp(), its
 * assertion fails at the end of the block around it or in phaselock_test_returned(), unless
 * phaselock_checks_abandon() was called.
 *
 * In C++17 an exception may leave the block, too: the assertion is judged, including what the throw
 * itself allocates, and the exception goes on. To judge code that throws, catch inside the block.
 *
 * For every function here: Threads: any. Signals: no. Heap: may allocate, outside what is watched.
 */
#ifndef PHASELOCK_ASSERT_H
#define PHASELOCK_ASSERT_H

#include <phaselock/phaselock.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what is asserted ------------------------------------------------------------------------ */

enum phaselock_check_kind {
	PHASELOCK_CHECK_MAX_ALLOCATIONS = 0,
	PHASELOCK_CHECK_EXACT_ALLOCATIONS = 1,
	PHASELOCK_CHECK_MIN_ALLOCATIONS = 2,
	PHASELOCK_CHECK_MAX_BYTES = 3,
	PHASELOCK_CHECK_NO_DEALLOCATIONS = 4,
	PHASELOCK_CHECK_NO_LEAK = 5,
	PHASELOCK_CHECK_VIOLATION = 6,
	PHASELOCK_CHECK_ABORTS = 7,
	PHASELOCK_CHECK_SURVIVES = 8,
	PHASELOCK_CHECK_MEASURES = 9, /* asserts nothing; told if the library is not armed */
};

/* Whose requests an assertion judges. */
enum phaselock_check_scope {
	PHASELOCK_THIS_THREAD = 0,
	PHASELOCK_PROCESS = 1,
};

/* Any size, for the assertions of violations. */
#define PHASELOCK_ANY_SIZE SIZE_MAX

struct phaselock_check_spec {
	enum phaselock_check_kind kind;
	enum phaselock_check_scope scope;
	uint64_t limit;	      /* requests or bytes */
	const char *function; /* of a violation; NULL: any */
	size_t size;	      /* of a violation */
	const char *site;     /* of a violation: a function in its call stack; NULL: any */
	const char *name;     /* copied, up to 255 bytes; NULL: the above, in words */
	const char *file;
	int line;
	bool skip_if_absent;
};

/* The result of an assertion. */
enum phaselock_check_result {
	PHASELOCK_CHECK_HOLDS = 0,
	PHASELOCK_CHECK_FAILED = 1,
	PHASELOCK_CHECK_NOT_ARMED =
		2,		     /* nothing was checked: the library is absent, or not armed */
	PHASELOCK_CHECK_SKIPPED = 3, /* the same, and PHASELOCK_SKIP_IF_ABSENT is defined */
};

struct phaselock_check_report {
	enum phaselock_check_result result;
	const struct phaselock_check_spec *spec; /* name and file quoted as in reports */
	/* Of a death test: what its block did in the child. Of a function whose requests fail: what
	 * its last run did, in which none failed; leaked_blocks is the sum of all runs. */
	uint64_t allocations; /* requests for memory, reallocations included */
	uint64_t bytes;	      /* that these requests asked for */
	uint64_t deallocations;
	uint64_t leaked_blocks;
	const char *reason;  /* why it could not be judged, or NULL */
	const char *message; /* lines of text, the first is the summary; valid during the call */
	uint64_t reserved[4];
};

/**
 * Called for each assertion that does not hold, outside of what it watches. It may leave by
 * longjmp() or, in C++, by an exception, as test frameworks do. While a test is open it is called
 * only on the test's thread: failures on other threads are told when the test returns.
 */
typedef void (*phaselock_failure_callback)(const struct phaselock_check_report *report,
					   void *context);

/** Install it. NULL restores the default, which writes the message to stderr and aborts. */
void phaselock_on_failure(phaselock_failure_callback callback, void *context);

/**
 * Install a callback for every assertion, whatever its result, or NULL for none. It is called
 * before the failure callback. For tables of results.
 */
void phaselock_on_check(phaselock_failure_callback callback, void *context);

/* ---- the assertions -------------------------------------------------------------------------- */

struct phaselock_check;

/**
 * Begin and end an assertion, as the macros do. The begin returns NULL if there is nothing to end:
 * the assertion has already failed, or it is about an abort and a child has run the block. The end
 * returns whether the assertion holds; false if *check is NULL. It sets *check to NULL when the
 * assertion has ended. It has not ended yet if the callback was told of an assertion inside it, and
 * left.
 */
struct phaselock_check *phaselock_check_begin_sized(const struct phaselock_check_spec *spec,
						    size_t size);
bool phaselock_check_runs(struct phaselock_check *check); /* returns true once */
bool phaselock_check_end(struct phaselock_check **check);

static inline struct phaselock_check *phaselock_check_begin(const struct phaselock_check_spec *spec)
{
	return phaselock_check_begin_sized(spec, sizeof(*spec));
}

/**
 * Do not count requests that a test framework makes for itself. `names` are words with blanks
 * between them. A word that ends in `*` is the beginning of functions' names, as in suppressions
 * (C++: "_ZN7testing*"); any other word is the beginning of a module's file name. A request is the
 * framework's if such a function, or such a module, makes it: the first in the call stack that is
 * of no run-time library of C and C++. It counts all the same if it comes through a function whose
 * name begins with `except`, which is one of that module if it is known by that (NULL: none). Each
 * call replaces the words of the last. The strings must live for ever.
 */
void phaselock_checks_ignore(const char *names, const char *except);

/**
 * Begin and end a test, from the set-up and tear-down of a framework, on the thread that runs the
 * tests. In between, the framework's own requests are permitted, in a locked phase, too. The end
 * closes what a failed test left open: assertions, scopes and the lock, unless the heap is sealed.
 * It returns false if leaving that open is a fault of the test; phaselock_test_fault() then
 * describes it.
 */
void phaselock_test_begin(const char *name);
bool phaselock_test_end(void);

/** Returns what the last test left behind, such as "left the heap locked", or NULL if nothing. */
const char *phaselock_test_fault(void);

/**
 * Call it when the function of a test has returned, between begin and end. It tells the failure
 * callback of assertions whose blocks were left by longjmp(), and of those that failed on other
 * threads.
 */
void phaselock_test_returned(void);

/** Returns the name of the open test, or NULL. */
const char *phaselock_test_name(void);

/**
 * Name what this thread's assertions are about, from here to the end of the test, in the table of
 * `phaselock report`. The name is copied, up to 511 bytes. With NULL, and without a call, it is
 * the test's name. The table comes from the file that the variable PHASELOCK_RESULTS names when the
 * program starts: each assertion appends its result to it.
 */
void phaselock_operation(const char *name);

/** Drop, unjudged, this thread's assertions whose blocks were left by longjmp(). */
void phaselock_checks_abandon(void);

#ifdef PHASELOCK_SKIP_IF_ABSENT
#define PHASELOCK_SKIPS_ true
#else
#define PHASELOCK_SKIPS_ false
#endif

/*
 * The arguments are the fields of a specification, in order; the block follows. The compiler can
 * see that the block runs, so a variable set in it counts as set. The exception is the block of an
 * abort assertion, which runs in a child.
 */
#define PHASELOCK_BLOCK_RUNS_(kind, check) ((kind) != PHASELOCK_CHECK_ABORTS || (check))
#ifdef __cplusplus
#define PHASELOCK_FIELD_(type, value) static_cast<type>(value)
/* A switch, because the else of an if around it would belong to another if. */
#define PHASELOCK_CHECK_BLOCK_(kind, ...)                                                          \
	switch (::phaselock::check_block PHASELOCK_JOIN_(phaselock_check_,                         \
							 __LINE__)({kind, __VA_ARGS__});           \
		0)                                                                                 \
	case 0:                                                                                    \
	default:                                                                                   \
		for (bool PHASELOCK_JOIN_(phaselock_runs_, __LINE__) = PHASELOCK_BLOCK_RUNS_(      \
			     kind, PHASELOCK_JOIN_(phaselock_check_, __LINE__).runs());            \
		     PHASELOCK_JOIN_(phaselock_runs_, __LINE__);                                   \
		     PHASELOCK_JOIN_(phaselock_runs_, __LINE__) = false)
#else
#define PHASELOCK_FIELD_(type, value) (type)(value)
/* The second variable is a flag. It is a plain variable, so that every compiler can follow it. */
#define PHASELOCK_CHECK_BLOCK_(kind, ...)                                                          \
	for (struct phaselock_check *                                                              \
		     PHASELOCK_JOIN_(phaselock_check_, __LINE__) __attribute__((                   \
			     cleanup(phaselock_check_end))) =                                      \
		     phaselock_check_begin(                                                        \
			     &(const struct phaselock_check_spec){kind, __VA_ARGS__}),             \
	      *PHASELOCK_JOIN_(phaselock_runs_, __LINE__) =                                        \
		      PHASELOCK_BLOCK_RUNS_(kind, phaselock_check_runs(PHASELOCK_JOIN_(            \
							  phaselock_check_, __LINE__)))            \
			      ? (struct phaselock_check *)1                                        \
			      : NULL;                                                              \
	     PHASELOCK_JOIN_(phaselock_runs_, __LINE__) != NULL;                                   \
	     PHASELOCK_JOIN_(phaselock_runs_, __LINE__) = NULL)
#endif

#define PHASELOCK_CHECK_(kind, scope, limit, function, size, site)                                 \
	PHASELOCK_CHECK_BLOCK_(kind, scope, PHASELOCK_FIELD_(uint64_t, limit), function,           \
			       PHASELOCK_FIELD_(size_t, size), site, NULL, __FILE__, __LINE__,     \
			       PHASELOCK_SKIPS_)

#define PHASELOCK_COUNT_(kind, scope, limit)                                                       \
	PHASELOCK_CHECK_(kind, scope, limit, NULL, PHASELOCK_ANY_SIZE, NULL)

/* At most, exactly, at least so many requests. ALLOCATES is for canaries. */
#define PHASELOCK_ASSERT_NO_ALLOCATIONS                                                            \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_MAX_ALLOCATIONS, PHASELOCK_THIS_THREAD, 0)
#define PHASELOCK_ASSERT_MAX_ALLOCATIONS(n)                                                        \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_MAX_ALLOCATIONS, PHASELOCK_THIS_THREAD, n)
#define PHASELOCK_ASSERT_EXACT_ALLOCATIONS(n)                                                      \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_EXACT_ALLOCATIONS, PHASELOCK_THIS_THREAD, n)
#define PHASELOCK_ASSERT_ALLOCATES                                                                 \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_MIN_ALLOCATIONS, PHASELOCK_THIS_THREAD, 1)

/* All requests of the block together ask for at most so many bytes. */
#define PHASELOCK_ASSERT_MAX_BYTES(n)                                                              \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_MAX_BYTES, PHASELOCK_THIS_THREAD, n)

/*
 * NO_LEAK: what the block allocates it also gives back, and not inside a permit scope, which hides
 * the release. NO_DEALLOCATIONS: the block gives nothing back.
 */
#define PHASELOCK_ASSERT_NO_LEAK PHASELOCK_COUNT_(PHASELOCK_CHECK_NO_LEAK, PHASELOCK_THIS_THREAD, 0)
#define PHASELOCK_ASSERT_NO_DEALLOCATIONS                                                          \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_NO_DEALLOCATIONS, PHASELOCK_THIS_THREAD, 0)

/* The same for every thread of the process. */
#define PHASELOCK_ASSERT_NO_ALLOCATIONS_ANYWHERE                                                   \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_MAX_ALLOCATIONS, PHASELOCK_PROCESS, 0)
#define PHASELOCK_ASSERT_MAX_ALLOCATIONS_ANYWHERE(n)                                               \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_MAX_ALLOCATIONS, PHASELOCK_PROCESS, n)
#define PHASELOCK_ASSERT_EXACT_ALLOCATIONS_ANYWHERE(n)                                             \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_EXACT_ALLOCATIONS, PHASELOCK_PROCESS, n)
#define PHASELOCK_ASSERT_ALLOCATES_ANYWHERE                                                        \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_MIN_ALLOCATIONS, PHASELOCK_PROCESS, 1)
#define PHASELOCK_ASSERT_MAX_BYTES_ANYWHERE(n)                                                     \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_MAX_BYTES, PHASELOCK_PROCESS, n)
#define PHASELOCK_ASSERT_NO_LEAK_ANYWHERE                                                          \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_NO_LEAK, PHASELOCK_PROCESS, 0)
#define PHASELOCK_ASSERT_NO_DEALLOCATIONS_ANYWHERE                                                 \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_NO_DEALLOCATIONS, PHASELOCK_PROCESS, 0)

/*
 * The block makes a request against the lock or a forbid scope. The request is served, and reported
 * to the assertion instead of as a violation. With _OF, it is a request by that function ("malloc";
 * NULL: any), of that size (PHASELOCK_ANY_SIZE: any), with a function of that name in its call
 * stack (NULL: any; names as in phaselock_has_function()). A failure says how the nearest request
 * differs.
 */
#define PHASELOCK_ASSERT_VIOLATION                                                                 \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_VIOLATION, PHASELOCK_THIS_THREAD, 0)
#define PHASELOCK_ASSERT_VIOLATION_OF(function, size, site)                                        \
	PHASELOCK_CHECK_(PHASELOCK_CHECK_VIOLATION, PHASELOCK_THIS_THREAD, 0, function, size, site)

/*
 * The block makes a request that ends its process. It runs only in a child of fork(), in a forbid
 * scope, with the policy ABORT and no handler. The assertion holds if the child ends by SIGABRT
 * through a violation of that function, size and call stack (as above). The child ends when the
 * block does: at its end, by longjmp() or by exit(). After 10 seconds it is killed. Fatal signals
 * have their default action in it, and its stdout and stderr go into the message of a failure.
 * `phaselock run` does not count it.
 */
#define PHASELOCK_ASSERT_ABORTS_ON_ALLOCATION                                                      \
	PHASELOCK_COUNT_(PHASELOCK_CHECK_ABORTS, PHASELOCK_THIS_THREAD, 0)
#define PHASELOCK_ASSERT_ABORTS_ON_ALLOCATION_OF(function, size, site)                             \
	PHASELOCK_CHECK_(PHASELOCK_CHECK_ABORTS, PHASELOCK_THIS_THREAD, 0, function, size, site)

/* ---- memory that ends ------------------------------------------------------------------------ */

#define PHASELOCK_HERE_ __FILE__, __LINE__, PHASELOCK_SKIPS_

/**
 * void phaselock_fail_nth(uint64_t n): from now on, the nth request of this thread fails, once, as
 * libc fails it. 0: none fails. The framework's own requests do not count, nor do those in a permit
 * scope. Each call starts the count anew. The effect ends with the test, or with the assertion's
 * block in which it was called.
 */
#define phaselock_fail_nth(n) phaselock_fail_nth_(n, PHASELOCK_HERE_)
void phaselock_fail_nth_(uint64_t n, const char *file, int line, bool skip_if_absent);

/** Returns whether the request chosen by this thread's last phaselock_fail_nth() has failed. */
bool phaselock_nth_failed(void);

/* How a function behaved while its requests failed. */
struct phaselock_faults {
	/* Set before the call: the largest number of runs; 0: 10,000. */
	unsigned runs_max;
	/* The call writes the rest. */
	unsigned runs; /* including the last one, without a failure */
	unsigned crashes;
	unsigned leaks; /* runs that left blocks allocated */
	unsigned wrong_results;
	unsigned hangs;	     /* it gives up after 3 */
	unsigned others;     /* runs left by exit() or longjmp(), or impossible to make */
	bool gave_up;	     /* before a run without a failure: proves nothing, and is a fault */
	const char *message; /* what went wrong, each with the request that failed; valid until
			      * the thread's next call */
	uint64_t reserved[4];
};

/**
 * unsigned phaselock_for_each_failure(int (*function)(void *context), void *context,
 *				       struct phaselock_faults *faults):
 * Run a function with its first request failing, then with its second, and so on until it makes
 * no further request. The function returns 0 if it did right; refusing its work counts as right.
 * Each run is in a child of fork(), as above; nothing runs in the parent. Only requests of the
 * child's first thread are made to fail, and only their blocks are looked for as leaks. What libc
 * allocates once and keeps (a buffer of stdio) is a leak unless it was allocated before. faults may
 * be NULL. Returns the number of faults; 0 is good.
 */
#define phaselock_for_each_failure(function, context, faults)                                      \
	phaselock_for_each_failure_(function, context, faults, sizeof(struct phaselock_faults),    \
				    PHASELOCK_HERE_)
unsigned phaselock_for_each_failure_(int (*function)(void *context), void *context,
				     struct phaselock_faults *faults, size_t size, const char *file,
				     int line, bool skip_if_absent);

/* Asserts that there are no such faults. */
#define PHASELOCK_ASSERT_SURVIVES_FAILURES(function, context)                                      \
	phaselock_assert_survives_failures_(function, context, "survives failures of " #function,  \
					    PHASELOCK_HERE_)
void phaselock_assert_survives_failures_(int (*function)(void *context), void *context,
					 const char *name, const char *file, int line,
					 bool skip_if_absent);

/**
 * double phaselock_allocs_per_run(unsigned runs, void (*function)(void *context), void *context):
 * Run a function once to warm it up, then so many times, and return the mean number of requests of
 * this thread in a run. None of them is a violation. Returns NaN, which is below and equal to no
 * limit, for no runs, and if the library is not armed; that is first told like a failed assertion.
 */
#define phaselock_allocs_per_run(runs, function, context)                                          \
	phaselock_allocs_per_run_(runs, function, context, PHASELOCK_HERE_)
double phaselock_allocs_per_run_(unsigned runs, void (*function)(void *context), void *context,
				 const char *file, int line, bool skip_if_absent);

#ifdef __cplusplus
}
#endif

#if defined(__cplusplus) && __cplusplus >= 201703L
#include <exception>

namespace phaselock
{

/*
 * The block of an assertion in C++. Its end tells the callback, which may throw. If an exception is
 * already leaving the block, that one goes on, and what the callback throws is dropped.
 */
class check_block
{
      public:
	explicit check_block(const phaselock_check_spec &spec)
	    : exceptions(std::uncaught_exceptions()), open{phaselock_check_begin(&spec)}
	{
	}
	check_block(const check_block &) = delete;
	check_block &operator=(const check_block &) = delete;

	~check_block() noexcept(false)
	{
		if (std::uncaught_exceptions() <= exceptions)
			end();
	}

	bool runs()
	{
		return phaselock_check_runs(open.check);
	}

	/* Call it once. Returns whether the assertion holds. */
	bool end()
	{
		return phaselock_check_end(&open.check);
	}

      private:
	/* Ends what the block's own end has not: it was not called, or its callback threw. */
	struct rest {
		phaselock_check *check;

		~rest()
		{
			while (check != nullptr)
				end_quietly();
		}
		void end_quietly()
		{
#ifdef __cpp_exceptions
			try {
				phaselock_check_end(&check);
			} catch (...) {
			}
#else
			phaselock_check_end(&check);
#endif
		}
	};

	int exceptions; /* in flight at the begin */
	rest open;
};

} // namespace phaselock
#endif

#endif
