/* SPDX-License-Identifier: MIT */
/* A plug-in that makes requests. */
#include <stdlib.h>

void *make(void)
{
	void *volatile block = malloc(100);

	return block;
}
