/* SPDX-License-Identifier: MIT */
/*
 * Elements of JUnit XML, by libxml2. Want of memory ends the command; errors are the stream's.
 */
#ifndef CLI_JUNIT_H
#define CLI_JUNIT_H

#include <libxml/xmlwriter.h>

#include <stdint.h>
#include <stdio.h>

/* A document on a stream, which junit_close() ends, with all elements that are open. */
xmlTextWriter *junit_open(FILE *out);
void junit_close(xmlTextWriter *suite);

void junit_begin(xmlTextWriter *suite, const char *element);
void junit_end(xmlTextWriter *suite);

/* A value of ours, or one that is quoted. */
void junit_attribute(xmlTextWriter *suite, const char *name, const char *value);
void junit_attribute_of_name(xmlTextWriter *suite, const char *name, const char *value);
void junit_attribute_of_count(xmlTextWriter *suite, const char *name, uint64_t count);

/* In seconds; nothing for 0, which is not known. */
void junit_time(xmlTextWriter *suite, uint64_t ns);

enum junit_outcome { JUNIT_PASSED, JUNIT_FAILURE, JUNIT_ERROR, JUNIT_SKIPPED };

/* What a test came to, if it did not pass; both texts are quoted, and `details` may be NULL. */
void junit_outcome(xmlTextWriter *suite, enum junit_outcome outcome, const char *type,
		   const char *message, const char *details);

#endif
