/* SPDX-License-Identifier: MIT */
/*
 * A program closes descriptor 2, and what it opens next gets the number: its database, its
 * connection. The library writes nothing there, whatever the verdict; the file of report= gets its
 * output as ever. Output does go to what was put there for texts: a log, a pipe, a file that
 * captures it for a while, as in test runners, and what comes back after that.
 *
 * shows: PL-531
 * run: {self} allow {kind}
 * each: kind database output kept_for_oneself journal socket pipe_to_read terminal nothing
 * environment: PHASELOCK_OPTIONS=policy=allow
 * exit: 0
 * stdout:
 * | {kind}: 0 bytes of text
 * run: {self} abort {kind}
 * each: kind database output kept_for_oneself journal socket pipe_to_read terminal nothing
 * exit: SIGABRT
 * run: sh -c '{self} allow {kind}; grep -c "^phaselock: violation: malloc(10)" reports'
 * each: kind database output kept_for_oneself journal socket pipe_to_read terminal nothing
 * environment: PHASELOCK_OPTIONS=policy=allow:report=reports
 * exit: 0
 * stdout:
 * | {kind}: 0 bytes of text
 * | 1
 * run: {self} allow started_without
 * environment: PHASELOCK_OPTIONS=policy=allow
 * exit: 0
 * stdout:
 * | database: 0 bytes of text
 * run: {self} allow {log}
 * each: log log pipe
 * environment: PHASELOCK_OPTIONS=policy=allow
 * exit: 0
 * stdout:
 * | {log}: a report
 * run: {self} allow captured
 * environment: PHASELOCK_OPTIONS=policy=allow
 * exit: 0
 * stdout:
 * | captured: a report
 * stderr:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  {any}
 * run: sh -c '{self} allow kept_null 2>/dev/null'
 * environment: PHASELOCK_OPTIONS=policy=allow
 * exit: 0
 * stdout:
 * | kept_null: 0 bytes of text
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

static int other_end = -1; /* of what is behind descriptor 2, if it has one */

/* stderr may be anything. */
static void hold(bool condition)
{
	if (!condition)
		_exit(3);
}

static void become_2(int fd)
{
	hold(fd == STDERR_FILENO);
}

/* Like a program that closes its descriptors: the next one opened becomes number 2. */
static void replace(const char *kind)
{
	int ends[2];

	close(STDERR_FILENO);
	if (strcmp(kind, "database") == 0)
		become_2(open("file", O_RDWR | O_CREAT | O_APPEND, 0600));
	if (strcmp(kind, "output") == 0)
		become_2(open("file", O_WRONLY | O_CREAT | O_TRUNC, 0600));
	if (strcmp(kind, "kept_for_oneself") == 0)
		become_2(open("file", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
	if (strcmp(kind, "journal") == 0)
		become_2(memfd_create("journal", 0));
	if (strcmp(kind, "socket") == 0) {
		hold(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
		become_2(ends[0]);
		other_end = ends[1];
	}
	if (strcmp(kind, "pipe_to_read") == 0) {
		hold(pipe(ends) == 0);
		become_2(ends[0]);
	}
	if (strcmp(kind, "terminal") == 0) { /* whoever writes there types */
		become_2(posix_openpt(O_RDWR | O_NOCTTY));
		hold(grantpt(STDERR_FILENO) == 0 && unlockpt(STDERR_FILENO) == 0);
		other_end = ioctl(STDERR_FILENO, TIOCGPTPEER, O_RDWR | O_NOCTTY);
		hold(other_end > STDERR_FILENO);
	}
}

/* Like a program that redirects its messages. */
static void redirect(const char *kind)
{
	int ends[2] = {-1, -1};

	if (strcmp(kind, "log") == 0)
		hold(freopen("file", "a", stderr) != NULL);
	if (strcmp(kind, "pipe") == 0) {
		hold(pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
		close(ends[1]);
		other_end = ends[0];
	}
}

/* Its first bytes; in the case of a file, how many there are. */
static size_t received(char *text, size_t size)
{
	struct stat file;
	ssize_t got = 0;

	if (fstat(STDERR_FILENO, &file) == 0 && S_ISREG(file.st_mode)) {
		int fd = open("/proc/self/fd/2", O_RDONLY);

		got = fd >= 0 ? read(fd, text, size) : 0;
	} else if (other_end >= 0) {
		hold(fcntl(other_end, F_SETFL, O_NONBLOCK) == 0);
		got = read(other_end, text, size);
	}
	return got > 0 ? (size_t)got : 0;
}

static void tell(const char *kind)
{
	static const char head[] = "phaselock: violation: malloc(10)";
	char text[256] = "", line[64];
	size_t length = received(text, sizeof(text) - 1);

	if (strncmp(text, head, strlen(head)) == 0)
		snprintf(line, sizeof(line), "%s: a report\n", kind);
	else
		snprintf(line, sizeof(line), "%s: %zu bytes of text\n", kind, length);
	hold(write(STDOUT_FILENO, line, strlen(line)) > 0);
}

int main(int argc, char **argv)
{
	const char *kind = argc == 3 ? argv[2] : "";
	bool is_kept = strcmp(kind, "captured") == 0 || strcmp(kind, "kept_null") == 0;
	int saved = is_kept ? dup(STDERR_FILENO) : -1;

	require_armed();
	if (strcmp(kind, "started_without") == 0) {
		char *again[] = {argv[0], argv[1], "database", NULL};

		close(STDERR_FILENO);
		execv("/proc/self/exe", again);
	}
	if (strcmp(kind, "log") == 0 || strcmp(kind, "pipe") == 0)
		redirect(kind);
	else
		replace(is_kept ? "journal" : kind);
	lock_allocations();
	free(opaque(malloc(10)));
	unlock_allocations();
	tell(kind);
	if (is_kept)
		hold(dup2(saved, STDERR_FILENO) == STDERR_FILENO);
	return 0;
}
