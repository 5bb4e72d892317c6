/* SPDX-License-Identifier: MIT */
/*
 * The locks in a child of fork() where the kernel cannot zero them: the library's handler of fork()
 * opens each one, whoever held it. pl_os_wipe_on_fork() is a double of such a kernel.
 *
 * shows: PL-050 PL-591
 */
#define _GNU_SOURCE
#include "thread/locks.h"

#include "unseen_double.h"

#include "child.h"

#include <phaselock/phaselock.h>
#include <phaselock/watch.h>

static unsigned refused;

bool pl_os_wipe_on_fork(void *address, size_t size)
{
	(void)address;
	(void)size;
	refused++;
	return false;
}

/* In the child of a process that held a lock; alarm() ends a wait. */
static void take_each_lock(void)
{
	struct pl_os_signals before;

	alarm(5);
	for (int lock = 0; lock < PL_LOCKS; lock++) {
		pl_lock((enum pl_lock)lock, &before);
		pl_unlock((enum pl_lock)lock, &before);
	}
	_exit(0);
}

CHILD_TEST(child_of_a_fork_under_any_lock_finds_all_of_them_open)
{
	struct pl_os_signals before;
	int status;

	CHECK(refused > 0);
	for (int lock = 0; lock < PL_LOCKS; lock++) {
		pid_t child;

		pl_lock((enum pl_lock)lock, &before);
		child = fork();
		if (child == 0) {
			pl_os_restore_signals(&before);
			take_each_lock();
		}
		pl_unlock((enum pl_lock)lock, &before);
		CHECK(child > 0 && waitpid(child, &status, 0) == child);
		CHECK_EQUAL(status, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(child_of_a_fork_under_any_lock_finds_all_of_them_open),
	};

	return cmocka_run_group_tests_name("locks", tests, NULL, NULL);
}
