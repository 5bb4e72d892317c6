/* SPDX-License-Identifier: MIT */
/*
 * The texts and lists of the data of a page. Names are written once, and are numbers elsewhere;
 * lists of records are written by column: {"id":[1,2],"program":[3,3]}.
 */
#ifndef CLI_HTML_TEXT_H
#define CLI_HTML_TEXT_H

#include "intern.h"
#include "report.h"

#include <stdio.h>

/* Names and frames by number; 0 is none. */
struct html_names {
	size_t longest; /* bytes of a name that are shown; beyond, its middle is left out */
	struct intern strings, frames;
	char **texts;
	struct html_frame *places;
	size_t text_count, text_room, place_count, place_room;
};

struct html_frame {
	uint64_t function, module, file; /* numbers of names */
	uint64_t line;
};

void html_names_begin(struct html_names *names, size_t longest);
void html_names_free(struct html_names *names);

uint64_t html_name(struct html_names *names, const char *name);
uint64_t html_frame(struct html_names *names, const struct report_frame *frame);

/* Writes "frames" and "strings", the last members, when all numbers were asked for. */
void html_names_write(const struct html_names *names, FILE *out);

/* A field of a record: a uint64_t. */
struct html_column {
	const char *name;
	size_t offset;
};

/* Writes `"name":{...},` for records of a size. */
void html_columns_write(const char *name, const struct html_column *columns, size_t column_count,
			const void *records, size_t size, size_t count, FILE *out);

#endif
