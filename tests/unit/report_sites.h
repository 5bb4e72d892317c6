/* SPDX-License-Identifier: MIT */
/*
 * Sites from one line each: "function!module < function!module", innermost first. A frame may have
 * :FILE:LINE behind it, a ~ before it if it is inlined into the next one, ? for a name that is not
 * known. A module that is a path is there; others are in the folder of the program.
 */
#ifndef TEST_REPORT_SITES_H
#define TEST_REPORT_SITES_H

#include "report.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static inline char *sites_name(const char *text, size_t length)
{
	char *name = length == 1 && *text == '?' ? NULL : strndup(text, length);

	assert_true(name != NULL || *text == '?');
	return name;
}

static inline struct report_frame sites_frame(const char *text, size_t length)
{
	struct report_frame frame = {.is_inlined = *text == '~', .offset = 0x1234};
	const char *end = text + length, *function = text + frame.is_inlined;
	const char *module = memrchr(text, '!', length);
	const char *file, *line;

	assert_non_null(module);
	frame.function = sites_name(function, (size_t)(module - function));
	module++;
	file = memchr(module, ':', (size_t)(end - module));
	frame.module = sites_name(module, (size_t)((file != NULL ? file : end) - module));
	if (frame.module != NULL) {
		const char *slash = strrchr(frame.module, '/');

		frame.path = malloc(length + 8);
		assert_non_null(frame.path);
		sprintf(frame.path, "%s%s", slash != NULL ? "" : "/opt/a/", frame.module);
		if (slash != NULL)
			memmove(frame.module, slash + 1, strlen(slash));
	}
	if (file == NULL)
		return frame;
	line = memchr(file + 1, ':', (size_t)(end - file - 1));
	assert_non_null(line);
	frame.file = strndup(file + 1, (size_t)(line - file - 1));
	frame.line = (unsigned)strtoul(line + 1, NULL, 10);
	return frame;
}

static inline void sites_add(struct report *report, const char *function, uint64_t count,
			     uint64_t bytes, const char *stack)
{
	struct report_site *site;

	report->sites = reallocarray(report->sites, report->site_count + 1, sizeof(*site));
	assert_non_null(report->sites);
	site = &report->sites[report->site_count++];
	*site = (struct report_site){
		.function = strdup(function),
		.cause = strdup("phase"),
		.thread = strdup("main"),
		.count = count,
		.bytes = bytes,
		.frames = calloc(64, sizeof(struct report_frame)),
	};
	snprintf(site->id, sizeof(site->id), "%016zx", report->site_count);
	for (const char *next; *stack != '\0'; stack = next) {
		const char *end = strstr(stack, " < ");

		next = end != NULL ? end + 3 : stack + strlen(stack);
		assert_true(site->frame_count < 64);
		site->frames[site->frame_count++] =
			sites_frame(stack, end != NULL ? (size_t)(end - stack) : strlen(stack));
	}
	site->origin = site->frame_count;
}

static inline void sites_free(struct report *report)
{
	for (size_t i = 0; i < report->site_count; i++)
		report_site_free(&report->sites[i]);
	free(report->sites);
	*report = (struct report){0};
}

#endif
