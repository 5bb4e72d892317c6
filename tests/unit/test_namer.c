/* SPDX-License-Identifier: MIT */
/*
 * The asking side, over a helper whose behaviour the path of a question decides: it may end, hang,
 * be stopped, close its end, or answer nonsense. Whatever it does, the question has an answer in
 * time, and a new helper gets the next question; but not for ever.
 *
 * shows: PL-640 (an answer in bounded time, whatever the helper does; signals meanwhile)
 * shows: PL-641 (helpers are bounded in number)
 * shows: PL-642 (an answer that is none is refused)
 */
#define _GNU_SOURCE
#include "helper.h"
#include "namer.h"
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Shared with all helpers, which are other processes. */
static struct shared {
	unsigned starts;
	unsigned questions;
	pid_t newest;
} * shared;

/* ---- the double of helper.h ------------------------------------------------------------------ */

static void reply(int fd, const void *bytes, size_t length)
{
	if (send(fd, bytes, length, MSG_NOSIGNAL) < 0)
		_exit(1);
}

static _Noreturn void hang(void)
{
	for (;;)
		pause();
}

static void obey(int fd, const struct question *question)
{
	static char message[2 * ANSWER_SIZE];
	struct answer answer = {.state = MODULE_HERE, .symbol = question->path};

	if (strncmp(question->path, "end", 3) == 0)
		_exit(1);
	if (strcmp(question->path, "killed") == 0)
		raise(SIGKILL);
	if (strcmp(question->path, "stop") == 0)
		raise(SIGSTOP);
	if (strcmp(question->path, "hang") == 0)
		hang();
	if (strcmp(question->path, "close") == 0) {
		close(fd);
		hang();
	}
	if (strcmp(question->path, "late") == 0)
		sleep(1);
	if (strcmp(question->path, "empty") == 0) {
		reply(fd, "", 0);
	} else if (strcmp(question->path, "short") == 0) {
		reply(fd, "", 1);
	} else if (strcmp(question->path, "long") == 0) {
		reply(fd, message, ANSWER_SIZE + 1);
	} else if (strcmp(question->path, "junk") == 0) {
		memset(message, 0xff, sizeof(message));
		reply(fd, message, 1000);
	} else {
		reply(fd, message, answer_write(&answer, message));
		if (strcmp(question->path, "twice") == 0)
			reply(fd, message, answer_write(&answer, message));
	}
}

int helper_run(void *start)
{
	const struct helper_start *given = start;
	static char message[QUESTION_SIZE];
	struct question question;
	ssize_t length;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when a test has failed */
	shared->starts++;
	shared->newest = getpid();
	while ((length = recv(given->fd, message, sizeof(message), 0)) > 0) {
		shared->questions++;
		if (!question_read(message, (size_t)length, &question))
			return 1;
		obey(given->fd, &question);
	}
	return 0;
}

/* ---- help ------------------------------------------------------------------------------------ */

static unsigned complaints, passed_on;
static int readable[2];

static void complain(const char *format, ...)
{
	assert_non_null(format);
	complaints++;
}

static int watched(void)
{
	return readable[0];
}

static void pass_on(void)
{
	char byte;

	assert_int_equal(read(readable[0], &byte, 1), 1);
	passed_on++;
}

static struct namer *new_namer(bool patient)
{
	const struct namer_options options = {
		.patient = patient,
		.complain = complain,
		.watched = watched,
		.meanwhile = pass_on,
	};
	struct namer *namer = namer_new(&options);

	assert_non_null(namer);
	complaints = passed_on = 0;
	memset(shared, 0, sizeof(*shared));
	return namer;
}

