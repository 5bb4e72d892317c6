// SPDX-License-Identifier: MIT
/*
 * phaselock::forbid, permit and watch hold from their line to the end of their block, which may be
 * left by return and by an exception; they nest, and bind their own thread alone.
 *
 * shows: PL-340
 * run: {self}
 * environment: PHASELOCK_OPTIONS=max_reports=0
 * exit: 0
 * stdout:
 * | armed, violations outside: 0
 * | forbid: 1, after its block: 0
 * | forbid, left by return: 1, after it: 0
 * | forbid, left by an exception: 2, after it: 0
 * | permit inside forbid: 0, forbid inside that: 1, after both: 1
 * | permit in a locked phase: 0, left by an exception: 0, after it: 1
 * | forbid, on another thread: 0
 * | watch: 3 events, the request of 7 bytes; after its block: 3
 * | watch, left by an exception: 4 events, after it: 4
 * | watches: the inner one serves, 1 event each, violations: 0
 * | forbidden alone: 1 event of 2 requests
 * | denied: yes
 * stderr:
 * | phaselock: 7 violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 */
#include <phaselock/phaselock.hpp>

#include <cstdio>
#include <cstdlib>
#include <new>
#include <thread>
#include <type_traits>

static_assert(!std::is_copy_constructible_v<phaselock::forbid> &&
	      !std::is_copy_assignable_v<phaselock::permit>);

static int violations;
static void *volatile sink;

static phaselock_verdict count_it(const phaselock_violation *, void *)
{
	violations++;
	return PHASELOCK_ALLOW;
}

static void request(std::size_t size = 1)
{
	sink = std::malloc(size);
	std::free(sink);
}

/* Returns how many violations there were since the last call. */
static int since()
{
	int count = violations;

	violations = 0;
	return count;
}

/* The same after one more request. */
static int then()
{
	request();
	return since();
}

static int return_from_forbid()
{
	const phaselock::forbid no_heap;

	request();
	return since();
}

static void show_forbid()
{
	int inside;

	{
		const phaselock::forbid no_heap;

		request();
		inside = since();
	}
	std::printf("forbid: %d, after its block: %d\n", inside, then());
	inside = return_from_forbid();
	std::printf("forbid, left by return: %d, after it: %d\n", inside, then());
	try {
		const phaselock::forbid no_heap;

		request();
		throw 1; // its memory is a request as well
	} catch (int) {
		inside = since();
	}
	std::printf("forbid, left by an exception: %d, after it: %d\n", inside, then());
}

static void show_nesting()
{
	int permitted, forbidden, after;

	{
		const phaselock::forbid no_heap;
		{
			const phaselock::permit heap;

			permitted = then();
			{
				const phaselock::forbid none_again;

				forbidden = then();
			}
		}
		after = then();
	}
	std::printf("permit inside forbid: %d, forbid inside that: %d, after both: %d\n", permitted,
		    forbidden, after);
}

static void show_permit()
{
	int inside, left = -1;

	lock_allocations();
	{
		const phaselock::permit heap;

		inside = then();
	}
	try {
		const phaselock::permit heap;

		throw 1;
	} catch (int) {
		left = since();
	}
	request();
	unlock_allocations();
	std::printf("permit in a locked phase: %d, left by an exception: %d, after it: %d\n",
		    inside, left, since());
}

static void show_thread()
{
	int elsewhere = -1;
	bool go = false;
	std::thread thread([&] {
		while (!__atomic_load_n(&go, __ATOMIC_ACQUIRE))
			continue;
		elsewhere = then();
	});
	{
		const phaselock::forbid no_heap;

		__atomic_store_n(&go, true, __ATOMIC_RELEASE);
		thread.join();
	}
	std::printf("forbid, on another thread: %d\n", elsewhere);
}

static void show_watch()
{
	int events = 0;
	std::size_t size = 0;
	auto see = [&](const phaselock_event &event) {
		events++;
		if (event.kind == PHASELOCK_EVENT_REQUEST)
			size = event.request->size;
		return PHASELOCK_GO_ON;
	};
	{
		const phaselock::watch watch(see);

		request(7);
	}
	int inside = events;

	request();
	std::printf("watch: %d events, the request of %zu bytes; after its block: %d\n", inside,
		    size, events);
	events = 0;
	try {
		const phaselock::watch watch(see);

		request();
		throw 1; // a request and its result
	} catch (int) {
		inside = events - 1; // the release of the exception comes after the block
		events = inside;
	}
	request();
	std::printf("watch, left by an exception: %d events, after it: %d\n", inside, events);
}

static void show_answers()
{
	int inner = 0, outer = 0, told = 0;
	bool denied = false;
	const phaselock::forbid no_heap;

	{
		const phaselock::watch outside([&](const phaselock_event &event) {
			outer += event.kind == PHASELOCK_EVENT_REQUEST;
			return PHASELOCK_FAIL;
		});
		const phaselock::watch inside([&](const phaselock_event &event) {
			inner += event.kind == PHASELOCK_EVENT_REQUEST;
			return PHASELOCK_SERVE;
		});

		request();
	}
	{
		const phaselock::permit heap;

		std::printf("watches: the inner one serves, %d event%s each, violations: %d\n",
			    inner, inner == outer ? "" : "s, but not", since());
	}
	{
		const phaselock::watch watch(
			[&](const phaselock_event &event) {
				told += event.kind == PHASELOCK_EVENT_REQUEST;
				denied = event.forbidden;
				return PHASELOCK_FAIL;
			},
			4, true);

		request();
		denied = denied && sink == nullptr;
		const phaselock::permit heap;

		request();
	}
	const phaselock::permit heap;

	std::printf("forbidden alone: %d event of 2 requests\n", told);
	std::printf("denied: %s\n", denied ? "yes" : "no");
}

int main()
{
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 2;
	std::setvbuf(stdout, nullptr, _IONBF, 0);
	phaselock_set_handler(count_it, nullptr);
	std::printf("armed, violations outside: %d\n", then());
	show_forbid();
	show_nesting();
	show_permit();
	show_thread();
	show_watch();
	show_answers();
	return 0;
}
