/* SPDX-License-Identifier: MIT */
/*
 * The reading of PHASELOCK_OPTIONS: every key with good and bad values, and the exact words for
 * each fault.
 *
 * shows: PL-772 (what is possible, and what may have been meant)
 * shows: PL-060 (an unknown key or bad value is named, the other keys hold)
 * shows: PL-041 (%p in report=)
 * shows: PL-790 (patterns of hot=)
 */
#include "common/options.h"
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define UNTOUCHED '#'

static void assert_same(const struct pl_options *is, const struct pl_options *wanted)
{
	assert_int_equal(is->policy, wanted->policy);
	assert_int_equal(is->forbid_free, wanted->forbid_free);
	assert_int_equal(is->lock_at_main, wanted->lock_at_main);
	assert_int_equal(is->lock_never_given, wanted->lock_never_given);
	assert_int_equal(is->have_lock_after, wanted->have_lock_after);
	assert_int_equal(is->lock_after_ms, wanted->lock_after_ms);
	assert_int_equal(is->lock_signal, wanted->lock_signal);
	assert_int_equal(is->unlock_signal, wanted->unlock_signal);
	assert_string_equal(is->report, wanted->report);
	assert_string_equal(is->suppressions, wanted->suppressions);
	assert_string_equal(is->symbolize, wanted->symbolize);
	assert_memory_equal(is->hot, wanted->hot, sizeof(is->hot));
	assert_int_equal(is->abort_by_trap, wanted->abort_by_trap);
	assert_int_equal(is->max_reports, wanted->max_reports);
	assert_int_equal(is->frames, wanted->frames);
	assert_int_equal(is->stats, wanted->stats);
	assert_int_equal(is->follow_children, wanted->follow_children);
	assert_int_equal(is->help, wanted->help);
	assert_int_equal(is->environment_shut_out, wanted->environment_shut_out);
}

/* text has no fault, and changes the defaults into the wanted options. */
static void assert_means(const char *text, const struct pl_options *wanted)
{
	char buffer[1024];
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));
	struct pl_options options = pl_options_default();

	assert_int_equal(pl_options_parse(text, &options, &errors), 0);
	assert_string_equal(buffer, "");
	assert_same(&options, wanted);
}

/* text is one fault, told in these words, and changes nothing. */
static void assert_fault(const char *text, const char *words)
{
	char buffer[1024];
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));
	struct pl_options options = pl_options_default(), before;

	options.policy = PHASELOCK_DENY;
	options.lock_at_main = true;
	options.lock_signal = SIGUSR1;
	options.have_lock_after = true;
	options.lock_after_ms = 7;
	options.stats = true;
	options.forbid_free = true;
	before = options;
	assert_int_equal(pl_options_parse(text, &options, &errors), 1);
	assert_string_equal(buffer, words);
	assert_same(&options, &before);
}

#define MEANS(text, assignment)                                                                    \
	do {                                                                                       \
		struct pl_options wanted = pl_options_default();                                   \
		wanted.assignment;                                                                 \
		assert_means(text, &wanted);                                                       \
	} while (0)

#define BAD(key, value, values)                                                                    \
	assert_fault(key "=" value, "phaselock: PHASELOCK_OPTIONS: bad value \"" value             \
				    "\" for " key " (want " values ")\n")
#define NEAR(key, value, values, near) BAD(key, value, values "; did you mean " near "?")
#define SIGNALS "HUP|INT|QUIT|USR1|USR2|ALRM|TERM|CONT|WINCH|IO|1..64 but 9 and 19"
#define PATH " of up to 1023 bytes"

TEST(defaults_abort_and_report_twenty_sites_of_sixteen_frames)
{
	const struct pl_options options = pl_options_default();
	const struct pl_options wanted = {
		.policy = PHASELOCK_ABORT, .max_reports = 20, .frames = 16};

	assert_same(&options, &wanted);
	assert_means("", &wanted);
}

