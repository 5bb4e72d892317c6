/* SPDX-License-Identifier: MIT */
/*
 * A report as JUnit XML: a test for the verdict, one for each program, and a failed one for each
 * site. Jenkins' schema accepts each element and attribute. Names are unique and stable, since
 * GitLab counts only the first of equal ones, and follows a test by its name. It must not know of
 * records.
 */
#define _GNU_SOURCE
#include "emit.h"
#include "escape.h"
#include "junit.h"
#include "report_programs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- tests ----------------------------------------------------------------------------------- */

static enum junit_outcome element_of(enum report_outcome outcome)
{
	return outcome == REPORT_PASS	? JUNIT_PASSED
	       : outcome == REPORT_FAIL ? JUNIT_FAILURE
					: JUNIT_ERROR;
}

static void write_verdict(xmlTextWriter *suite, const struct report *report)
{
	enum report_outcome outcome = report_outcome(report);
	char *reason = emit_checked(escape_copy(report->reason));

	junit_begin(suite, "testcase");
	junit_attribute(suite, "classname", "phaselock");
	junit_attribute(suite, "name", "verdict");
	junit_time(suite, report->duration_ns);
	junit_outcome(suite, element_of(outcome), report_outcome_name(outcome),
		      *reason != '\0' ? reason : report_outcome_name(outcome), NULL);
	junit_end(suite);
	free(reason);
}

/* A violation need not have a site. */
static void write_lost(xmlTextWriter *suite, const struct report *report)
{
	char *message;

	if (report->sites_lost == 0)
		return;
	message = report_lost(report);
	junit_begin(suite, "testcase");
	junit_attribute(suite, "classname", "phaselock");
	junit_attribute(suite, "name", "other sites");
	junit_outcome(suite, JUNIT_FAILURE, "violation", message, NULL);
	junit_end(suite);
	free(message);
}

/* In a run that passed, a process that was not locked had nothing to be checked. */
static enum junit_outcome element_of_program(const struct report *report,
					     const struct report_program *program)
{
	if (program->outcome == REPORT_NOT_CHECKED && report_outcome(report) == REPORT_PASS)
		return JUNIT_SKIPPED;
	return element_of(program->outcome);
}

static void write_program(xmlTextWriter *suite, const struct report *report,
			  const struct report_program *program)
{
	char *message;

	if (asprintf(&message,
		     "violations: %" PRIu64 "; processes: %zu, failed: %zu, not armed: %zu, never "
		     "locked: %zu",
		     program->violations, program->processes, program->with[REPORT_FAIL],
		     program->not_armed, program->never_locked) < 0)
		emit_no_memory();
	junit_begin(suite, "testcase");
	junit_attribute_of_name(suite, "classname", program->name);
	junit_attribute(suite, "name", "no heap request while locked");
	junit_outcome(suite, element_of_program(report, program),
		      report_outcome_name(program->outcome), message, NULL);
	junit_end(suite);
	free(message);
}

/* The name has no lines and offsets, which change when something else does. */
static char *name_of(const struct report_site *site)
{
	const struct report_frame *origin = report_origin(site);
	char *name;
	size_t length;
	FILE *out = emit_text(&name, &length);

	escape_write(site->function, out);
	if (origin != NULL && origin->function != NULL) {
		fputs(" in ", out);
		escape_write(origin->function, out);
	}
	fprintf(out, " [%s]", site->id);
	emit_text_end(out);
	return name;
}

static char *details_of(const struct report_site *site)
{
	char *details;
	size_t length;
	FILE *out = emit_text(&details, &length);

	fprintf(out, "violations: %" PRIu64 ", bytes: %" PRIu64 ", first on thread: ", site->count,
		site->bytes);
	escape_write(site->thread, out);
	putc('\n', out);
	report_write_stack(site, out);
	emit_text_end(out);
	return details;
}

static void write_site(xmlTextWriter *suite, const struct report_site *site)
{
	const struct report_frame *origin = report_origin(site);
	bool has_module = origin != NULL && origin->module != NULL;
	char *name = name_of(site), *title = report_title(site), *details = details_of(site);

	junit_begin(suite, "testcase");
	junit_attribute_of_name(suite, "classname", has_module ? origin->module : "phaselock");
	junit_attribute(suite, "name", name);
	junit_outcome(suite, JUNIT_FAILURE, report_rule(site)->id, title, details);
	junit_end(suite);
	free(name);
	free(title);
	free(details);
}

