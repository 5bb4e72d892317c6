/* SPDX-License-Identifier: MIT */
/*
 * The pieces of JUnit XML. It must not know what the tests are.
 */
#define _GNU_SOURCE
#include "junit.h"

#include "emit.h"
#include "escape.h"

#include <inttypes.h>
#include <stdlib.h>

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

void junit_begin(xmlTextWriter *suite, const char *element)
{
	check(xmlTextWriterStartElement(suite, xml(element)));
}

void junit_end(xmlTextWriter *suite)
{
	check(xmlTextWriterEndElement(suite));
}

void junit_attribute(xmlTextWriter *suite, const char *name, const char *value)
{
	check(xmlTextWriterWriteAttribute(suite, xml(name), xml(value)));
}

void junit_attribute_of_name(xmlTextWriter *suite, const char *name, const char *value)
{
	char *quoted = escape_copy(value);

	if (quoted == NULL)
		emit_no_memory();
	junit_attribute(suite, name, quoted);
	free(quoted);
}

void junit_attribute_of_count(xmlTextWriter *suite, const char *name, uint64_t count)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIu64, count);
	junit_attribute(suite, name, digits);
}

void junit_time(xmlTextWriter *suite, uint64_t ns)
{
	char seconds[32];

	if (ns == 0)
		return;
	snprintf(seconds, sizeof(seconds), "%" PRIu64 ".%03u", ns / 1000000000,
		 (unsigned)(ns / 1000000 % 1000));
	junit_attribute(suite, "time", seconds);
}

void junit_outcome(xmlTextWriter *suite, enum junit_outcome outcome, const char *type,
		   const char *message, const char *details)
{
	static const char *const elements[] = {NULL, "failure", "error", "skipped"};

	if (outcome == JUNIT_PASSED)
		return;
	junit_begin(suite, elements[outcome]);
	if (outcome != JUNIT_SKIPPED) /* Jenkins' schema has no type there */
		junit_attribute(suite, "type", type);
	junit_attribute(suite, "message", message);
	if (details != NULL)
		check(xmlTextWriterWriteString(suite, xml(details)));
	junit_end(suite);
}

xmlTextWriter *junit_open(FILE *out)
{
	xmlOutputBuffer *buffer = xmlOutputBufferCreateIO(put, NULL, out, NULL);
	xmlTextWriter *suite = buffer != NULL ? xmlNewTextWriter(buffer) : NULL;

	if (suite == NULL)
		emit_no_memory();
	check(xmlTextWriterSetIndent(suite, 1));
	check(xmlTextWriterStartDocument(suite, NULL, "UTF-8", NULL));
	return suite;
}

void junit_close(xmlTextWriter *suite)
{
	check(xmlTextWriterEndDocument(suite));
	xmlFreeTextWriter(suite);
}