TEST(every_key_takes_its_values)
{
	MEANS("policy=abort", policy = PHASELOCK_ABORT);
	MEANS("policy=allow", policy = PHASELOCK_ALLOW);
	MEANS("policy=deny", policy = PHASELOCK_DENY);
	MEANS("free=forbid", forbid_free = true);
	MEANS("free=allow", forbid_free = false);
	MEANS("lock=main", lock_at_main = true);
	MEANS("lock=never", lock_never_given = true);
	MEANS("report=stderr", report[0] = '\0');
	MEANS("max_reports=0", max_reports = 0);
	MEANS("max_reports=1024", max_reports = 1024);
	MEANS("frames=1", frames = 1);
	MEANS("frames=32", frames = 32);
	MEANS("frames=007", frames = 7);
	MEANS("stats=1", stats = true);
	MEANS("stats=0", stats = false);
	MEANS("follow_children=1", follow_children = true);
	MEANS("help=1", help = true);
}

TEST(lock_after_takes_milliseconds_up_to_a_day)
{
	struct pl_options wanted = pl_options_default();

	wanted.have_lock_after = true;
	assert_means("lock_after=0", &wanted);
	wanted.lock_after_ms = 86400000;
	assert_means("lock_after=86400000", &wanted);
}

TEST(signals_are_names_with_or_without_sig_or_numbers)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {{"HUP", SIGHUP},	  {"INT", SIGINT},   {"QUIT", SIGQUIT},
		       {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"ALRM", SIGALRM},
		       {"TERM", SIGTERM}, {"CONT", SIGCONT}, {"WINCH", SIGWINCH},
		       {"IO", SIGIO},	  {"10", 10},	     {"64", 64},
		       {"1", 1}};

	EACH_ROW(i, signals) {
		bool is_name = signals[i].name[0] >= 'A';
		struct pl_options wanted = pl_options_default();
		char text[64];

		wanted.lock_signal = signals[i].number;
		wanted.unlock_signal = signals[i].number;
		(void)snprintf(text, sizeof(text), "lock_signal=%s:unlock_signal=%s%s",
			       signals[i].name, is_name ? "SIG" : "", signals[i].name);
		assert_means(text, &wanted);
	}
}

TEST(report_takes_a_path_with_no_directive_but_the_process_id)
{
	struct pl_options wanted = pl_options_default();
	char text[PL_OPTIONS_PATH_SIZE + 16] = "report=";

	strcpy(wanted.report, "/tmp/a.%p.txt");
	assert_means("report=/tmp/a.%p.txt", &wanted);
	strcpy(wanted.report, "a=b");
	assert_means("report=a=b", &wanted);
	memset(wanted.report, 'x', sizeof(wanted.report) - 1);
	wanted.report[sizeof(wanted.report) - 1] = '\0';
	assert_means(strcat(text, wanted.report), &wanted);
}

TEST(suppressions_takes_any_path_that_fits)
{
	struct pl_options wanted = pl_options_default();
	char text[PL_OPTIONS_PATH_SIZE + 32] = "suppressions=";

	strcpy(wanted.suppressions, "a/%d=b");
	assert_means("suppressions=first:suppressions=a/%d=b", &wanted);
	memset(wanted.suppressions, 'x', sizeof(wanted.suppressions) - 1);
	wanted.suppressions[sizeof(wanted.suppressions) - 1] = '\0';
	assert_means(strcat(text, wanted.suppressions), &wanted);
}

TEST(path_that_is_given_again_replaces_a_longer_one_whole)
{
	struct pl_options wanted = pl_options_default();

	strcpy(wanted.suppressions, "b");
	assert_means("suppressions=/a/long/path:suppressions=b", &wanted);
	strcpy(wanted.report, "b");
	assert_means("report=/a/long/path:report=b:suppressions=ab:suppressions=b", &wanted);
	strcpy(wanted.symbolize, "/b");
	assert_means("symbolize=/a/long/path:symbolize=/b:report=b:suppressions=b", &wanted);
}