/* Assertions of equal names in one test are one, since lines change. Returns how many they are. */
static size_t equal_checks(const struct report *report, size_t first)
{
	const struct report_check *check = &report->checks[first];
	size_t i = first + 1;

	while (i < report->check_count && strcmp(report->checks[i].program, check->program) == 0 &&
	       strcmp(report->checks[i].test, check->test) == 0 &&
	       strcmp(report->checks[i].name, check->name) == 0)
		i++;
	return i - first;
}

/* The first of them that failed, or NULL. */
static const struct report_check *failed_check(const struct report_check *checks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (checks[i].failed > 0)
			return &checks[i];
	return NULL;
}

static void write_check(xmlTextWriter *suite, const struct report_check *checks, size_t count)
{
	const struct report_check *failed = failed_check(checks, count);
	char *text, *name;
	size_t length;
	FILE *out;

	out = emit_text(&name, &length);
	fputs("heap assertion: ", out);
	escape_write(checks->name, out);
	if (checks->test[0] != '\0') {
		fputs(" in ", out);
		escape_write(checks->test, out);
	}
	emit_text_end(out);
	out = emit_text(&text, &length);
	if (failed != NULL) {
		escape_write(failed->message[0] != '\0' ? failed->message : failed->name, out);
		fputs(" (", out);
		escape_write(failed->file, out);
		fprintf(out, ":%u)", failed->line);
	}
	emit_text_end(out);
	junit_begin(suite, "testcase");
	junit_attribute_of_name(suite, "classname",
				checks->program[0] != '\0' ? checks->program : "phaselock");
	junit_attribute(suite, "name", name);
	if (failed != NULL)
		junit_outcome(suite, JUNIT_FAILURE, "heap-assertion", text, NULL);
	junit_end(suite);
	free(text);
	free(name);
}

/* ---- the suite ------------------------------------------------------------------------------- */

static void write_start(xmlTextWriter *suite, uint64_t seconds)
{
	time_t start = (time_t)seconds;
	struct tm date;
	char text[64];

	if (seconds < INT32_MAX * UINT64_C(64) && gmtime_r(&start, &date) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &date) > 0)
		junit_attribute(suite, "timestamp", text);
}

static void write_property(xmlTextWriter *suite, const char *name, const char *value)
{
	junit_begin(suite, "property");
	junit_attribute(suite, "name", name);
	junit_attribute_of_name(suite, "value", value);
	junit_end(suite);
}

static void write_counts(xmlTextWriter *suite, const struct report *report,
			 const struct report_program *programs, size_t count)
{
	uint64_t of[JUNIT_SKIPPED + 1] = {[JUNIT_FAILURE] =
						  report->site_count + (report->sites_lost > 0)};

	for (size_t i = 0; i < report->check_count; i += equal_checks(report, i))
		of[failed_check(&report->checks[i], equal_checks(report, i)) != NULL
			   ? JUNIT_FAILURE
			   : JUNIT_PASSED]++;
	of[element_of(report_outcome(report))]++;
	for (size_t i = 0; i < count; i++)
		of[element_of_program(report, &programs[i])]++;
	junit_attribute_of_count(suite, "tests",
				 of[JUNIT_PASSED] + of[JUNIT_FAILURE] + of[JUNIT_ERROR] +
					 of[JUNIT_SKIPPED]);
	junit_attribute_of_count(suite, "failures", of[JUNIT_FAILURE]);
	junit_attribute_of_count(suite, "errors", of[JUNIT_ERROR]);
	junit_attribute_of_count(suite, "skipped", of[JUNIT_SKIPPED]);
	junit_time(suite, report->duration_ns);
}

static void write_suite(xmlTextWriter *suite, const struct report *report)
{
	struct report_program *programs;
	size_t count = report_programs(report, &programs);

	junit_begin(suite, "testsuites");
	junit_begin(suite, "testsuite");
	junit_attribute(suite, "name", "phaselock");
	write_counts(suite, report, programs, count);
	write_start(suite, report->start_s);
	junit_begin(suite, "properties");
	write_property(suite, "phaselock", report->version);
	write_property(suite, "command", report->command);
	junit_end(suite);
	write_verdict(suite, report);
	for (size_t i = 0; i < count; i++)
		write_program(suite, report, &programs[i]);
	for (size_t i = 0; i < report->site_count; i++)
		write_site(suite, &report->sites[i]);
	for (size_t i = 0; i < report->check_count; i += equal_checks(report, i))
		write_check(suite, &report->checks[i], equal_checks(report, i));
	write_lost(suite, report);
	free(programs);
}

void report_write_junit(const struct report *report, const struct report_options *options,
			FILE *out)
{
	xmlTextWriter *suite = junit_open(out);

	(void)options;
	write_suite(suite, report);
	junit_close(suite);
}
