/* SPDX-License-Identifier: MIT */
/*
 * report=FILE appends all output of the library to that file; %p stands for the process id, and
 * only the owner can read the file. A symbolic link is refused, whatever it points to, and so is a
 * folder: a message says so, and the reports go to stderr.
 *
 * shows: PL-041 PL-036 PL-039
 * libc: glibc musl
 * run: sh -c 'echo before > reports; {self} && cat reports'
 * environment: PHASELOCK_OPTIONS=policy=deny:report={tmp}/reports
 * exit: 0
 * stdout:
 * | before
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "report_file", 1st time at this site
 * |     #0 main+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  main+{hex} ({any}+{hex}) < {any}
 * run: sh -c 'sh -c "echo \$\$ > pid; exec {self}" && stat -c "%a %n" one.* | sed "s/$(cat
 *     pid)/PID/g"'
 * environment: PHASELOCK_OPTIONS=policy=deny:report=one.%p.two.%p
 * exit: 0
 * stdout:
 * | 600 one.PID.two.PID
 * run: sh -c 'echo mine > target; ln -s target link; {self} && cat target'
 * environment: PHASELOCK_OPTIONS=policy=deny:report={tmp}/link
 * exit: 0
 * stdout:
 * | mine
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: cannot write to the file of report=; using stderr
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "report_file", 1st time at this site
 * |     #0 main+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  main+{hex} ({any}+{hex}) < {any}
 * run: sh -c 'ln -s nothing link; {self}; ls'
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:report=link
 * exit: 0
 * stdout:
 * | link
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: cannot write to the file of report=; using stderr
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: {self}
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:report={tmp}
 * exit: 0
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: cannot write to the file of report=; using stderr
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: {self}
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:report=stderr
 * exit: 0
 * stderr:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: sh -c '{self} closing && cat reports'
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:report={tmp}/reports
 * exit: 0
 * stdout:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	require_armed();
	lock_allocations();
	CHECK(opaque(malloc(48)) == NULL);
	if (argc > 1 && strcmp(argv[1], "closing") == 0) {
		/*
		 * A daemon closes every descriptor that it finds: the library must not depend on
		 * one.
		 */
		for (int descriptor = 3; descriptor < 64; descriptor++)
			close(descriptor);
	}
	return 0;
}
