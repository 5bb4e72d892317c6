/* SPDX-License-Identifier: MIT */
/*
 * The start and the end of the library. The program starts itself again with options in its
 * environment and a role to play; the test checks what that process finds, and its whole stderr.
 * The behaviour suite shows that a preloaded library does the same for an unchanged program.
 *
 * shows: PL-018 (fork handlers), PL-039 (the table at exit), PL-041, PL-060, PL-061
 * shows: PL-073 (the environment)
 */
#define _GNU_SOURCE
#include "common/channel.h"
#include "child.h"
#include "entry/sanitizer_listen.h"
#include "common/options.h"
#include "page.h"
#include "thread/phase.h"
#include "renamed.h"
#include "threads.h"
#include "unseen_double.h"

#include <sys/mman.h>

#include <phaselock/watch.h>

/* A double: this program's sanitizer makes requests that do not belong to the test. */
void pl_sanitizer_listen_start(void)
{
}

bool pl_sanitizer_listen_active(void)
{
	return false;
}

/* ---- the parts ------------------------------------------------------------------------------- */

static void do_nothing(void)
{
	CHECK_EQUAL(strcmp(phaselock_version(), "0.1.0"), 0);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_INIT);
}

static void be_denied_in_two_frames(void)
{
	struct phaselock_violation violation;

	lock_allocations();
	errno = 0;
	CHECK(pl_test_malloc(10) == NULL && errno == ENOMEM);
	CHECK_EQUAL(phaselock_get_violations(&violation, 1), 1);
	CHECK_EQUAL(violation.frame_count, 2);
}

static void be_denied_a_free(void)
{
	void *block = pl_test_malloc(10);

	lock_allocations();
	pl_test_free(block);
	CHECK_EQUAL(get_stats().deallocations, 0);
	unlock_allocations();
	pl_test_free(block);
}

static void be_aborted(void)
{
	lock_allocations();
	pl_test_malloc(10);
}

static void tell_the_phase(void)
{
	dprintf(STDERR_FILENO, "phase %d\n", (int)phaselock_get_phase());
}

static void lock_and_unlock_by_signals(void)
{
	raise(SIGUSR1);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_LOCKED);
	raise(SIGUSR2);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_INIT);
}

/* The lock comes from a thread that cannot be joined. */
static void wait_for_the_lock(void)
{
	while (phaselock_get_phase() != PHASELOCK_LOCKED)
		sched_yield();
}

static void fork_with_counts(void)
{
	void *block = pl_test_malloc(10);
	struct phaselock_stats before, after;
	int status;
	pid_t child;

	lock_allocations();
	before = get_stats();
	child = fork();
	if (child == 0) {
		after = get_stats();
		CHECK_EQUAL(memcmp(&before, &after, sizeof(before)), 0);
		CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_LOCKED);
		pl_test_free(block);
		CHECK_EQUAL(get_stats().locked_deallocations, 1);
		_exit(0);
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child);
	CHECK_EQUAL(status, 0);
	CHECK_EQUAL(get_stats().locked_deallocations, 0);
	pl_test_free(block);
}

/* The child's end is not recorded either: it has left. */
static void let_a_child_leave(void)
{
	int status;
	pid_t child;

	phaselock_detach_child(); /* does nothing in the process that the run has started */
	CHECK(pl_channel() != NULL);
	lock_allocations();
	child = fork();
	if (child == 0) {
		CHECK(pl_channel() != NULL);
		phaselock_detach_child();
		CHECK(pl_channel() == NULL);
		CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_LOCKED);
		exit(0);
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child);
	CHECK_EQUAL(status, 0);
	unlock_allocations();
}

static void work_on_the_channel(void)
{
	const char *preload = getenv("LD_PRELOAD");

	CHECK(pl_channel() != NULL);
	CHECK(getenv(PL_REACH_VARIABLE) == NULL && getenv(PL_OPTIONS_VARIABLE) == NULL);
	CHECK(preload != NULL && strcmp(preload, "libm.so.6") == 0);
	pl_test_free(pl_test_malloc(10));
	lock_allocations();
	pl_test_free(NULL);
}

static void keep_the_environment(void)
{
	CHECK(pl_channel() != NULL);
	CHECK(getenv(PL_REACH_VARIABLE) != NULL && getenv(PL_OPTIONS_VARIABLE) != NULL);
	CHECK_EQUAL(strcmp(getenv("LD_PRELOAD"), "libdl.so.2:libm.so.6"), 0);
}

static void lose_the_preload(void)
{
	CHECK(getenv("LD_PRELOAD") == NULL);
	CHECK_EQUAL(strcmp(getenv("LAST"), "1"), 0);
}

