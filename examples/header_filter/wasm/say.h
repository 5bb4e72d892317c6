/* SPDX-License-Identifier: MIT */
/* The plugin's lines in the host's log. */
#ifndef SAY_H
#define SAY_H

#include "filter.h"
#include "line.h"
#include "proxy_wasm.h"

/* A line of the plugin itself: what, and what it is about, or "". */
void say(enum proxy_level level, const char *what, const char *about);

/* The filter's log. */
void say_line(void *context, enum filter_level level, const char *text, size_t length);

/* The guard's. */
void say_guard(const char *text, size_t length);

/* Adds text and a number behind it to a line. */
void say_number(struct line *line, const char *before, uint64_t number);

#endif