TEST(each_hot_adds_a_pattern)
{
	char buffer[1024], text[PL_OPTIONS_HOT_SIZE + 16] = "hot=", *end = text + 4;
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));
	struct pl_options options = pl_options_default();

	assert_null(pl_options_hot(&options, 0));
	assert_int_equal(pl_options_parse("hot=parse_*:stats=1:hot=[a-c],=d", &options, &errors),
			 0);
	assert_string_equal(pl_options_hot(&options, 0), "parse_*");
	assert_string_equal(pl_options_hot(&options, 1), "[a-c],=d");
	assert_null(pl_options_hot(&options, 2));
	assert_null(pl_options_hot(&options, 3));

	options = pl_options_default();
	assert_int_equal(
		pl_options_parse("hot=a\\x3a\\x3ab:hot=\\\\x3a\\*:hot=\\x3a", &options, &errors),
		0);
	assert_string_equal(pl_options_hot(&options, 0), "a::b");
	assert_string_equal(pl_options_hot(&options, 1), "\\\\x3a\\*");
	assert_string_equal(pl_options_hot(&options, 2), ":");
	assert_null(pl_options_hot(&options, 3));
	options = pl_options_default();
	assert_int_equal(pl_options_parse("hot=parse_*:hot=[a-c],=d", &options, &errors), 0);

	BAD("hot", "", "pattern");
	BAD("hot", "[a", "pattern");
	assert_int_equal(pl_options_parse("hot=[a", &options, &errors), 1);
	assert_null(pl_options_hot(&options, 2));

	/* A value that fills all that is left, and one of a byte more. */
	memset(end, 'x', PL_OPTIONS_HOT_SIZE);
	end[PL_OPTIONS_HOT_SIZE - sizeof("parse_*") - sizeof("[a-c],=d") - 1] = '\0';
	assert_int_equal(pl_options_parse(text, &options, &errors), 1);
	assert_null(pl_options_hot(&options, 2));
	end[strlen(end) - 1] = '\0';
	assert_int_equal(pl_options_parse(text, &options, &errors), 0);
	assert_string_equal(pl_options_hot(&options, 2), end);
	assert_null(pl_options_hot(&options, 3));
	assert_int_equal(pl_options_parse("hot=a", &options, &errors), 1);
}

TEST(patterns_of_hot_are_bounded)
{
	char buffer[1024];
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));
	struct pl_options options = pl_options_default();

	for (unsigned i = 0; i < PL_OPTIONS_HOT_MAX; i++)
		assert_int_equal(pl_options_parse("hot=a", &options, &errors), 0);
	assert_int_equal(pl_options_parse("hot=a", &options, &errors), 1);
	assert_null(pl_options_hot(&options, PL_OPTIONS_HOT_MAX));
}

TEST(abort_is_by_a_signal_or_a_trap)
{
	struct pl_options wanted = pl_options_default();

	assert_means("abort=signal", &wanted);
	wanted.abort_by_trap = true;
	assert_means("abort=trap", &wanted);
	BAD("abort", "", "signal|trap");
	BAD("abort", "exit", "signal|trap");
}

TEST(symbolize_takes_a_flag_or_a_whole_path)
{
	struct pl_options wanted = pl_options_default();
	char text[PL_OPTIONS_PATH_SIZE + 16] = "symbolize=/", buffer[256];
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));

	strcpy(wanted.symbolize, "0");
	assert_means("symbolize=0", &wanted);
	strcpy(wanted.symbolize, "1");
	assert_means("symbolize=1", &wanted);
	strcpy(wanted.symbolize, "/usr/bin/phaselock");
	assert_means("symbolize=/usr/bin/phaselock", &wanted);
	BAD("symbolize", "", "0|1|/path" PATH);
	BAD("symbolize", "2", "0|1|/path" PATH);
	BAD("symbolize", "phaselock", "0|1|/path" PATH);
	BAD("symbolize", "./phaselock", "0|1|/path" PATH);
	memset(text + strlen(text), 'x', PL_OPTIONS_PATH_SIZE - 2);
	strcpy(wanted.symbolize, strchr(text, '/'));
	assert_means(text, &wanted);
	strcat(text, "x");
	assert_int_equal(pl_options_parse(text, &wanted, &errors), 1);
}

TEST(path_that_does_not_fit_is_a_bad_value)
{
	char text[PL_OPTIONS_PATH_SIZE + 16] = "report=";
	char words[256] = "phaselock: PHASELOCK_OPTIONS: bad value \"";

	memset(text + strlen(text), 'x', PL_OPTIONS_PATH_SIZE);
	memset(words + strlen(words), 'x', 63); /* the value is cut in the message */
	assert_fault(text,
		     strcat(words, "\" for report (want stderr|file" PATH " with no % but %p)\n"));
}