static const struct {
	const char *name;
	void (*play)(void);
} parts[] = {
	{"nothing", do_nothing},	   {"denied", be_denied_in_two_frames},
	{"denied_free", be_denied_a_free}, {"aborted", be_aborted},
	{"phase", tell_the_phase},	   {"signals", lock_and_unlock_by_signals},
	{"wait", wait_for_the_lock},	   {"fork", fork_with_counts},
	{"channel", work_on_the_channel},  {"keep", keep_the_environment},
	{"lose", lose_the_preload},	   {"leave", let_a_child_leave},
};

static int play(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (strcmp(parts[i].name, name) == 0) {
			parts[i].play();
			return 0;
		}
	return 2;
}

/* ---- the director ---------------------------------------------------------------------------- */

static const char *part_to_play;
static char *environment_to_have[8];
static struct child_end end;

static void execute(void)
{
	char name[32], program[] = "/proc/self/exe";
	char *arguments[] = {program, name, NULL};

	snprintf(name, sizeof(name), "%s", part_to_play);
	execve(program, arguments, environment_to_have);
	CHECK(false);
}

/* Plays a part with these variables; the last is NULL. Returns the whole stderr. */
static const char *played(const char *part, const char *first, ...)
{
	/*
	 * AddressSanitizer does not like to be behind preloaded libraries, and says so in the
	 * child's stderr.
	 */
	static char lenient[] = "ASAN_OPTIONS=verify_asan_link_order=0";
	va_list variables;
	size_t count = 0;

	environment_to_have[count++] = lenient;
	va_start(variables, first);
	for (const char *variable = first; variable != NULL;
	     variable = va_arg(variables, const char *))
		environment_to_have[count++] = (char *)(uintptr_t)variable;
	va_end(variables);
	environment_to_have[count] = NULL;
	part_to_play = part;
	child_run(execute, &end);
	return end.text;
}

static void assert_played(const char *part, const char *options, const char *wanted)
{
	assert_string_equal(played(part, options, NULL), wanted);
	assert_int_equal(end.status, 0);
}

#define OPTIONS "PHASELOCK_OPTIONS="

TEST(library_without_options_says_nothing)
{
	assert_played("nothing", NULL, "");
	assert_played("nothing", OPTIONS, "");
}

TEST(bad_options_are_named_and_the_others_hold)
{
	assert_played(
		"denied", OPTIONS "policy=deny:colour=red:frames=2:stats=7:max_reports=0",
		"phaselock: PHASELOCK_OPTIONS: unknown key \"colour\" (help=1 lists the keys)\n"
		"phaselock: PHASELOCK_OPTIONS: bad value \"7\" for stats (want 0|1)\n"
		"phaselock: 1 violation at 1 site, by count:\n"
		"phaselock:   and 1 site more (max_reports=0)\n");
	assert_played("denied_free", OPTIONS "policy=deny:free=forbid:max_reports=0",
		      "phaselock: 1 violation at 1 site, by count:\n"
		      "phaselock:   and 1 site more (max_reports=0)\n");
}

TEST(policy_is_abort_unless_an_option_says_otherwise)
{
	const char *text = played("aborted", NULL);
	const char *last = "\nphaselock: aborting (policy=abort)\n";

	assert_true(WIFSIGNALED(end.status));
	assert_int_equal(WTERMSIG(end.status), SIGABRT);
	assert_int_equal(strncmp(text,
				 "phaselock: violation: malloc(10) while allocations are locked\n",
				 62),
			 0);
	assert_string_equal(text + strlen(text) - strlen(last), last);
}

TEST(help_is_the_list_of_keys)
{
	char wanted[4096];
	struct pl_text list = pl_text_in(wanted, sizeof(wanted));

	pl_options_help(&list);
	assert_played("nothing", OPTIONS "help=1", wanted);
}

TEST(statistics_are_printed_at_exit)
{
	const char *text = played("denied_free",
				  OPTIONS "policy=deny:free=forbid:max_reports=0:stats=1", NULL);

	assert_int_equal(
		strncmp(text, "phaselock: allocations: 1\nphaselock: deallocations: 1\n", 54), 0);
	assert_non_null(strstr(text, "\nphaselock: locked_attempts: 1\n"));
	assert_non_null(strstr(text, "\nphaselock: threads: 1\n"));
}

TEST(report_file_that_cannot_be_written_is_told_and_stderr_used)
{
	assert_played(
		"denied", OPTIONS "report=/proc/no/such/file:policy=deny:frames=2:max_reports=0",
		"phaselock: PHASELOCK_OPTIONS: cannot write to the file of report=; using stderr\n"
		"phaselock: 1 violation at 1 site, by count:\n"
		"phaselock:   and 1 site more (max_reports=0)\n");
}

