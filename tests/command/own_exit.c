/* SPDX-License-Identifier: MIT */
/*
 * A program that defines _exit() itself, as tests of what ends a process do, and is linked with the
 * library.
 */
#include <stdlib.h>
#include <unistd.h>

#include <phaselock/phaselock.h>

void _exit(int status)
{
	if (write(STDOUT_FILENO, "its own\n", 8) < 0)
		abort();
	_Exit(status);
}

int main(void)
{
	lock_allocations();
	_exit(phaselock_armed() == 0 ? 1 : 3);
}
