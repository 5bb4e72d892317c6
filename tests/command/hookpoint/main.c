/* SPDX-License-Identifier: MIT */
/* Calls hook points, always with the same arguments. Also compiled as C++. */
#include "hooks.h"

#include <stdint.h>

int main(int argc, char **argv)
{
	(void)argv;
	hookpointNothing();
	hookpointFiltersStart("7f3a", "auth");
	hookpointSix("one", "two", "three", "four", "five", (const void *)(uintptr_t)6);
	return other(argc);
}