/* Here the library's constructor is one of the program, which may be too late for it. */
TEST(lock_at_main_is_done_or_it_is_told_that_it_cannot_be)
{
	const char *text = played("phase", OPTIONS "lock=main", NULL);

	if (strcmp(text, "phase 1\n") != 0)
		assert_string_equal(text, "phaselock: PHASELOCK_OPTIONS: lock=main: cannot find "
					  "how this program starts; "
					  "not locked\nphase 0\n");
	assert_played("phase", OPTIONS "lock=never", "phase 0\n");
}

TEST(lock_comes_by_signal_or_after_a_time)
{
	assert_played("signals", OPTIONS "lock_signal=USR1:unlock_signal=SIGUSR2", "");
	assert_played("wait", OPTIONS "lock_after=5", "");
}

TEST(child_of_a_fork_has_phase_and_counts)
{
	assert_played("fork", NULL, "");
}

/* ---- phaselock run --------------------------------------------------------------------------- */

static struct pl_channel *make_channel(char variable[128])
{
	/* Inherited: the child finds the files under the same numbers. */
	char where[64];
	struct pl_channel *page = page_make_for_test(where);

	assert_non_null(page);
	snprintf(variable, 128, PL_REACH_VARIABLE "=%s", where);
	return page;
}

TEST(guarded_process_counts_on_the_page_and_clears_its_environment)
{
	char variable[128];
	struct pl_channel *page = make_channel(variable);

	assert_string_equal(played("channel", OPTIONS "stats=0", variable,
				   "LD_PRELOAD=libdl.so.2:libm.so.6", NULL),
			    "");
	assert_int_equal(end.status, 0);
	assert_int_equal(page->processes_started, 1);
	assert_int_equal(page->processes_ended, 1);
	assert_int_equal(page->entries_missing, 0);
	assert_int_equal(page->locks, 1);
	assert_int_equal(page->init.allocations, 1);
	assert_int_equal(page->init.deallocations, 1);
	assert_int_equal(page->locked.allocations, 0);
	assert_string_equal(
		played("lose", "FIRST=1", variable, "LD_PRELOAD=libm.so.6", "LAST=1", NULL), "");
	assert_int_equal(end.status, 0);
}

TEST(child_of_a_fork_leaves_the_run_if_it_says_so)
{
	char variable[128];
	struct pl_channel *page = make_channel(variable);

	assert_string_equal(played("leave", variable, NULL), "");
	assert_int_equal(end.status, 0);
	assert_int_equal(page->processes_left, 1);
	assert_int_equal(page->processes_forked, 0);
	assert_int_equal(page->processes_ended, 1);
}

TEST(environment_stays_if_children_are_to_be_followed)
{
	char variable[128];
	struct pl_channel *page = make_channel(variable);

	assert_string_equal(played("keep", OPTIONS "follow_children=1", variable,
				   "LD_PRELOAD=libdl.so.2:libm.so.6", NULL),
			    "");
	assert_int_equal(end.status, 0);
	assert_int_equal(page->processes_ended, 1);
}

TEST(page_that_cannot_be_opened_is_told)
{
	assert_string_equal(
		played("nothing", PL_REACH_VARIABLE "=/proc/no/such/file", NULL),
		"phaselock: cannot open the page of `phaselock run` (over, or of another "
		"version?)\n");
	assert_int_equal(end.status, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(library_without_options_says_nothing),
		cmocka_unit_test(bad_options_are_named_and_the_others_hold),
		cmocka_unit_test(policy_is_abort_unless_an_option_says_otherwise),
		cmocka_unit_test(help_is_the_list_of_keys),
		cmocka_unit_test(statistics_are_printed_at_exit),
		cmocka_unit_test(report_file_that_cannot_be_written_is_told_and_stderr_used),
		cmocka_unit_test(lock_at_main_is_done_or_it_is_told_that_it_cannot_be),
		cmocka_unit_test(lock_comes_by_signal_or_after_a_time),
		cmocka_unit_test(child_of_a_fork_has_phase_and_counts),
		cmocka_unit_test(guarded_process_counts_on_the_page_and_clears_its_environment),
		cmocka_unit_test(child_of_a_fork_leaves_the_run_if_it_says_so),
		cmocka_unit_test(environment_stays_if_children_are_to_be_followed),
		cmocka_unit_test(page_that_cannot_be_opened_is_told),
	};

	if (argc > 1)
		return play(argv[1]);
	return cmocka_run_group_tests_name("init", tests, NULL, NULL);
}
