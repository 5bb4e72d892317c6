/* SPDX-License-Identifier: MIT */
/* many_stages N: N lines of half a KiB, each told by stages=1. */
#define PHASELOCK_OPTIONAL
#include <stdlib.h>
#include <string.h>

#include <phaselock/phaselock.h>

int main(int argc, char **argv)
{
	struct phaselock_stage stage;
	char name[401];

	memset(name, 'x', sizeof(name));
	name[400] = '\0';
	if (!phaselock_present())
		return 1;
	for (int left = argc > 1 ? atoi(argv[1]) : 0; left > 0; left--)
		phaselock_stage_begin(&stage, name);
	return 0;
}
