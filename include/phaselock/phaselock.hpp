/* SPDX-License-Identifier: MIT */
/**
 * phaselock for C++17: scopes that end with their block, and assertions about a piece of code.
 *
 *	const phaselock::forbid no_heap;
 *	phaselock::check_no_allocations([&] { parser.parse(request); });
 *
 * The scopes need the library, the assertions libphaselock-test as well. <phaselock/phaselock.h>,
 * <phaselock/watch.h> and <phaselock/assert.h> say what each means; the block macros of the last
 * work in C++, too. Nothing here needs exceptions or the heap.
 */
#ifndef PHASELOCK_PHASELOCK_HPP
#define PHASELOCK_PHASELOCK_HPP

#include <phaselock/assert.h>
#include <phaselock/phaselock.h>
#include <phaselock/watch.h>

#include <utility>

namespace phaselock
{

/* ---- scopes: this thread only; not to be handed to another one ------------------------------- */

/* While it lives, this thread's heap requests are violations. */
class [[nodiscard]] forbid
{
      public:
	forbid()
	{
		if (phaselock_present())
			phaselock_forbid_begin();
	}
	~forbid()
	{
		if (phaselock_present())
			phaselock_forbid_end();
	}
	forbid(const forbid &) = delete;
	forbid &operator=(const forbid &) = delete;
};

/* While it lives, this thread may allocate. */
class [[nodiscard]] permit
{
      public:
	permit()
	{
		if (phaselock_present())
			phaselock_permit_begin();
	}
	~permit()
	{
		if (phaselock_present())
			phaselock_permit_end();
	}
	permit(const permit &) = delete;
	permit &operator=(const permit &) = delete;
};

/*
 * While it lives, the watcher is called for each event of this thread, inside the request, under
 * the rules of phaselock_watcher. It is called as a noexcept function.
 */
template <class Watcher> class [[nodiscard]] watch
{
      public:
	explicit watch(Watcher told, unsigned frames = 0, bool forbidden_only = false)
	    : watcher(std::move(told)), registered{call, this, frames, forbidden_only, nullptr, {}}
	{
		if (phaselock_present())
			phaselock_watch_begin(&registered);
	}
	~watch()
	{
		if (phaselock_present())
			phaselock_watch_end(&registered);
	}
	watch(const watch &) = delete;
	watch &operator=(const watch &) = delete;

      private:
	static phaselock_answer call(const phaselock_event *event, void *context) noexcept
	{
		return static_cast<watch *>(context)->watcher(*event);
	}

	Watcher watcher;
	phaselock_watch registered;
};

/* ---- assertions ------------------------------------------------------------------------------ */

/* Where an assertion stands. here() as a default argument is the place of the caller. */
struct place {
	const char *file;
	int line;

	static constexpr place here(const char *file = __builtin_FILE(),
				    int line = __builtin_LINE())
	{
		return {file, line};
	}
};

/*
 * Runs the body once and judges it. Returns whether the assertion holds, if the failure callback
 * returns. An exception of the body goes on after the assertion was judged.
 */
template <class Body> bool check_that(const phaselock_check_spec &spec, Body &&body)
{
	check_block block(spec);

	if (PHASELOCK_BLOCK_RUNS_(spec.kind, block.runs()))
		std::forward<Body>(body)();
	return block.end();
}

template <class Body>
bool check_count(phaselock_check_kind kind, uint64_t limit, Body &&body,
		 phaselock_check_scope scope, place where)
{
	return check_that({kind, scope, limit, nullptr, PHASELOCK_ANY_SIZE, nullptr, nullptr,
			   where.file, where.line, PHASELOCK_SKIPS_},
			  std::forward<Body>(body));
}

template <class Body>
bool check_no_allocations(Body &&body, phaselock_check_scope scope = PHASELOCK_THIS_THREAD,
			  place where = place::here())
{
	return check_count(PHASELOCK_CHECK_MAX_ALLOCATIONS, 0, std::forward<Body>(body), scope,
			   where);
}

template <class Body>
bool check_allocates(Body &&body, phaselock_check_scope scope = PHASELOCK_THIS_THREAD,
		     place where = place::here())
{
	return check_count(PHASELOCK_CHECK_MIN_ALLOCATIONS, 1, std::forward<Body>(body), scope,
			   where);
}

template <class Body>
bool check_no_leak(Body &&body, phaselock_check_scope scope = PHASELOCK_THIS_THREAD,
		   place where = place::here())
{
	return check_count(PHASELOCK_CHECK_NO_LEAK, 0, std::forward<Body>(body), scope, where);
}

template <class Body>
bool check_no_deallocations(Body &&body, phaselock_check_scope scope = PHASELOCK_THIS_THREAD,
			    place where = place::here())
{
	return check_count(PHASELOCK_CHECK_NO_DEALLOCATIONS, 0, std::forward<Body>(body), scope,
			   where);
}

template <class Body>
bool check_max_allocations(uint64_t limit, Body &&body,
			   phaselock_check_scope scope = PHASELOCK_THIS_THREAD,
			   place where = place::here())
{
	return check_count(PHASELOCK_CHECK_MAX_ALLOCATIONS, limit, std::forward<Body>(body), scope,
			   where);
}

template <class Body>
bool check_exact_allocations(uint64_t limit, Body &&body,
			     phaselock_check_scope scope = PHASELOCK_THIS_THREAD,
			     place where = place::here())
{
	return check_count(PHASELOCK_CHECK_EXACT_ALLOCATIONS, limit, std::forward<Body>(body),
			   scope, where);
}

template <class Body>
bool check_max_bytes(uint64_t limit, Body &&body,
		     phaselock_check_scope scope = PHASELOCK_THIS_THREAD,
		     place where = place::here())
{
	return check_count(PHASELOCK_CHECK_MAX_BYTES, limit, std::forward<Body>(body), scope,
			   where);
}

/* The body makes a request against the lock or a forbid scope. nullptr: any. */
template <class Body>
bool check_violation(Body &&body, const char *function = nullptr, size_t size = PHASELOCK_ANY_SIZE,
		     const char *site = nullptr, place where = place::here())
{
	return check_that({PHASELOCK_CHECK_VIOLATION, PHASELOCK_THIS_THREAD, 0, function, size,
			   site, nullptr, where.file, where.line, PHASELOCK_SKIPS_},
			  std::forward<Body>(body));
}

} // namespace phaselock

#endif
