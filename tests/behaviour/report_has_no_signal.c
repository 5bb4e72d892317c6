/* SPDX-License-Identifier: MIT */
/*
 * The report of an allowed request does not end the program, neither by SIGPIPE, where nobody reads
 * stderr, nor by SIGXFSZ at the size limit of a file. The program's handlers of these signals are
 * not called, its signal mask stays, and its own pending signal stays pending. stderr gets what the
 * file of report= has no room for.
 *
 * shows: PL-532
 * exit: 0
 * environment: PHASELOCK_OPTIONS=policy=allow
 * each: blocked free blocked pending
 * run: {self} pipe {blocked}
 * run: {self} socket {blocked}
 * run: {self} size {blocked}
 * run: {self} full {blocked}
 * run: sh -c '{self} report {blocked}; wc -c <file; cat file'
 * environment: PHASELOCK_OPTIONS=policy=allow:report=file
 * stdout:
 * | 62
 * | phaselock: violation: malloc(10) while allocations are locked
 * stderr:
 * |   thread {number} "exe", 1st time at this site
 * |     #0 main+{hex} ({any}/report_has_no_signal+{hex})
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  main+{hex} ({any}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

static volatile sig_atomic_t signals_seen;

static void count(int number)
{
	(void)number;
	signals_seen++;
}

static void put_on_2(int fd)
{
	if (dup2(fd, STDERR_FILENO) != STDERR_FILENO)
		_exit(4);
}

/* It is so from the start of the program on. */
static void prepare(const char *kind)
{
	struct rlimit limit = {62, 62};
	int ends[2];

	if (strcmp(kind, "pipe") == 0 && pipe(ends) == 0) {
		put_on_2(ends[1]);
		close(ends[0]);
		close(ends[1]);
	}
	if (strcmp(kind, "socket") == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0) {
		put_on_2(ends[1]);
		close(ends[0]);
		close(ends[1]);
	}
	if (strcmp(kind, "size") == 0)
		put_on_2(open("file", O_WRONLY | O_CREAT, 0600));
	if (strcmp(kind, "full") == 0)
		put_on_2(open("/dev/full", O_WRONLY));
	if (strcmp(kind, "size") == 0 || strcmp(kind, "report") == 0)
		setrlimit(RLIMIT_FSIZE, &limit);
}

int main(int argc, char **argv)
{
	/* The kernel fills in what it has of a set, and sigemptyset() no more; all is compared. */
	sigset_t both, before = {{0}}, now = {{0}};

	if (argc == 3) {
		char *again[] = {argv[0], argv[2], NULL};

		prepare(argv[1]);
		execv("/proc/self/exe", again);
		return 5;
	}
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return NOT_ARMED;
	sigemptyset(&both);
	sigaddset(&both, SIGPIPE);
	sigaddset(&both, SIGXFSZ);
	if (strcmp(argv[1], "free") != 0)
		sigprocmask(SIG_BLOCK, &both, NULL);
	if (strcmp(argv[1], "pending") == 0) { /* without a handler it would end the program */
		raise(SIGPIPE);
		raise(SIGXFSZ);
	}
	if (strcmp(argv[1], "blocked") == 0) {
		signal(SIGPIPE, count);
		signal(SIGXFSZ, count);
	}
	sigprocmask(SIG_BLOCK, NULL, &before);
	lock_allocations();
	free(opaque(malloc(10)));
	unlock_allocations();
	sigprocmask(SIG_BLOCK, NULL, &now);
	if (memcmp(&before, &now, sizeof(now)) != 0)
		return 6;
	sigpending(&now);
	if (sigismember(&now, SIGPIPE) != (strcmp(argv[1], "pending") == 0) ||
	    sigismember(&now, SIGXFSZ) != (strcmp(argv[1], "pending") == 0))
		return 7;
	if (strcmp(argv[1], "blocked") == 0)
		sigprocmask(SIG_UNBLOCK, &both, NULL);
	return signals_seen == 0 ? 0 : 8;
}