TEST(bad_values_are_named_with_their_key_and_change_nothing)
{
	NEAR("policy", "ABORT", "abort|allow|deny", "abort");
	NEAR("policy", "abor", "abort|allow|deny", "abort");
	BAD("policy", "aborted", "abort|allow|deny");
	BAD("policy", "allow=1", "abort|allow|deny");
	BAD("policy", "", "abort|allow|deny");
	BAD("free", "deny", "allow|forbid");
	BAD("lock", "always", "never|main");
	BAD("lock", "", "never|main");
	BAD("lock_after", "", "0..86400000");
	BAD("lock_after", "86400001", "0..86400000");
	BAD("lock_after", "99999999999999999999999999999999", "0..86400000");
	BAD("lock_after", "-1", "0..86400000");
	BAD("lock_after", "+1", "0..86400000");
	BAD("lock_after", " 1", "0..86400000");
	BAD("lock_after", "1s", "0..86400000");
	BAD("lock_after", "0x10", "0..86400000");
	BAD("lock_signal", "0", SIGNALS);
	BAD("lock_signal", "9", SIGNALS);
	BAD("lock_signal", "19", SIGNALS);
	BAD("lock_signal", "65", SIGNALS);
	BAD("lock_signal", "KILL", SIGNALS);
	BAD("lock_signal", "SIG", SIGNALS);
	NEAR("lock_signal", "usr1", SIGNALS, "USR1");
	BAD("lock_signal", "", SIGNALS);
	BAD("unlock_signal", "SIGSIGUSR1", SIGNALS);
	BAD("report", "", "stderr|file" PATH " with no % but %p");
	BAD("report", "a%", "stderr|file" PATH " with no % but %p");
	BAD("report", "a%d", "stderr|file" PATH " with no % but %p");
	BAD("report", "%%p", "stderr|file" PATH " with no % but %p");
	BAD("suppressions", "", "file" PATH);
	BAD("max_reports", "1025", "0..1024");
	BAD("max_reports", "", "0..1024");
	BAD("frames", "0", "1..32");
	BAD("frames", "33", "1..32");
	BAD("stats", "2", "0|1");
	BAD("stats", "yes", "0|1");
	BAD("stats", "", "0|1");
	BAD("follow_children", "01", "0|1");
	BAD("help", "true", "0|1");
}

TEST(key_without_equals_sign_is_a_bad_value)
{
	assert_fault("policy", "phaselock: PHASELOCK_OPTIONS: bad value \"\" for policy (want "
			       "abort|allow|deny)\n");
	assert_fault("help", "phaselock: PHASELOCK_OPTIONS: bad value \"\" for help (want 0|1)\n");
}

TEST(unknown_keys_are_named)
{
#define UNKNOWN(key)                                                                               \
	"phaselock: PHASELOCK_OPTIONS: unknown key \"" key "\" (help=1 lists the keys)\n"
#define MEANT(key, near)                                                                           \
	"phaselock: PHASELOCK_OPTIONS: unknown key \"" key "\" (did you mean " near                \
	"? help=1 lists the keys)\n"
	assert_fault("polic=abort", MEANT("polic", "policy"));
	assert_fault("policyx=abort", MEANT("policyx", "policy"));
	assert_fault("Policy=abort", MEANT("Policy", "policy"));
	assert_fault("folow-children=1", MEANT("folow-children", "follow_children"));
	assert_fault("=abort", UNKNOWN(""));
	assert_fault("=", UNKNOWN(""));
	assert_fault(" stats=1", MEANT(" stats", "stats"));
	assert_fault("a\nb\"\x7f=1", UNKNOWN("a?b??"));
	assert_fault("detect_leaks", UNKNOWN("detect_leaks"));
}

TEST(empty_parts_are_nothing)
{
	const struct pl_options nothing = pl_options_default();

	assert_means(":", &nothing);
	assert_means("::::", &nothing);
	MEANS(":stats=1", stats = true);
	MEANS("stats=1:", stats = true);
	MEANS("::stats=1::", stats = true);
}

TEST(what_comes_later_wins)
{
	MEANS("policy=deny:policy=allow", policy = PHASELOCK_ALLOW);
	MEANS("lock=main:lock=never", lock_never_given = true);
	MEANS("lock=never:lock=main", lock_at_main = true);
	MEANS("report=x:report=stderr", report[0] = '\0');
	MEANS("frames=1:frames=2:frames=3", frames = 3);
	MEANS("stats=1:stats=0", stats = false);
}

