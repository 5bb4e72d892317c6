/* SPDX-License-Identifier: MIT */
/*
 * profile_forms FORM FILE [ORDER [BY [OLD]]]: writes a made profile in a form, for readers that
 * others wrote, or as a screen of 80x24: screen-table, screen-tree, screen-callers, screen-full, or
 * screen-diff against the one in OLD. FILE has a line for each thing, with tabs between:
 *
 *	process NAME ID
 *	thread PROCESS NAME ID
 *	row THREAD PHASE REQUESTS FREES STACK
 *	point PROCESS NANOSECONDS BYTES PHASE CHANGE
 *
 * STACK is as in tests/unit/profile_made.h. NASTY in a name becomes the worst that one can be.
 */
#define _GNU_SOURCE
#include "escape.h"
#include "profile_made.h"
#include "profile_screen.h"
#include "report.h"

#include <stdio.h>

#define NASTY "x\n\x1b[2J\xc2\x9b\xe2\x80\xae\xff</script>;\t\"%s\\]]>&#38;{} "

/* Puts the worst name in the place of its mark; in text that was quoted, quoted. */
static void replace(char *text, size_t size, const char *by)
{
	char *mark;

	while ((mark = strstr(text, "NASTY")) != NULL) {
		size_t length = strlen(by);

		if (strlen(text) + length + 1 > size)
			abort();
		memmove(mark + length, mark + 5, strlen(mark + 5) + 1);
		memcpy(mark, by, length);
	}
}

static void add(struct made *made, char *line)
{
	char *words[7] = {NULL};
	unsigned long numbers[7] = {0};
	size_t count = 0;
	struct pl_profile_row *row;

	for (char *word; count < 7 && (word = strsep(&line, "\t")) != NULL; count++) {
		words[count] = word;
		numbers[count] = strtoul(word, NULL, 10);
	}
	if (strcmp(words[0], "process") == 0) {
		made_process(made, words[1], (uint32_t)numbers[2]);
	} else if (strcmp(words[0], "thread") == 0) {
		made_thread(made, (uint32_t)numbers[1], words[2], (uint32_t)numbers[3]);
	} else if (strcmp(words[0], "row") == 0) {
		row = made_row(made, (uint32_t)numbers[1], (uint32_t)numbers[2], numbers[3],
			       numbers[4], words[5]);
		row->temporary = numbers[4];
		row->peak_blocks = row->requests;
		row->peak_bytes = row->bytes;
	} else if (strcmp(words[0], "point") == 0) {
		made_point(made, (uint32_t)numbers[1], numbers[2], numbers[3], (uint32_t)numbers[4],
			   numbers[5] != 0);
	} else {
		abort();
	}
}

static struct made *read_model(const char *path)
{
	struct made *made = made_new();
	FILE *in = fopen(path, "r");
	char *line = NULL, *quoted = escape_copy(NASTY);
	size_t size = 0;
	ssize_t length;

	if (in == NULL || quoted == NULL)
		abort();
	while ((length = getline(&line, &size, in)) > 0) {
		line[length - 1] = '\0';
		add(made, line);
	}
	replace(made->names, sizeof(made->names), quoted);
	for (size_t i = 0; i < made->record.module_count; i++)
		replace(made->record.modules[i].path, sizeof(made->record.modules[i].path), NASTY);
	free(line);
	free(quoted);
	fclose(in);
	return made;
}

static struct profile_screen screen_of(int count, char **words)
{
	static const char *const forms[] = {"table", "tree", "callers", "full"};
	struct profile_screen screen = {.screen = {.width = 80, .height = 24}};

	for (size_t i = 0; i < 4; i++)
		if (strcmp(words[1] + sizeof("screen-") - 1, forms[i]) == 0)
			screen.form = (enum profile_form)i;
	for (enum view_measure i = 0; count > 3 && i < VIEW_MEASURES; i++)
		if (strcmp(view_measure_name(i), words[3]) == 0) {
			screen.is_measured = true;
			screen.measure = i;
		}
	if (count > 4)
		screen.by = (enum view_key)strtoul(words[4], NULL, 10);
	return screen;
}

static void print_screen(const struct report *report, int count, char **words)
{
	struct profile_screen screen = screen_of(count, words);
	struct profile_view *old;
	struct made *made;

	if (count < 6) {
		profile_screen_print(stdout, report, &screen);
		return;
	}
	made = read_model(words[5]);
	old = made_view(made, NULL);
	profile_screen_diff(stdout, report->profile, old, &screen);
	profile_view_free(old);
	made_free(made);
}

int main(int count, char **words)
{
	static const struct {
		const char *name;
		report_write *write;
	} forms[] = {
		{"json", report_write_json},   {"folded", report_write_folded},
		{"pprof", report_write_pprof}, {"speedscope", report_write_speedscope},
		{"dhat", report_write_dhat},   {"massif", report_write_massif},
		{"table", report_write_table},
	};
	struct report_options options = {.measure = VIEW_BYTES};
	struct report report = {
		.version = (char[]){"1.2.3"},
		.command = (char[]){"app " NASTY},
		.verdict = (char[]){"PASS"},
		.reason = (char[]){""},
		.start_s = 1700000000,
	};
	struct made *made;
	int status = 2;

	if (count < 3)
		return status;
	made = read_model(words[2]);
	report.profile = made_view(made, NULL);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(words[1], forms[i].name) != 0)
			continue;
		forms[i].write(&report, &options, stdout);
		status = fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
	}
	if (strncmp(words[1], "screen-", 7) == 0) {
		print_screen(&report, count, words);
		status = 0;
	}
	profile_view_free(report.profile);
	made_free(made);
	return status;
}
