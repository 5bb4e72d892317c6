/* SPDX-License-Identifier: MIT */
/*
 * Values that options of `phaselock report` may have. It must not know which options there are.
 */
#define _GNU_SOURCE
#include "report_value.h"

#include "common/glob.h"
#include "say.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Violations have no rows of processes and phases. */
bool report_value_by(const char *name, struct report_choice *choice)
{
	static const struct {
		const char *name;
		enum view_key profile;
		enum group_key violations;
	} keys[] = {
		{"function", VIEW_BY_FUNCTION, GROUP_FUNCTIONS},
		{"site", VIEW_BY_SITE, GROUP_SITES},
		{"module", VIEW_BY_MODULE, GROUP_MODULES},
		{"thread", VIEW_BY_THREAD, GROUP_THREADS},
		{"process", VIEW_BY_PROCESS, GROUP_FUNCTIONS},
		{"phase", VIEW_BY_PHASE, GROUP_FUNCTIONS},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i].name, name) == 0) {
			choice->profile.by = keys[i].profile;
			choice->screen.by = keys[i].violations;
			return true;
		}
	say("--by=%s: it is function, site, module, thread, process or phase", name);
	return false;
}

bool report_value_order(const char *name, struct report_choice *choice)
{
	for (enum view_measure measure = 0; measure < VIEW_MEASURES; measure++) {
		if (strcmp(view_measure_name(measure), name) != 0)
			continue;
		choice->profile.measure = measure;
		choice->profile.is_measured = true;
		choice->options.measure = measure;
		choice->screen.order = measure == VIEW_BYTES ? GROUP_BY_BYTES : GROUP_BY_COUNT;
		return true;
	}
	say("--order=%s: it is late, bytes, count, peak, temporary or leaked", name);
	return false;
}

bool report_value_top(const char *text, struct report_choice *choice)
{
	char *end;
	size_t top;

	errno = 0;
	top = strtoul(text, &end, 10);
	if (end == text || *end != '\0' || text[0] == '-' || errno != 0 || top == 0) {
		say("--top=%s: it is a number of rows, from 1", text);
		return false;
	}
	choice->screen.top = choice->profile.screen.top = top;
	return true;
}

bool report_value_phase(const char *name, struct view_filter *filter)
{
	filter->has_phase = true;
	filter->phase = strcmp(name, "locked") == 0 ? REPORT_LOCKED : REPORT_INIT;
	if (strcmp(name, "locked") == 0 || strcmp(name, "init") == 0)
		return true;
	say("--phase=%s: it is init or locked", name);
	return false;
}

bool report_value_pattern(const char *option, const char *pattern, const char **wanted)
{
	*wanted = pattern;
	if (pl_glob_is_valid(pattern))
		return true;
	say("--%s=%s: it is a name, a pattern of names, or a number", option, pattern);
	return false;
}

bool report_value_since(const char *text, struct view_filter *filter)
{
	char *end;
	double seconds = strtod(text, &end);

	filter->has_since = true;
	filter->since_ns = UINT64_MAX;
	if (strcmp(text, "lock") == 0)
		return true;
	if (end != text && seconds >= 0 && seconds < 1e9 &&
	    (*end == '\0' || strcmp(end, "s") == 0 || strcmp(end, "ms") == 0)) {
		filter->since_ns = (uint64_t)(seconds * (end[0] == 'm' ? 1e6 : 1e9));
		return true;
	}
	say("--since=%s: it is lock, or a time since the start, as 2.5s or 800ms", text);
	return false;
}

/* A number, which may be followed by K, M or G: by 1,024, and so on. */
bool report_value_limit(const char *option, const char *text, struct profile_limit *limit)
{
	static const char suffixes[] = "KMG";
	const char *suffix;
	char *end;

	errno = 0;
	limit->is_given = true;
	limit->most = strtoull(text, &end, 10);
	suffix = *end != '\0' ? strchr(suffixes, *end) : NULL;
	if (end != text && text[0] >= '0' && text[0] <= '9' && errno == 0 &&
	    (*end == '\0' || (suffix != NULL && end[1] == '\0')) &&
	    (suffix == NULL ||
	     !__builtin_mul_overflow(limit->most, UINT64_C(1) << (10 * (suffix - suffixes + 1)),
				     &limit->most)))
		return true;
	say("--%s=%s: it is a number, perhaps with K, M or G behind it", option, text);
	return false;
}
