/* SPDX-License-Identifier: MIT */
/* A library whose constructor waits in the program that loads it: reports_during_dlopen.c. */
extern void wait_in_constructor(void);

__attribute__((constructor)) static void construct(void)
{
	wait_in_constructor();
}
