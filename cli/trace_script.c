/* SPDX-License-Identifier: MIT */
/*
 * Makes bpftrace's script from one of tools/bpftrace: repeats what is between `// each WHAT` and
 * `// end` for each function or file, and fills in the words in capitals. It must not know what a
 * script does.
 */
#define _GNU_SOURCE
#include "trace.h"

#include "say.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* By which trace_bpftrace.c knows what bpftrace has printed. */
#define TICK "interval:ms:100 { printf(\"TICK %lu\\n\", nsecs); }\n"

/* Beside this executable in a build folder; where it is installed. */
static FILE *open_template(const char *name)
{
	static const char *const folders[] = {"/../tools/bpftrace", "/../share/phaselock/bpftrace"};
	char own[PATH_MAX], path[2 * PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);
	FILE *file = NULL;

	own[length > 0 ? length : 0] = '\0';
	if (strrchr(own, '/') != NULL)
		*strrchr(own, '/') = '\0';
	for (size_t i = 0; i < 2 && file == NULL; i++) {
		snprintf(path, sizeof(path), "%s%s/%s.bt", own, folders[i], name);
		file = fopen(path, "re");
	}
	if (file == NULL) {
		snprintf(path, sizeof(path), PHASELOCK_LIBDIR "/../share/phaselock/bpftrace/%s.bt",
			 name);
		file = fopen(path, "re");
	}
	if (file == NULL)
		say("%s: the script is not there", path);
	return file;
}

static void write_pids(const struct trace_targets *targets, FILE *out)
{
	if (targets->comm[0] != '\0')
		fprintf(out, "(comm == \"%s\"", targets->comm); /* trace.c has checked it */
	else
		fputs(targets->pid_count == 0 ? "(1" : "(", out);
	for (size_t i = 0; i < targets->pid_count; i++)
		fprintf(out, "%spid == %d", i > 0 ? " || " : "", (int)targets->pids[i]);
	fputc(')', out);
}

/* What the words in capitals stand for now. */
struct words {
	const char *file;
	const char *function;
	size_t number;
};

static void write_line(const char *line, const struct words *words,
		       const struct trace_targets *targets, FILE *out)
{
	while (*line != '\0') {
		if (strncmp(line, "FILE", 4) == 0) {
			fputs(words->file, out);
			line += 4;
		} else if (strncmp(line, "FUNCTION", 8) == 0) {
			fputs(words->function, out);
			line += 8;
		} else if (strncmp(line, "NUMBER", 6) == 0) {
			fprintf(out, "%zu", words->number);
			line += 6;
		} else if (strncmp(line, "PIDS", 4) == 0) {
			write_pids(targets, out);
			line += 4;
		} else {
			fputc(*line++, out);
		}
	}
}

static void repeat(const char *what, const char *block, const struct trace_targets *targets,
		   FILE *out)
{
	if (strcmp(what, "function") == 0) {
		for (size_t i = 0; i < targets->function_count; i++) {
			const struct trace_function *function = &targets->functions[i];
			struct words words = {function->file, function->name, i};

			write_line(block, &words, targets, out);
		}
	} else if (strcmp(what, "library") == 0) {
		for (size_t i = 0; i < targets->library_count; i++) {
			struct words words = {targets->libraries[i], "", i};

			write_line(block, &words, targets, out);
		}
	} else if (targets->allocator != NULL) {
		struct words words = {targets->allocator, "", 0};

		write_line(block, &words, targets, out);
	}
}

static void fill_in(FILE *template, const struct trace_targets *targets, FILE *out)
{
	char line[1024], what[32] = "", *block = NULL;
	size_t size = 0;
	FILE *in_block = NULL;

	while (fgets(line, sizeof(line), template) != NULL) {
		if (sscanf(line, "// each %31s", what) == 1) {
			in_block = open_memstream(&block, &size);
		} else if (strcmp(line, "// end\n") == 0 && in_block != NULL) {
			fclose(in_block);
			in_block = NULL;
			repeat(what, block, targets, out);
			free(block);
			block = NULL;
		} else {
			fputs(line, in_block != NULL ? in_block : out);
		}
	}
	if (in_block != NULL)
		fclose(in_block);
	free(block);
}

char *trace_script(const char *name, const struct trace_targets *targets)
{
	FILE *template = open_template(name), *out;
	char *script = NULL;
	size_t size = 0;

	if (template == NULL)
		return NULL;
	out = open_memstream(&script, &size);
	if (out == NULL) {
		fclose(template);
		return NULL;
	}
	fill_in(template, targets, out);
	fputs(TICK, out);
	fclose(template);
	fclose(out);
	return script;
}
