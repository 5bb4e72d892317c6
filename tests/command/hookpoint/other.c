/* SPDX-License-Identifier: MIT */
/* The second source; its last call is in the place of a jump. Also compiled as C++. */
#include "hooks.h"

static void leave(const char *filter)
{
	hookpointFiltersEnd("7f3a", filter);
}

int other(int argc)
{
	hookpointFiltersStart("7f3a", "rate");
	leave("auth");
	leave("rate");
	return argc - 1;
}
