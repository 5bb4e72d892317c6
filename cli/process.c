/* SPDX-License-Identifier: MIT */
/*
 * The files of a process in /proc. It must not know whose process it is.
 */
#define _GNU_SOURCE
#include "process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_file(pid_t process, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)process, name);
	return fopen(path, "re");
}

static void read_status(FILE *file, struct process *found)
{
	static const char name[] = "Name:", handled[] = "SigCgt:", ids[] = "NSpid:",
			  parent[] = "PPid:";
	char line[256];

	while (fgets(line, sizeof(line), file) != NULL) {
		const char *value = strrchr(line, '\t'); /* the last id is the innermost one */

		if (value == NULL)
			continue;
		if (strncmp(line, name, strlen(name)) == 0)
			snprintf(found->name, sizeof(found->name), "%.*s",
				 (int)strcspn(value + 1, "\n"), value + 1);
		if (strncmp(line, handled, strlen(handled)) == 0)
			found->handled = strtoull(value, NULL, 16);
		if (strncmp(line, ids, strlen(ids)) == 0)
			found->id = (uint32_t)strtoul(value, NULL, 10);
		if (strncmp(line, parent, strlen(parent)) == 0)
			found->parent = (pid_t)strtol(value, NULL, 10);
	}
}

/* "PID (NAME) S PARENT ...", where a name may have anything in it. */
static void read_stat(FILE *file, struct process *found)
{
	enum { FAULTS_OF_CHILDREN = 9 }; /* fields behind the name */
	char line[1024];
	const char *field = fgets(line, sizeof(line), file) != NULL ? strrchr(line, ')') : NULL;

	for (int i = 0; i < FAULTS_OF_CHILDREN && field != NULL; i++)
		field = strchr(field + 1, ' ');
	found->had_children = field != NULL && strtoul(field, NULL, 10) > 0;
}

struct process process_look_at(pid_t process)
{
	static const struct {
		const char *name;
		void (*read)(FILE *file, struct process *found);
	} files[] = {{"status", read_status}, {"stat", read_stat}};
	struct process found = {.parent = 0};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		FILE *file = open_file(process, files[i].name);

		if (file == NULL)
			continue;
		files[i].read(file, &found);
		fclose(file);
	}
	return found;
}

bool process_handles(const struct process *process, int signal)
{
	return (process->handled >> (signal - 1) & 1) != 0;
}
