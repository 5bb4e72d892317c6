/* SPDX-License-Identifier: MIT */
/*
 * A program and its children add 64 MiB of results to a file, and no more, however large it was
 * before; what is left out is said once.
 *
 * shows: PL-651 PL-352
 * environment: PHASELOCK_RESULTS=file
 * exit: 0
 * run: sh -c 'truncate -s 100M file && {self} >/dev/null'
 * stderr:
 * | phaselock: cannot write results to {tmp}/file: 64 MiB were added to it
 * | {any}PASSED{any}
 */
#define _GNU_SOURCE
#include <phaselock/cmocka.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static off_t size_after_assertion(void)
{
	struct stat status;

	assert_no_allocations {}
	assert_int_equal(stat("file", &status), 0);
	return status.st_size;
}

static void grows_to_a_bound(void **state)
{
	off_t first = size_after_assertion(), last = first + (64 << 20);
	int ended;
	pid_t child;

	(void)state;
	assert_int_equal(phaselock_armed(), PHASELOCK_ENTRY_ALL);
	assert_true(first > 100 << 20);
	assert_int_equal(truncate("file", last - 1000), 0);
	assert_true(size_after_assertion() > last - 1000);
	assert_int_equal(truncate("file", last), 0);
	assert_int_equal(size_after_assertion(), last);
	child = fork();
	if (child == 0)
		_exit(size_after_assertion() == last ? 0 : 1);
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_int_equal(ended, 0);
	assert_int_equal(truncate("file", 0), 0);
	assert_true(size_after_assertion() > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_to_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
