/* SPDX-License-Identifier: MIT */
/*
 * Running a program and writing to a pipe, on the real system. Each test runs in a child, since it
 * may wait for children and change signals.
 *
 * shows: PL-168 (a pipe that nobody reads, or that is another one, is refused, without SIGPIPE)
 * shows: PL-170 (whatever the program does, it ends, and its output is had whole or not at all)
 * shows: PL-171 (neither signals nor wait() tell of the program)
 */
#define _GNU_SOURCE
#include "common/os.h"

#include "child.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define OUTPUT_MAX 65536

static volatile sig_atomic_t signals_seen;

static void count_signal(int number)
{
	(void)number;
	signals_seen++;
}

/* Runs a line of the shell over an input; returns its output, or NULL. */
static char *run_shell(const char *line, const char *input, uint64_t wait_ms, size_t *size)
{
	char shell[] = "sh", option[] = "-c", text[512], variable[] = "PATH=/usr/bin:/bin";
	char *words[] = {shell, option, text, NULL};
	char *environment[] = {variable, NULL};
	struct pl_os_identity identity;
	struct pl_os_program program = {"/bin/sh", &identity,	  words,  environment,
					input,	   strlen(input), wait_ms};

	CHECK(pl_os_find_program(program.path, &identity));
	snprintf(text, sizeof(text), "%s", line);
	return pl_os_run_program(&program, OUTPUT_MAX, size);
}

static void check_output(const char *line, const char *input, const char *wanted)
{
	size_t size = 0;
	char *output = run_shell(line, input, 10000, &size);

	CHECK(output != NULL);
	CHECK_EQUAL(size, strlen(wanted));
	CHECK(memcmp(output, wanted, size) == 0);
	pl_os_unmap(output, size);
}

CHILD_TEST(program_reads_the_input_and_its_output_is_returned)
{
	errno = 77;
	check_output("cat; echo end", "some text\n", "some text\nend\n");
	CHECK_EQUAL(errno, 77);
	check_output("tr a b; env | grep ^PATH", "aa\n", "bb\nPATH=/usr/bin:/bin\n");
}

CHILD_TEST(program_finds_three_descriptors_and_signals_as_at_a_start)
{
	int other = open("/dev/null", O_RDONLY);
	sigset_t blocked;

	CHECK(other >= 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, count_signal);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR2);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	check_output("exec ls /proc/self/fd", "", "0\n1\n2\n3\n"); /* 3 is the folder */
	check_output("exec grep -E 'Sig(Blk|Ign)' /proc/self/status", "",
		     "SigBlk:\t0000000000000000\n"
		     "SigIgn:\t0000000000000000\n");
	CHECK(sigprocmask(SIG_BLOCK, NULL, &blocked) == 0 && sigismember(&blocked, SIGUSR2));
	CHECK(signal(SIGUSR1, SIG_DFL) == count_signal);
	CHECK_EQUAL(fcntl(other, F_GETFD), 0);
}

CHILD_TEST(standard_descriptors_that_are_closed_or_taken_do_no_harm)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	check_output("cat", "text\n", "text\n");
}

CHILD_TEST(neither_signals_nor_wait_tell_of_the_program)
{
	signal(SIGCHLD, count_signal);
	check_output("cat", "text\n", "text\n");
	CHECK_EQUAL(signals_seen, 0);
	CHECK_EQUAL(waitpid(-1, NULL, WNOHANG), (uint64_t)-1);
	CHECK_EQUAL(errno, ECHILD);
	signal(SIGCHLD, SIG_IGN); /* the kernel would forget how a child ended */
	check_output("cat", "text\n", "text\n");
	CHECK_EQUAL(waitpid(-1, NULL, WNOHANG | __WALL), (uint64_t)-1);
}

CHILD_TEST(program_that_fails_or_is_not_there_gives_nothing)
{
	char word[] = "none", *words[] = {word, NULL}, *environment[] = {NULL};
	struct pl_os_identity identity;
	struct pl_os_program none = {"/no/such/file", &identity, words, environment, "x", 1, 1000};
	size_t size;

	CHECK(pl_os_find_program("/bin/sh", &identity));
	CHECK(pl_os_run_program(&none, OUTPUT_MAX, &size) == NULL);
	none.path = "/";
	CHECK(pl_os_run_program(&none, OUTPUT_MAX, &size) == NULL);
	CHECK(run_shell("cat; exit 1", "x", 10000, &size) == NULL);
	CHECK(run_shell("cat; kill -SEGV $$", "x", 10000, &size) == NULL);
	CHECK(run_shell("exec <&-; exit 0", "x", 10000, &size) == NULL); /* no output either */
}

CHILD_TEST(program_that_hangs_is_killed_with_those_it_started)
{
	uint64_t begin = pl_os_monotonic_ns();
	int ends[2];
	size_t size;
	char byte;

	CHECK_EQUAL(pipe(ends), 0);
	CHECK_EQUAL(dup2(ends[1], STDERR_FILENO), STDERR_FILENO); /* which they inherit */
	close(ends[1]);
	CHECK(run_shell("cat; sleep 60 & sleep 60", "x", 200, &size) == NULL);
	CHECK(pl_os_monotonic_ns() - begin >= UINT64_C(200000000));
	CHECK(pl_os_monotonic_ns() - begin < UINT64_C(30000000000));
	close(STDERR_FILENO);
	CHECK_EQUAL(read(ends[0], &byte, 1), 0); /* no writer is left */
}

CHILD_TEST(output_without_end_is_stopped)
{
	size_t size;

	CHECK(run_shell("cat /dev/zero 2>&-", "", 10000, &size) == NULL);
}

