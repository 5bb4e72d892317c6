/* SPDX-License-Identifier: MIT */
/*
 * The file of report= must be a regular one. The library neither waits for a FIFO nor writes to it,
 * with a reader or without, nor to a device, nor to a file of the kernel's, as in /proc, nor to
 * anything that took the file's place after the start. A new file is its owner's alone whatever the
 * umask, and no started program inherits it. A link is followed unless it is the last part of the
 * path: folders are the user's own choice.
 *
 * shows: PL-145 PL-041 PL-652
 * exit: 0
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:report=file
 * run: sh -c 'mkfifo file; {self}'
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: cannot write to the file of report=; using stderr
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: sh -c 'mkfifo file; exec 3<>file; {self} 3>&-; echo mine >&3; read -r line <&3; echo
 *     "$line"'
 * stdout:
 * | mine
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: cannot write to the file of report=; using stderr
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: {self}
 * each: file /dev/null /dev/full /dev/zero /dev/tty /proc/self/mem /proc/self/comm
 *     /proc/self/oom_score_adj
 *     /proc/self/task/../attr/current /sys/kernel/mm/ksm/run /proc/self/fd/1
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:report={file}
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: cannot write to the file of report=; using stderr
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: sh -c '{self} fifo; test -p file'
 * stderr:
 * | phaselock: cannot open the file of report= any more (rights were dropped, the root was changed, or the file replaced?); using stderr
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: sh -c 'echo mine > target; {self} link; cat target'
 * stdout:
 * | mine
 * stderr:
 * | phaselock: cannot open the file of report= any more (rights were dropped, the root was changed, or the file replaced?); using stderr
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: sh -c 'umask 0; {self}; stat -c %a file'
 * stdout:
 * | 600
 * run: sh -c 'mkdir folder; ln -s folder link; {self}; cat folder/file'
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:report=link/file
 * stdout:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: sh -c 'strace -o trace -e trace=openat {self} && grep \"file\" trace | sort -u'
 * needs: strace
 * stdout:
 * | openat(AT_FDCWD, "file", O_WRONLY|O_CREAT|O_NOCTTY|O_APPEND|O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC, 0600) = 3
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <stdlib.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	require_armed();
	if (argc > 1) {
		CHECK_EQUAL(unlink("file"), 0);
		if (strcmp(argv[1], "fifo") == 0)
			CHECK_EQUAL(mkfifo("file", 0600), 0);
		else
			CHECK_EQUAL(symlink("target", "file"), 0);
	}
	lock_allocations();
	CHECK(opaque(malloc(48)) == NULL);
	return 0;
}
