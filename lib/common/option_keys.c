/* SPDX-License-Identifier: MIT */
/*
 * The table of options, and what each one writes into the structure. It must not know what an
 * option does, or where its text came from.
 */
#include "common/option_keys.h"

#include "common/format.h"
#include "common/glob.h"

#include <signal.h>

#define LOCK_AFTER_MAX_MS 86400000

static bool read_number(struct pl_value value, uint64_t most, uint64_t *number)
{
	*number = 0;
	for (size_t i = 0; i < value.length; i++) {
		if (value.start[i] < '0' || value.start[i] > '9')
			return false;
		*number = *number * 10 + (uint64_t)(value.start[i] - '0');
		if (*number > most)
			return false;
	}
	return value.length > 0;
}

static bool read_flag(struct pl_value value, bool *flag)
{
	*flag = pl_value_is(value, "1");
	return *flag || pl_value_is(value, "0");
}

#define SIGNALS(X) X(HUP) X(INT) X(QUIT) X(USR1) X(USR2) X(ALRM) X(TERM) X(CONT) X(WINCH) X(IO)
#define SIGNAL_ROW(name) {#name, SIG##name},
#define SIGNAL_WORD(name) #name "|"
#define SIGNAL_MAX 64
_Static_assert(SIGKILL == 9 && SIGSTOP == 19, "SIGNAL_VALUES says so");
#define SIGNAL_VALUES SIGNALS(SIGNAL_WORD) "1.." PL_TEXT_OF(SIGNAL_MAX) " but 9 and 19"

static bool read_signal(struct pl_value value, int *number)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {SIGNALS(SIGNAL_ROW)};
	uint64_t digits;

	if (read_number(value, SIGNAL_MAX, &digits)) {
		*number = (int)digits;
		return digits > 0 && digits != SIGKILL && digits != SIGSTOP;
	}
	if (value.length > 3 && memcmp(value.start, "SIG", 3) == 0) {
		value.start += 3;
		value.length -= 3;
	}
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (pl_value_is(value, signals[i].name)) {
			*number = signals[i].number;
			return true;
		}
	}
	return false;
}

/* ---- one function for each key --------------------------------------------------------------- */

static bool set_policy(struct pl_value value, struct pl_options *options)
{
	static const char *const words[] = {"abort", "allow", "deny"};

	for (unsigned i = 0; i < 3; i++) {
		if (pl_value_is(value, words[i])) {
			options->policy = (enum phaselock_verdict)i;
			return true;
		}
	}
	return false;
}

static bool set_abort(struct pl_value value, struct pl_options *options)
{
	options->abort_by_trap = pl_value_is(value, "trap");
	return options->abort_by_trap || pl_value_is(value, "signal");
}

static bool set_free(struct pl_value value, struct pl_options *options)
{
	options->forbid_free = pl_value_is(value, "forbid");
	return options->forbid_free || pl_value_is(value, "allow");
}

static bool set_lock(struct pl_value value, struct pl_options *options)
{
	options->lock_at_main = pl_value_is(value, "main");
	options->lock_never_given = pl_value_is(value, "never");
	return options->lock_at_main || options->lock_never_given;
}

static bool set_lock_after(struct pl_value value, struct pl_options *options)
{
	options->have_lock_after = read_number(value, LOCK_AFTER_MAX_MS, &options->lock_after_ms);
	return options->have_lock_after;
}

static bool set_lock_signal(struct pl_value value, struct pl_options *options)
{
	return read_signal(value, &options->lock_signal);
}

static bool set_unlock_signal(struct pl_value value, struct pl_options *options)
{
	return read_signal(value, &options->unlock_signal);
}

#define UP_TO " of up to " PL_TEXT_OF(PL_OPTIONS_PATH_MOST) " bytes"

/* Copies a path; false if it is empty or does not fit. */
static bool read_path(struct pl_value value, char path[PL_OPTIONS_PATH_SIZE])
{
	if (value.length == 0 || value.length >= PL_OPTIONS_PATH_SIZE)
		return false;
	memcpy(path, value.start, value.length);
	path[value.length] = '\0';
	return true;
}

static bool set_report(struct pl_value value, struct pl_options *options)
{
	/* %p is the only directive: nothing from the environment gets into a path. */
	for (size_t i = 0; i < value.length; i++)
		if (value.start[i] == '%' && (i + 1 == value.length || value.start[i + 1] != 'p'))
			return false;
	if (!read_path(value, options->report))
		return false;
	if (pl_value_is(value, "stderr"))
		options->report[0] = '\0';
	return true;
}

static bool set_profile(struct pl_value value, struct pl_options *options)
{
	for (size_t i = 0; i < value.length; i++)
		if (value.start[i] == '%' &&
		    (++i == value.length || (value.start[i] != 'p' && value.start[i] != 'e')))
			return false;
	options->profile = value;
	return value.length > 0 && value.length < PL_OPTIONS_PATH_SIZE;
}

static bool set_suppressions(struct pl_value value, struct pl_options *options)
{
	return read_path(value, options->suppressions);
}

/*
 * Copies a pattern. A colon, which names of C++ have and which would end the value, is written as
 * \x3a, and is itself from here on. Returns its length.
 */
static size_t copy_pattern(struct pl_value value, char *to)
{
	static const char colon[] = {'\\', 'x', '3', 'a'};
	size_t length = 0;

	for (size_t i = 0; i < value.length; i++) {
		if (value.length - i >= sizeof(colon) &&
		    memcmp(value.start + i, colon, sizeof(colon)) == 0) {
			to[length++] = ':';
			i += sizeof(colon) - 1;
			continue;
		}
		to[length++] = value.start[i];
		if (value.start[i] == '\\' && i + 1 < value.length)
			to[length++] = value.start[++i];
	}
	return length;
}