TEST(other_keys_hold_beside_faults)
{
	char buffer[1024];
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));
	struct pl_options options = pl_options_default(), wanted = pl_options_default();

	wanted.policy = PHASELOCK_ALLOW;
	wanted.frames = 8;
	wanted.stats = true;
	assert_int_equal(
		pl_options_parse("policy=allow:color=red:frames=8:frames=99:stats=1:policy=maybe",
				 &options, &errors),
		3);
	assert_same(&options, &wanted);
	assert_string_equal(
		buffer,
		UNKNOWN("color") "phaselock: PHASELOCK_OPTIONS: bad value \"99\" for frames (want "
				 "1..32)\n"
				 "phaselock: PHASELOCK_OPTIONS: bad value \"maybe\" for policy "
				 "(want abort|allow|deny)\n");
}

TEST(huge_text_is_read_to_its_end_and_its_messages_are_cut)
{
	static char text[200000];
	char buffer[256];
	char words[256] = "phaselock: PHASELOCK_OPTIONS: unknown key \"";
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));
	struct pl_options options = pl_options_default();
	size_t end = sizeof(text) - sizeof(":policy=deny");

	memset(text, 'k', end);
	strcpy(text + end, ":policy=deny");
	memset(words + strlen(words), 'k', 63);
	strcat(words, "\" (help=1 lists the keys)\n");
	assert_int_equal(pl_options_parse(text, &options, &errors), 1);
	assert_int_equal(options.policy, PHASELOCK_DENY);
	assert_string_equal(buffer, words);

	for (size_t i = 0; i < end; i++)
		text[i] = i % 2 == 0 ? 'k' : ':';
	errors = pl_text_in(buffer, sizeof(buffer));
	assert_int_equal(pl_options_parse(text, &options, &errors), (end + 1) / 2);
	assert_int_equal(strlen(buffer), sizeof(buffer) - 1);
}

TEST(buffer_too_small_for_the_errors_is_filled_and_not_left)
{
	static const char words[] = UNKNOWN("x") UNKNOWN("y");
	char buffer[sizeof(words) + 8];

	for (size_t capacity = 1; capacity <= sizeof(words); capacity++) {
		struct pl_options options = pl_options_default();
		struct pl_text errors;

		memset(buffer, UNTOUCHED, sizeof(buffer));
		errors = pl_text_in(buffer, capacity);
		assert_int_equal(pl_options_parse("x=1:y=2:policy=deny", &options, &errors), 2);
		assert_int_equal(options.policy, PHASELOCK_DENY);
		assert_memory_equal(buffer, words, capacity - 1);
		assert_int_equal(buffer[capacity - 1], '\0');
		assert_int_equal(buffer[capacity], UNTOUCHED);
	}
}

#define FUNCTION "phaselock_default_options()"

/*
 * What the program says and then the environment, with what is said of both. Returns the options.
 */
static struct pl_options both(const char *own, const char *environment, const char *words)
{
	char buffer[1024];
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));
	struct pl_options options = pl_options_default();

	pl_options_parse_program(own, &options, &errors);
	pl_options_parse(environment, &options, &errors);
	assert_string_equal(buffer, words);
	return options;
}

TEST(key_that_the_program_sets_is_shut_to_the_environment_and_others_are_not)
{
	struct pl_options options =
		both("policy=deny:frames=3:frames=4", "policy=allow:stats=1:frames=9",
		     "phaselock: PHASELOCK_OPTIONS: policy is for " FUNCTION " alone to set\n"
		     "phaselock: PHASELOCK_OPTIONS: frames is for " FUNCTION " alone to set\n");

	assert_int_equal(options.policy, PHASELOCK_DENY);
	assert_int_equal(options.frames, 4);
	assert_true(options.stats);
}

TEST(faults_of_the_program_are_said_as_its_own_and_shut_the_key_all_the_same)
{
	struct pl_options options =
		both("policy=dney:polcy=deny", "policy=allow",
		     "phaselock: " FUNCTION ": bad value \"dney\" for policy (want "
		     "abort|allow|deny; did you mean deny?)\n"
		     "phaselock: " FUNCTION ": unknown key \"polcy\" (did you mean policy? "
		     "help=1 lists the keys)\n"
		     "phaselock: PHASELOCK_OPTIONS: policy is for " FUNCTION " alone to set\n");

	assert_int_equal(options.policy, PHASELOCK_ABORT);
}