CHILD_TEST(input_that_no_pipe_holds_is_refused)
{
	static char input[65537 + 1];
	size_t size;

	memset(input, 'x', 65536);
	check_output("wc -c", input, "65536\n");
	input[65536] = 'x';
	CHECK(run_shell("wc -c", input, 10000, &size) == NULL);
}

/* ---- pipes ----------------------------------------------------------------------------------- */

static void path_of(int fd, char path[64])
{
	snprintf(path, 64, "/proc/self/fd/%d", fd);
}

CHILD_TEST(pipe_is_written_to_in_one_piece)
{
	uint64_t id = 0;
	char path[64], text[8];
	int ends[2], fd;

	CHECK_EQUAL(pipe(ends), 0);
	path_of(ends[0], path);
	fd = pl_os_open_pipe(path, &id);
	CHECK(fd >= 0 && id != 0);
	CHECK_EQUAL(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	CHECK(pl_os_write_pipe(fd, "ab", 2, "cde", 3, 0));
	CHECK_EQUAL(read(ends[0], text, sizeof(text)), 5);
	CHECK(memcmp(text, "abcde", 5) == 0);
}

CHILD_TEST(pipe_that_is_full_is_waited_for_no_longer_than_that)
{
	static char much[65536];
	uint64_t id = 0, start = pl_os_monotonic_ns();
	char path[64];
	int ends[2], fd;

	CHECK_EQUAL(pipe(ends), 0);
	path_of(ends[0], path);
	fd = pl_os_open_pipe(path, &id);
	CHECK_EQUAL(write(fd, much, sizeof(much)), sizeof(much));
	CHECK(!pl_os_write_pipe(fd, "ab", 2, "cde", 3, 50));
	CHECK(pl_os_monotonic_ns() - start >= 50000000);
	CHECK_EQUAL(read(ends[0], much, 8192), 8192);
	CHECK(pl_os_write_pipe(fd, "ab", 2, "cde", 3, 50));
}

CHILD_TEST(what_is_no_pipe_or_another_one_or_has_no_reader_is_refused)
{
	uint64_t id = 0;
	char path[64], folder[] = "/tmp/phaselock-fifo-XXXXXX", fifo[64];
	int ends[2];

	errno = 77;
	CHECK_EQUAL(pl_os_open_pipe("/dev/null", &id), (uint64_t)-1);
	CHECK_EQUAL(pl_os_open_pipe("/no/such/file", &id), (uint64_t)-1);
	CHECK_EQUAL(errno, 77);
	CHECK(mkdtemp(folder) != NULL);
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	CHECK_EQUAL(mkfifo(fifo, 0600), 0);
	CHECK_EQUAL(pl_os_open_pipe(fifo, &id), (uint64_t)-1);
	CHECK(unlink(fifo) == 0 && rmdir(folder) == 0);
	CHECK_EQUAL(id, 0);
	CHECK_EQUAL(pipe(ends), 0);
	path_of(ends[0], path);
	id = 1;
	CHECK_EQUAL(pl_os_open_pipe(path, &id), (uint64_t)-1);
	CHECK_EQUAL(id, 1);
}

CHILD_TEST(writing_to_a_pipe_that_nobody_reads_any_more_makes_no_signal)
{
	sigset_t set;
	int ends[2];

	CHECK_EQUAL(pipe(ends), 0);
	close(ends[0]);
	signal(SIGPIPE, count_signal);
	errno = 77;
	CHECK(!pl_os_write_pipe(ends[1], "ab", 2, "cde", 3, 0));
	CHECK_EQUAL(errno, 77);
	CHECK_EQUAL(signals_seen, 0);
	CHECK(sigprocmask(SIG_BLOCK, NULL, &set) == 0 && !sigismember(&set, SIGPIPE));

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGPIPE); /* the program's own */
	CHECK(!pl_os_write_pipe(ends[1], "ab", 2, "cde", 3, 0));
	CHECK(sigpending(&set) == 0 && sigismember(&set, SIGPIPE));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	CHECK_EQUAL(signals_seen, 1);
}

TEST(file_is_executable_or_not)
{
	struct pl_os_identity identity;

	assert_true(pl_os_find_program("/bin/sh", &identity));
	assert_false(pl_os_find_program("/bin", &identity));
	assert_false(pl_os_find_program("/etc/passwd", &identity));
	assert_false(pl_os_find_program("/no/such/file", &identity));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_reads_the_input_and_its_output_is_returned),
		cmocka_unit_test(program_finds_three_descriptors_and_signals_as_at_a_start),
		cmocka_unit_test(standard_descriptors_that_are_closed_or_taken_do_no_harm),
		cmocka_unit_test(neither_signals_nor_wait_tell_of_the_program),
		cmocka_unit_test(program_that_fails_or_is_not_there_gives_nothing),
		cmocka_unit_test(program_that_hangs_is_killed_with_those_it_started),
		cmocka_unit_test(output_without_end_is_stopped),
		cmocka_unit_test(input_that_no_pipe_holds_is_refused),
		cmocka_unit_test(pipe_is_written_to_in_one_piece),
		cmocka_unit_test(pipe_that_is_full_is_waited_for_no_longer_than_that),
		cmocka_unit_test(what_is_no_pipe_or_another_one_or_has_no_reader_is_refused),
		cmocka_unit_test(writing_to_a_pipe_that_nobody_reads_any_more_makes_no_signal),
		cmocka_unit_test(file_is_executable_or_not),
	};

	return cmocka_run_group_tests_name("os_process", tests, NULL, NULL);
}