const char *pl_options_hot(const struct pl_options *options, unsigned number)
{
	const char *pattern = options->hot;

	for (; number > 0 && *pattern != '\0'; number--)
		pattern += strlen(pattern) + 1;
	return *pattern != '\0' ? pattern : NULL;
}

/* Each one is added: a list has no sign that is in no pattern. */
static bool set_hot(struct pl_value value, struct pl_options *options)
{
	unsigned count = 0;
	const char *last;
	char *end = options->hot, *pattern;

	while ((last = pl_options_hot(options, count)) != NULL) {
		end = options->hot + (last - options->hot) + strlen(last) + 1;
		count++;
	}
	if (value.length == 0 || count == PL_OPTIONS_HOT_MAX ||
	    value.length + 2 > (size_t)(options->hot + PL_OPTIONS_HOT_SIZE - end))
		return false;
	pattern = end;
	end += copy_pattern(value, pattern);
	end[0] = end[1] = '\0';
	return pl_glob_is_valid(pattern);
}

/* A path must be absolute: the program may change its folder. */
static bool set_symbolize(struct pl_value value, struct pl_options *options)
{
	return read_path(value, options->symbolize) &&
	       (pl_value_is(value, "0") || pl_value_is(value, "1") || value.start[0] == '/');
}

static bool set_max_reports(struct pl_value value, struct pl_options *options)
{
	uint64_t number;

	if (!read_number(value, PHASELOCK_SITES_MAX, &number))
		return false;
	options->max_reports = (unsigned)number;
	return true;
}

static bool set_frames(struct pl_value value, struct pl_options *options)
{
	uint64_t number;

	if (!read_number(value, PHASELOCK_FRAMES_MAX, &number) || number == 0)
		return false;
	options->frames = (unsigned)number;
	return true;
}

static bool set_stats(struct pl_value value, struct pl_options *options)
{
	return read_flag(value, &options->stats);
}

static bool set_stages(struct pl_value value, struct pl_options *options)
{
	return read_flag(value, &options->stages);
}

static bool set_follow_children(struct pl_value value, struct pl_options *options)
{
	return read_flag(value, &options->follow_children);
}

static bool set_environment(struct pl_value value, struct pl_options *options)
{
	options->environment_shut_out = pl_value_is(value, "0");
	return options->environment_shut_out || pl_value_is(value, "1");
}

static bool set_help(struct pl_value value, struct pl_options *options)
{
	return read_flag(value, &options->help);
}

const struct pl_option_key pl_option_keys[] = {
	{"policy", set_policy, "abort|allow|deny", "what becomes of a violation (abort)"},
	{"abort", set_abort, "signal|trap",
	 "how a violation ends the process: SIGABRT, or a trap that no handler catches (signal)"},
	{"free", set_free, "allow|forbid",
	 "whether a free in a locked phase is a violation (allow)"},
	{"lock", set_lock, "never|main", "lock just before main() is entered (never)"},
	{"lock_after", set_lock_after, "0.." PL_TEXT_OF(LOCK_AFTER_MAX_MS),
	 "lock so many milliseconds after the start"},
	{"lock_signal", set_lock_signal, SIGNAL_VALUES,
	 "lock when this signal comes: USR1, SIGUSR1 or its number"},
	{"unlock_signal", set_unlock_signal, SIGNAL_VALUES, "unlock when this signal comes"},
	{"report", set_report, "stderr|file" UP_TO " with no % but %p",
	 "where reports go; a file is appended to, %p is the pid (stderr)"},
	{"profile", set_profile, "file" UP_TO " with no % but %p and %e",
	 "record each request in a file; %p is the pid, %e the program (none)"},
	{"suppressions", set_suppressions, "file" UP_TO,
	 "requests of third-party code that this file names are served and not reported"},
	{"hot", set_hot, "pattern",
	 "functions of such a name must not allocate, in any phase; each hot= adds a pattern"},
	{"symbolize", set_symbolize, "0|1|/path" UP_TO,
	 "add names and lines to the report of an abort, by phaselock or by this program (0)"},
	{"max_reports", set_max_reports, "0.." PL_TEXT_OF(PHASELOCK_SITES_MAX),
	 "reports, and lines of the closing table, at most (" PL_TEXT_OF(PL_OPTIONS_REPORTS) ")"},
	{"frames", set_frames, "1.." PL_TEXT_OF(PHASELOCK_FRAMES_MAX),
	 "frames of a call stack that tell sites apart (" PL_TEXT_OF(PL_OPTIONS_FRAMES) ")"},
	{"stats", set_stats, "0|1", "print the statistics at exit (0)"},
	{"stages", set_stages, "0|1", "tell the stages of requests that the program names (0)"},
	{"follow_children", set_follow_children, "0|1",
	 "keep the guard in programs that this one starts (0)"},
	{"environment", set_environment, "0|1",
	 "whether " PL_OPTIONS_VARIABLE " is obeyed; only " PL_OPTIONS_FUNCTION " may say so (1)"},
	{"help", set_help, "0|1", "print this list at the start (0)"},
};

#define KEYS (sizeof(pl_option_keys) / sizeof(pl_option_keys[0]))

_Static_assert(KEYS <= 32, "a bit each in pl_options.fixed");

const size_t pl_option_key_count = KEYS;

bool pl_option_key_is_for_program(size_t key)
{
	return pl_option_keys[key].set == set_environment;
}