TEST(environment_can_be_shut_out_as_a_whole)
{
	struct pl_options options =
		both("environment=0:stats=1", "suppressions=all:stats=0",
		     "phaselock: PHASELOCK_OPTIONS: not obeyed: " FUNCTION " has environment=0\n");

	assert_string_equal(options.suppressions, "");
	assert_true(options.stats);
	both("environment=0", "", "");
	options = both("environment=1", "suppressions=all", "");
	assert_string_equal(options.suppressions, "all");
	options = both("", "environment=0:stats=1",
		       "phaselock: PHASELOCK_OPTIONS: environment is for " FUNCTION
		       " alone to set\n");
	assert_true(options.stats);
	both("environment=2", "",
	     "phaselock: " FUNCTION ": bad value \"2\" for environment (want 0|1)\n");
}

TEST(help_has_each_key_with_its_values)
{
	static const char *const lines[] = {
		"  policy=abort|allow|deny\n",
		"  free=allow|forbid\n",
		"  lock=never|main\n",
		"  lock_after=0..86400000\n",
		"  lock_signal=" SIGNALS "\n",
		"  unlock_signal=" SIGNALS "\n",
		"  report=stderr|file" PATH " with no % but %p\n",
		"  suppressions=file" PATH "\n",
		"  max_reports=0..1024\n",
		"  frames=1..32\n",
		"  stats=0|1\n",
		"  follow_children=0|1\n",
		"  environment=0|1\n",
		"  help=0|1\n",
	};
	char buffer[4096];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	pl_options_help(&text);
	assert_true(strncmp(buffer, "PHASELOCK_OPTIONS=\"key=value:key=value\"\n", 40) == 0);
	EACH_ROW(i, lines)
		assert_non_null(strstr(buffer, lines[i]));
}

TEST(values_of_a_key_are_its_own_and_of_no_key_nothing)
{
	assert_string_equal(pl_options_values("policy"), "abort|allow|deny");
	assert_string_equal(pl_options_values("help"), "0|1");
	assert_string_equal(pl_options_values("colour"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_abort_and_report_twenty_sites_of_sixteen_frames),
		cmocka_unit_test(every_key_takes_its_values),
		cmocka_unit_test(lock_after_takes_milliseconds_up_to_a_day),
		cmocka_unit_test(signals_are_names_with_or_without_sig_or_numbers),
		cmocka_unit_test(report_takes_a_path_with_no_directive_but_the_process_id),
		cmocka_unit_test(suppressions_takes_any_path_that_fits),
		cmocka_unit_test(path_that_is_given_again_replaces_a_longer_one_whole),
		cmocka_unit_test(each_hot_adds_a_pattern),
		cmocka_unit_test(patterns_of_hot_are_bounded),
		cmocka_unit_test(abort_is_by_a_signal_or_a_trap),
		cmocka_unit_test(symbolize_takes_a_flag_or_a_whole_path),
		cmocka_unit_test(path_that_does_not_fit_is_a_bad_value),
		cmocka_unit_test(bad_values_are_named_with_their_key_and_change_nothing),
		cmocka_unit_test(key_without_equals_sign_is_a_bad_value),
		cmocka_unit_test(unknown_keys_are_named),
		cmocka_unit_test(empty_parts_are_nothing),
		cmocka_unit_test(what_comes_later_wins),
		cmocka_unit_test(other_keys_hold_beside_faults),
		cmocka_unit_test(huge_text_is_read_to_its_end_and_its_messages_are_cut),
		cmocka_unit_test(buffer_too_small_for_the_errors_is_filled_and_not_left),
		cmocka_unit_test(
			key_that_the_program_sets_is_shut_to_the_environment_and_others_are_not),
		cmocka_unit_test(
			faults_of_the_program_are_said_as_its_own_and_shut_the_key_all_the_same),
		cmocka_unit_test(environment_can_be_shut_out_as_a_whole),
		cmocka_unit_test(help_has_each_key_with_its_values),
		cmocka_unit_test(values_of_a_key_are_its_own_and_of_no_key_nothing),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
