/* SPDX-License-Identifier: MIT */
/*
 * Runs parts of a test in a forked child, because the process must die, or because they need the
 * library as it is at the start: a fork of a process that has not used it has that. CMocka's
 * assertions are for the parent. The child uses CHECK, whose message the parent reads from the
 * child's stderr.
 */
#ifndef TEST_CHILD_H
#define TEST_CHILD_H

#include "unit.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct child_end {
	int status;	  /* from waitpid(2) */
	char text[65536]; /* the child's whole stderr, terminated */
};

/*
 * In the variant for coverage (tests/coverage/dump.c) a child that must die calls this to write its
 * counts.
 */
extern void pl_coverage_dump(void) __attribute__((weak));

static inline void child_save_coverage(int number)
{
	(void)number;
	pl_coverage_dump();
}

static inline _Noreturn void child_fail(const char *file, int line, const char *what)
{
	dprintf(STDERR_FILENO, "%s:%d: %s is not so\n", file, line, what);
	unit_rows_tell();
	_exit(1);
}

#define CHECK(condition) ((condition) ? (void)0 : child_fail(__FILE__, __LINE__, #condition))

static inline void child_compare(const char *file, int line, const char *what, uint64_t is,
				 uint64_t wanted)
{
	if (is == wanted)
		return;
	dprintf(STDERR_FILENO, "%s:%d: %s is %" PRIu64 ", wanted %" PRIu64 "\n", file, line, what,
		is, wanted);
	unit_rows_tell();
	_exit(1);
}

#define CHECK_EQUAL(is, wanted)                                                                    \
	child_compare(__FILE__, __LINE__, #is, (uint64_t)(is), (uint64_t)(wanted))

static inline void child_read(int fd, struct child_end *end)
{
	size_t length = 0;

	while (length < sizeof(end->text) - 1) {
		ssize_t got = read(fd, end->text + length, sizeof(end->text) - 1 - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		length += (size_t)got;
	}
	end->text[length] = '\0';
}

/*
 * Runs body in a child with its stderr in a pipe, and waits for its end. When body returns, the
 * child calls exit(0).
 */
static inline void child_run(void (*body)(void), struct child_end *end)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS};
	const struct rlimit no_core = {0, 0};
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		/* CMocka's handlers of these would make the child go on with the parent's tests. */
		for (size_t i = 0; i < COUNT_OF(faults); i++)
			signal(faults[i], SIG_DFL);
		if (pl_coverage_dump != NULL)
			signal(SIGABRT, child_save_coverage);
		body();
		exit(0);
	}
	close(ends[1]);
	child_read(ends[0], end);
	close(ends[0]);
	assert_int_equal(waitpid(child, &end->status, 0), child);
}

/* Asserts that the child came to the end of body and printed nothing. */
static inline void child_passes(void (*body)(void))
{
	static struct child_end end;

	child_run(body, &end);
	if (end.status != 0 || end.text[0] != '\0')
		fail_msg("the child ended with status 0x%x and said: %s", (unsigned)end.status,
			 end.text);
}

/* Asserts that the child ended by SIGABRT, and that its whole stderr was text. */
static inline void child_aborts(void (*body)(void), const char *text)
{
	static struct child_end end;

	child_run(body, &end);
	assert_string_equal(end.text, text);
	assert_true(WIFSIGNALED(end.status));
	assert_int_equal(WTERMSIG(end.status), SIGABRT);
}

/* A test whose body runs in a child, and passes if child_passes(). */
#define CHILD_TEST(name)                                                                           \
	static void name##_body(void);                                                             \
	TEST(name)                                                                                 \
	{                                                                                          \
		child_passes(name##_body);                                                         \
	}                                                                                          \
	static void name##_body(void)

#endif
