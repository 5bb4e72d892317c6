/* SPDX-License-Identifier: MIT */
#include "backend/contract.h"

#include <errno.h>

static bool refuse(enum pl_aligned function)
{
	if (function != PL_NEW)
		errno = EINVAL;
	return false;
}

bool pl_contract_apply(enum pl_aligned function, size_t *alignment)
{
	size_t power = sizeof(void *);

	if (PL_LIKELY(pl_contract_is_usual(function, *alignment) && *alignment >= power))
		return true;
	if (function != PL_MEMALIGN)
		return pl_contract_is_usual(function, *alignment) || refuse(function);
	if (*alignment > SIZE_MAX / 2 + 1)
		return refuse(function);
	/* glibc rounds up to the next power of two. */
	while (power < *alignment)
		power <<= 1;
	*alignment = power;
	return true;
}
