/* SPDX-License-Identifier: MIT */
/* A library of one function that allocates, by way of a function of the name NAME. */
#include <stdlib.h>

void NAME(void);
void evil(void);

static void *volatile block;

__attribute__((noinline, visibility("hidden"))) void NAME(void)
{
	block = malloc(79);
	__asm__ volatile("");
}

void evil(void)
{
	NAME();
	__asm__ volatile("");
}
