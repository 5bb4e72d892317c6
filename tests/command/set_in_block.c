/* SPDX-License-Identifier: MIT */
/* A variable that is set in the block of each assertion, for compilers to warn of. C and C++. */
#include <phaselock/cmocka.h>
#ifdef __cplusplus
#include <phaselock/phaselock.hpp>
#endif

int work(int *more);

#define SET_IN(name, assertion)                                                                    \
	int name(void);                                                                            \
	int name(void)                                                                             \
	{                                                                                          \
		int result, more;                                                                  \
                                                                                                   \
		assertion                                                                          \
		{                                                                                  \
			result = work(&more);                                                      \
		}                                                                                  \
		if (result < 0)                                                                    \
			return result;                                                             \
		return result + more;                                                              \
	}

SET_IN(none, assert_no_allocations)
SET_IN(most, assert_max_allocations(2))
SET_IN(exact, assert_exact_allocations(2))
SET_IN(canary, assert_allocates)
SET_IN(bytes, assert_max_bytes(2))
SET_IN(leak, assert_no_leak)
SET_IN(kept, assert_no_deallocations)
SET_IN(none_anywhere, assert_no_allocations_anywhere)
SET_IN(most_anywhere, assert_max_allocations_anywhere(2))
SET_IN(exact_anywhere, assert_exact_allocations_anywhere(2))
SET_IN(canary_anywhere, assert_allocates_anywhere)
SET_IN(bytes_anywhere, assert_max_bytes_anywhere(2))
SET_IN(leak_anywhere, assert_no_leak_anywhere)
SET_IN(kept_anywhere, assert_no_deallocations_anywhere)
SET_IN(violates, assert_violation)
SET_IN(violates_so, assert_violation_of("malloc", PHASELOCK_ANY_SIZE, NULL))

/* An if without braces: the else is its own. */
int branches(int want);
int branches(int want)
{
	int result;

	if (want > 0)
		assert_no_allocations {
			result = work(&want);
		}
	else
		result = 0;
	return result;
}

int nested(void);
int nested(void)
{
	int inner, outer;

	assert_no_leak {
		assert_no_allocations_anywhere {
			inner = work(&outer);
		}
		outer += inner;
	}
	return outer;
}
