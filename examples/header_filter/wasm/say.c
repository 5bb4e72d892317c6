/* SPDX-License-Identifier: MIT */
#include "say.h"

void say(enum proxy_level level, const char *what, const char *about)
{
	struct line line = {.length = 0};

	line_add(&line, text_of("header_filter: "));
	line_add(&line, text_of(what));
	line_add(&line, text_of(*about != '\0' ? ": " : ""));
	line_add(&line, text_of(about));
	proxy_log(level, line.text, line.length);
}

void say_line(void *context, enum filter_level level, const char *text, size_t length)
{
	(void)context;
	proxy_log(level == FILTER_WARNING ? PROXY_WARN : PROXY_INFO, text, length);
}

/* Stages begin with a bracket; all else that the guard says is a fault. */
void say_guard(const char *text, size_t length)
{
	proxy_log(length > 0 && text[0] == '[' ? PROXY_INFO : PROXY_ERROR, text, length);
}

void say_number(struct line *line, const char *before, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	line_add(line, text_of(before));
	line_add(line, (struct text){digits + at, sizeof(digits) - at});
}