/* The question differs each time. */
static bool is_named(struct namer *namer, const char *path)
{
	static uint64_t offset;
	const struct question question = {path, NULL, ++offset, "", ""};
	const struct answer *answer = namer_ask(namer, &question);

	assert_non_null(answer);
	if (answer->symbol == NULL)
		return false;
	assert_string_equal(answer->symbol, path);
	return true;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Returns whether a process runs; a zombie does not. */
static bool lives(pid_t process)
{
	siginfo_t end = {0};

	return kill(process, 0) == 0 && (waitid(P_PID, (id_t)process, &end,
						WEXITED | WNOHANG | WNOWAIT | (int)__WALL) != 0 ||
					 end.si_pid != process);
}

/* ---- tests ----------------------------------------------------------------------------------- */

TEST(one_helper_answers_all_questions_and_goes_with_its_namer)
{
	struct namer *namer = new_namer(false);

	assert_int_equal(shared->starts, 0);
	for (unsigned i = 0; i < 1000; i++)
		assert_true(is_named(namer, "good"));
	assert_int_equal(shared->starts, 1);
	assert_int_equal(complaints, 0);
	namer_free(namer);
	for (unsigned i = 0; i < 5000 && lives(shared->newest); i++)
		usleep(1000);
	assert_false(lives(shared->newest));
}

TEST(question_that_was_answered_is_not_asked_again)
{
	static const struct question question = {"good", "aa", 1, "", ""};
	struct namer *namer = new_namer(false);

	for (unsigned i = 0; i < 3; i++) {
		assert_string_equal(namer_ask(namer, &question)->symbol, "good");
		assert_false(is_named(namer, "end"));
	}
	assert_int_equal(shared->questions, 4);
	namer_free(namer);
}

TEST(no_wait_of_the_command_finds_the_helper)
{
	struct namer *namer = new_namer(false);

	assert_true(is_named(namer, "good"));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	assert_false(is_named(namer, "end"));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	namer_free(namer);
}

TEST(after_a_helper_that_fails_the_next_question_is_answered)
{
	static const char *const ways[] = {"end",   "killed", "close", "empty",
					   "short", "long",   "junk"};

	EACH_ROW(i, ways) {
		struct namer *namer = new_namer(false);

		assert_true(is_named(namer, "before"));
		assert_false(is_named(namer, ways[i]));
		assert_true(is_named(namer, "good"));
		assert_int_equal(shared->starts, 2);
		namer_free(namer);
	}
}

TEST(helper_that_ended_between_two_questions_costs_no_name)
{
	struct namer *namer = new_namer(false);

	assert_true(is_named(namer, "before"));
	kill(shared->newest, SIGKILL);
	for (unsigned i = 0; i < 5000 && lives(shared->newest); i++)
		usleep(1000);
	assert_true(is_named(namer, "good"));
	assert_int_equal(shared->starts, 2);
	namer_free(namer);
}

TEST(answer_that_was_not_asked_for_is_no_answer_to_the_next_question)
{
	struct namer *namer = new_namer(false);

	assert_true(is_named(namer, "twice"));
	usleep(100000);
	assert_true(is_named(namer, "good"));
	assert_int_equal(shared->starts, 2);
	namer_free(namer);
}

TEST(module_on_which_three_helpers_ended_is_not_asked_about_again)
{
	struct namer *namer = new_namer(false);

	for (unsigned i = 0; i < 100; i++)
		assert_false(is_named(namer, "end"));
	assert_int_equal(shared->starts, 3);
	assert_int_equal(complaints, 1);
	assert_true(is_named(namer, "good"));
	namer_free(namer);
}

TEST(helpers_are_bounded_in_number)
{
	struct namer *namer = new_namer(false);

	for (unsigned i = 0; i < 1000; i++) {
		char path[] = {'e', 'n', 'd', (char)('a' + i / 26 % 26), (char)('a' + i % 26),
			       '\0'};

		assert_false(is_named(namer, path));
	}
	assert_int_equal(shared->starts, 16);
	assert_int_equal(complaints, 1);
	assert_false(is_named(namer, "good"));
	namer_free(namer);
}

/* Two hangs of 4 seconds; then one message says that there will be no more names. */
TEST(time_is_bounded_and_signals_are_passed_on_meanwhile)
{
	struct namer *namer = new_namer(false);
	double begin = seconds();
	pid_t hanging;

	assert_int_equal(write(readable[1], "sss", 3), 3);
	assert_false(is_named(namer, "hang"));
	assert_true(seconds() - begin >= 3.5);
	assert_true(seconds() - begin < 8);
	assert_int_equal(passed_on, 3);
	hanging = shared->newest;
	assert_false(is_named(namer, "hang"));
	assert_int_equal(shared->starts, 1);
	assert_true(is_named(namer, "good"));
	assert_false(lives(hanging));
	assert_false(is_named(namer, "stop"));
	assert_true(seconds() - begin < 14);
	assert_false(is_named(namer, "good"));
	assert_int_equal(shared->starts, 2);
	assert_int_equal(complaints, 3);
	namer_free(namer);
}

TEST(late_answers_are_lost_time_but_for_the_patient)
{
	struct namer *patient = new_namer(true), *namer = new_namer(false);
	double begin = seconds();
	unsigned named = 0;

	assert_true(is_named(patient, "late"));
	for (unsigned i = 0; i < 20; i++)
		named += is_named(namer, "late");
	assert_in_range(named, 1, 8);
	assert_true(seconds() - begin < 14);
	assert_false(is_named(namer, "good"));
	assert_true(is_named(patient, "good"));
	namer_free(namer);
	namer_free(patient);
}

TEST(question_that_is_too_long_costs_no_helper)
{
	static char path[QUESTION_SIZE];
	struct namer *namer = new_namer(false);

	memset(path, 'p', sizeof(path) - 1);
	assert_true(is_named(namer, "good"));
	assert_false(is_named(namer, path));
	assert_true(is_named(namer, "good"));
	assert_int_equal(shared->starts, 1);
	namer_free(namer);
}

TEST(without_a_process_nothing_is_named_and_that_is_said_once)
{
	struct namer *namer = new_namer(false);
	struct rlimit old, none;

	getrlimit(RLIMIT_NOFILE, &old);
	none = (struct rlimit){0, old.rlim_max};
	setrlimit(RLIMIT_NOFILE, &none);
	for (unsigned i = 0; i < 100; i++)
		assert_false(is_named(namer, "good"));
	setrlimit(RLIMIT_NOFILE, &old);
	assert_int_equal(complaints, 1);
	assert_true(is_named(namer, "good"));
	namer_free(namer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_helper_answers_all_questions_and_goes_with_its_namer),
		cmocka_unit_test(question_that_was_answered_is_not_asked_again),
		cmocka_unit_test(no_wait_of_the_command_finds_the_helper),
		cmocka_unit_test(after_a_helper_that_fails_the_next_question_is_answered),
		cmocka_unit_test(helper_that_ended_between_two_questions_costs_no_name),
		cmocka_unit_test(answer_that_was_not_asked_for_is_no_answer_to_the_next_question),
		cmocka_unit_test(module_on_which_three_helpers_ended_is_not_asked_about_again),
		cmocka_unit_test(helpers_are_bounded_in_number),
		cmocka_unit_test(time_is_bounded_and_signals_are_passed_on_meanwhile),
		cmocka_unit_test(late_answers_are_lost_time_but_for_the_patient),
		cmocka_unit_test(question_that_is_too_long_costs_no_helper),
		cmocka_unit_test(without_a_process_nothing_is_named_and_that_is_said_once),
	};

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED || pipe(readable) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
