/* SPDX-License-Identifier: MIT */
/*
 * A program and its children add 64 MiB to the file of report= and no more, however large it was
 * before. stderr gets one message about it, and whatever must not be lost, such as the report of an
 * abort. A process also writes at most as much to stderr, plus the report of an abort.
 *
 * shows: PL-654
 * run: sh -c 'truncate -s 100M file && {self}'
 * environment: PHASELOCK_OPTIONS=policy=allow:stages=1:report=file
 * exit: 0
 * stderr:
 * | phaselock: 64 MiB were added to the file of report=; from now on only the report of an abort is written, to stderr
 * | phaselock: violation: malloc(48) while allocations are locked
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: sh -c '{self} stderr 2>all; test $(wc -c <all) -lt 67200000 && grep -a -A2 -m1 ^phaselock:
 *     all'
 * environment: PHASELOCK_OPTIONS=stages=1
 * exit: 0
 * stdout:
 * | phaselock: 64 MiB were written to stderr; from now on only the report of an abort is
 * | phaselock: violation: malloc(48) while allocations are locked
 * | {details}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

static off_t size_after_text(void)
{
	struct phaselock_stage stage;
	struct stat status;

	phaselock_stage_begin(&stage, "stage");
	CHECK_EQUAL(stat("file", &status), 0);
	return status.st_size;
}

static void write_without_end(void)
{
	struct phaselock_stage stage;
	char name[401] = {0};

	memset(name, 'x', sizeof(name) - 1);
	for (int i = 0; i < 200000; i++)
		phaselock_stage_begin(&stage, name);
	lock_allocations();
	free(opaque(malloc(48)));
}

int main(int argc, char **argv)
{
	off_t first, last;
	int status;
	pid_t child;

	require_armed();
	if (argc > 1 && strcmp(argv[1], "stderr") == 0)
		write_without_end();
	first = size_after_text();
	CHECK(first > 100 << 20);
	last = (100 << 20) + (64 << 20);
	CHECK_EQUAL(truncate("file", last - 10), 0);
	CHECK(size_after_text() > last);
	last = size_after_text();
	CHECK_EQUAL(size_after_text(), last);
	child = fork();
	if (child == 0) {
		CHECK_EQUAL(size_after_text(), last);
		phaselock_set_policy(PHASELOCK_ABORT);
		lock_allocations();
		free(opaque(malloc(48)));
	}
	CHECK_EQUAL(waitpid(child, &status, 0), child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	CHECK_EQUAL(size_after_text(), last);
	return 0;
}
