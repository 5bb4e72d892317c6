/* SPDX-License-Identifier: MIT */
/*
 * lock_after locks after that many milliseconds; lock_signal and unlock_signal act when their
 * signals come. A signal that cannot be handled is named.
 *
 * shows: PL-061
 * libc: glibc musl
 * run: {self} lock_after
 * environment: PHASELOCK_OPTIONS=lock_after=50
 * exit: 0
 * run: {self} lock_after
 * environment: PHASELOCK_OPTIONS=lock_after=0
 * exit: 0
 * run: {self} signals
 * each: first=second USR1=USR2 SIGUSR1=SIGUSR2 10=12
 * environment: PHASELOCK_OPTIONS=lock_signal={first}:unlock_signal={second}
 * exit: 0
 * run: {self} nothing
 * environment: PHASELOCK_OPTIONS=lock_signal=KILL:unlock_signal=9
 * exit: 0
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: bad value "KILL" for lock_signal (want HUP|INT|QUIT|USR1|USR2|ALRM|TERM|CONT|WINCH|IO|1..64 but 9 and 19)
 * | phaselock: PHASELOCK_OPTIONS: bad value "9" for unlock_signal (want HUP|INT|QUIT|USR1|USR2|ALRM|TERM|CONT|WINCH|IO|1..64 but 9 and 19)
 * run: {self} nothing
 * environment: PHASELOCK_OPTIONS=lock_signal=32
 * exit: 0
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: lock_signal: this signal cannot be handled
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <signal.h>
#include <time.h>

#define TRIES 10000 /* of a millisecond: the bound of the wait */

/* A clock of the library changes the phase: one can only poll the phase itself. */
static void wait_for_the_lock(void)
{
	const struct timespec millisecond = {0, 1000000};

	for (int i = 0; i < TRIES && phaselock_get_phase() == PHASELOCK_INIT; i++)
		nanosleep(&millisecond, NULL);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_LOCKED);
}

static void raise_the_signals(void)
{
	for (int i = 0; i < 3; i++) {
		CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_INIT);
		raise(SIGUSR1);
		CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_LOCKED);
		raise(SIGUSR2);
	}
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_INIT);
}

int main(int argc, char **argv)
{
	require_armed();
	CHECK(argc > 1);
	if (strcmp(argv[1], "lock_after") == 0)
		wait_for_the_lock();
	else if (strcmp(argv[1], "signals") == 0)
		raise_the_signals();
	else
		CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_INIT);
	return 0;
}
