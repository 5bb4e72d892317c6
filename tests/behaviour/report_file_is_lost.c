/* SPDX-License-Identifier: MIT */
/*
 * A program that has dropped its rights can no longer open the file of report=; one that has gone
 * to a jail does not try, since there the path may lead to somebody else's file; and one whose disk
 * is full cannot write to it. stderr gets what the file would have got, also the report of an
 * abort, and one message for whoever looks for it in the file.
 *
 * shows: PL-653 PL-532
 * needs: root unshare
 * run: sh -c 'mkdir -p folder jail/{tmp}/folder && {self} {deed}; status=$?; find jail -type f;
 *     exit $status'
 * each: deed setuid chroot jail remove
 * environment: PHASELOCK_OPTIONS=policy=deny:report={tmp}/folder/file
 * exit: 0
 * stderr:
 * | phaselock: cannot open the file of report= any more (rights were dropped, the root was changed, or the file replaced?); using stderr
 * | phaselock: violation: malloc(48) while allocations are locked
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 2 violations at 1 site, by count:
 * | phaselock:   2 x malloc  {any}
 * run: sh -c 'mkdir -p folder jail/{tmp}/folder && exec {self} {deed}'
 * each: deed setuid chroot jail remove
 * environment: PHASELOCK_OPTIONS=report={tmp}/folder/file
 * exit: SIGABRT
 * stderr:
 * | phaselock: cannot open the file of report= any more (rights were dropped, the root was changed, or the file replaced?); using stderr
 * | phaselock: violation: malloc(48) while allocations are locked
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: unshare -m sh -c 'mkdir folder && mount -t tmpfs -o size=64k none folder && exec {self}
 *     fill'
 * environment: PHASELOCK_OPTIONS=report={tmp}/folder/file
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * | {details}
 * | phaselock: aborting (policy=abort)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <fcntl.h>
#include <stdlib.h>

static void fill(void)
{
	static const char page[4096];
	int fd = open("folder/rest", O_WRONLY | O_CREAT, 0600);

	CHECK(fd >= 0);
	while (write(fd, page, sizeof(page)) > 0)
		;
	CHECK_EQUAL(close(fd), 0);
}

int main(int argc, char **argv)
{
	const char *deed = argc > 1 ? argv[1] : "";

	require_armed();
	if (strcmp(deed, "setuid") == 0)
		CHECK_EQUAL(setresuid(65534, 65534, 65534), 0);
	if (strcmp(deed, "chroot") == 0)
		CHECK_EQUAL(chroot("folder"), 0);
	if (strcmp(deed, "jail") == 0)
		CHECK(chroot("jail") == 0 && chdir("/") == 0);
	if (strcmp(deed, "remove") == 0)
		CHECK(unlink("folder/file") == 0 && rmdir("folder") == 0);
	if (strcmp(deed, "fill") == 0)
		fill();
	lock_allocations();
	for (volatile int i = 0; i < 2; i++)
		free(opaque(malloc(48)));
	return 0;
}
