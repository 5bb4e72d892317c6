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
#include "report_programs.h"

#include <libxml/xmlwriter.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Never fails, or the library would print an error: the stream knows what could not be written. */
static int put(void *out, const char *text, int length)
{
	fwrite(text, 1, (size_t)length, out);
	return length;
}

static const xmlChar *xml(const char *text)
{
	return (const xmlChar *)text;
}

/* Each call of the library comes through here: it can only fail for want of memory. */
static void check(int written)
{
	if (written < 0)
		emit_no_memory();
}

static void begin(xmlTextWriter *suite, const char *element)
{
	check(xmlTextWriterStartElement(suite, xml(element)));
}

static void end(xmlTextWriter *suite)
{
	check(xmlTextWriterEndElement(suite));
}

/* A value of ours, or one that is quoted. */
static void attribute(xmlTextWriter *suite, const char *name, const char *value)
{
	check(xmlTextWriterWriteAttribute(suite, xml(name), xml(value)));
}

static void attribute_of_name(xmlTextWriter *suite, const char *name, const char *value)
{
	char *quoted = escape_copy(value);

	if (quoted == NULL)
		emit_no_memory();
	attribute(suite, name, quoted);
	free(quoted);
}

static void attribute_of_count(xmlTextWriter *suite, const char *name, uint64_t count)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIu64, count);
	attribute(suite, name, digits);
}

/* ---- tests ----------------------------------------------------------------------------------- */

/* What a test came to, if it did not pass; both texts are quoted, and `details` may be NULL. */
static void write_outcome(xmlTextWriter *suite, enum report_outcome outcome, const char *type,
			  const char *message, const char *details)
{
	if (outcome == REPORT_PASS)
		return;
	begin(suite, outcome == REPORT_FAIL ? "failure" : "error");
	attribute(suite, "type", type);
	attribute(suite, "message", message);
	if (details != NULL)
		check(xmlTextWriterWriteString(suite, xml(details)));
	end(suite);
}

static void write_verdict(xmlTextWriter *suite, const struct report *report)
{
	enum report_outcome outcome = report_outcome(report);
	char *reason = emit_checked(escape_copy(report->reason));

	begin(suite, "testcase");
	attribute(suite, "classname", "phaselock");
	attribute(suite, "name", "verdict");
	write_outcome(suite, outcome, report_outcome_name(outcome),
		      *reason != '\0' ? reason : report_outcome_name(outcome), NULL);
	end(suite);
	free(reason);
}

/* A violation need not have a site. */
static void write_lost(xmlTextWriter *suite, const struct report *report)
{
	char *message;

	if (report->sites_lost == 0)
		return;
	message = report_lost(report);
	begin(suite, "testcase");
	attribute(suite, "classname", "phaselock");
	attribute(suite, "name", "other sites");
	write_outcome(suite, REPORT_FAIL, "violation", message, NULL);
	end(suite);
	free(message);
}

static void write_program(xmlTextWriter *suite, const struct report_program *program)
{
	char *message;

	if (asprintf(&message,
		     "violations: %" PRIu64 "; processes: %zu, failed: %zu, not checked: %zu",
		     program->violations, program->processes, program->with[REPORT_FAIL],
		     program->with[REPORT_NOT_CHECKED]) < 0)
		emit_no_memory();
	begin(suite, "testcase");
	attribute_of_name(suite, "classname", program->name);
	attribute(suite, "name", "no heap request while locked");
	write_outcome(suite, program->outcome, report_outcome_name(program->outcome), message,
		      NULL);
	end(suite);
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

	begin(suite, "testcase");
	attribute_of_name(suite, "classname", has_module ? origin->module : "phaselock");
	attribute(suite, "name", name);
	write_outcome(suite, REPORT_FAIL, report_rule(site)->id, title, details);
	end(suite);
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
	begin(suite, "testcase");
	attribute_of_name(suite, "classname",
			  checks->program[0] != '\0' ? checks->program : "phaselock");
	attribute(suite, "name", name);
	if (failed != NULL)
		write_outcome(suite, REPORT_FAIL, "heap-assertion", text, NULL);
	end(suite);
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
		attribute(suite, "timestamp", text);
}

static void write_property(xmlTextWriter *suite, const char *name, const char *value)
{
	begin(suite, "property");
	attribute(suite, "name", name);
	attribute_of_name(suite, "value", value);
	end(suite);
}

static void write_counts(xmlTextWriter *suite, const struct report *report,
			 const struct report_program *programs, size_t count)
{
	uint64_t of[REPORT_OUTCOMES] = {[REPORT_FAIL] =
						report->site_count + (report->sites_lost > 0)};

	for (size_t i = 0; i < report->check_count; i += equal_checks(report, i))
		of[failed_check(&report->checks[i], equal_checks(report, i)) != NULL
			   ? REPORT_FAIL
			   : REPORT_PASS]++;
	of[report_outcome(report)]++;
	for (size_t i = 0; i < count; i++)
		of[programs[i].outcome]++;
	attribute_of_count(suite, "tests",
			   of[REPORT_PASS] + of[REPORT_FAIL] + of[REPORT_NOT_CHECKED]);
	attribute_of_count(suite, "failures", of[REPORT_FAIL]);
	attribute_of_count(suite, "errors", of[REPORT_NOT_CHECKED]);
}

static void write_suite(xmlTextWriter *suite, const struct report *report)
{
	struct report_program *programs;
	size_t count = report_programs(report, &programs);

	begin(suite, "testsuites");
	begin(suite, "testsuite");
	attribute(suite, "name", "phaselock");
	write_counts(suite, report, programs, count);
	write_start(suite, report->start_s);
	begin(suite, "properties");
	write_property(suite, "phaselock", report->version);
	write_property(suite, "command", report->command);
	end(suite);
	write_verdict(suite, report);
	for (size_t i = 0; i < count; i++)
		write_program(suite, &programs[i]);
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
	xmlOutputBuffer *buffer = xmlOutputBufferCreateIO(put, NULL, out, NULL);
	xmlTextWriter *suite = buffer != NULL ? xmlNewTextWriter(buffer) : NULL;

	(void)options;
	if (suite == NULL)
		emit_no_memory();
	check(xmlTextWriterSetIndent(suite, 1));
	check(xmlTextWriterStartDocument(suite, NULL, "UTF-8", NULL));
	write_suite(suite, report);
	check(xmlTextWriterEndDocument(suite));
	xmlFreeTextWriter(suite);
}
