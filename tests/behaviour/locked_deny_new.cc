/* SPDX-License-Identifier: MIT */
/*
 * A throwing operator new that is denied while allocations are locked throws std::bad_alloc and
 * does not call the new-handler, which has no memory to find. The C++ library requests memory for
 * the exception by malloc(), which is a second violation; after its denial the exception is made in
 * the memory that the C++ library keeps for emergencies.
 *
 * shows: PL-007 PL-011 PL-032
 * each: form=report "new=operator new(48)" "new_array=operator new[](48)" "new_aligned=operator
 *     new(48, alignment 64)" "new_array_aligned=operator new[](48, alignment 64)"
 * run: {self} {form}
 * environment: PHASELOCK_OPTIONS=policy=deny
 * exit: 0
 * stderr:
 * | phaselock: violation: {report} while allocations are locked
 * |   thread {number} "locked_deny_new", 1st time at this site
 * |     #0 call_{form}+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc({number}) while allocations are locked
 * |   thread {number} "locked_deny_new", 1st time at this site
 * |     #0 __cxa_allocate_exception+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 2 violations at 2 sites, by count:
 * | phaselock:   1 x operator {any} call_{form}+{hex} ({any}+{hex}) < {any}
 * | phaselock:   1 x malloc  __cxa_allocate_exception+{hex} ({any}+{hex}) < {any}
 */
#include "behaviour.h"

#include <cstdlib>
#include <new>

/* volatile: the call is no tail call. */
extern "C" FRAME void *call_new()
{
	void *volatile block = ::operator new(opaque_size(48));
	return block;
}

extern "C" FRAME void *call_new_array()
{
	void *volatile block = ::operator new[](opaque_size(48));
	return block;
}

extern "C" FRAME void *call_new_aligned()
{
	void *volatile block = ::operator new(opaque_size(48), std::align_val_t(64));
	return block;
}

extern "C" FRAME void *call_new_array_aligned()
{
	void *volatile block = ::operator new[](opaque_size(48), std::align_val_t(64));
	return block;
}

static const struct {
	const char *name;
	void *(*call)();
} forms[] = {
	{"new", call_new},
	{"new_array", call_new_array},
	{"new_aligned", call_new_aligned},
	{"new_array_aligned", call_new_array_aligned},
};

static void handler_that_must_not_run()
{
	say("the new-handler was asked\n");
	_exit(1);
}

static bool throws_bad_alloc(void *(*call)())
{
	try {
		call();
	} catch (const std::bad_alloc &) {
		return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	require_armed();
	std::set_new_handler(handler_that_must_not_run);
	for (const auto &form : forms) {
		if (argc < 2 || strcmp(form.name, argv[1]) != 0)
			continue;
		lock_allocations();
		struct phaselock_stats begin = thread_stats();
		CHECK(throws_bad_alloc(form.call));
		struct phaselock_stats did = thread_stats_since(&begin);
		CHECK_EQUAL(did.locked_attempts, 2);
		CHECK_EQUAL(did.allocations, 0);
		CHECK_EQUAL(did.failed_allocations, 0);
		return 0;
	}
	return 1;
}
