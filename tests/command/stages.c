/* SPDX-License-Identifier: MIT */
/* Three requests of a server, with their stages, each of which leaves a block. */
#define PHASELOCK_OPTIONAL
#include <stdlib.h>

#include <phaselock/phaselock.h>

static void *volatile block;

int main(void)
{
	struct phaselock_stage stage;

	if (!phaselock_present())
		return 1;
	phaselock_permit_begin();
	for (int i = 0; i < 3; i++) {
		phaselock_stage_begin(&stage, "request");
		block = malloc(50);
		free(block);
		block = malloc(100);
		phaselock_stage_mark(&stage, "parse");
		phaselock_stage_end(&stage, "done");
	}
	phaselock_permit_end();
	return 0;
}
