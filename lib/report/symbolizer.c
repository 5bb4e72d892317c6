/* SPDX-License-Identifier: MIT */
/*
 * Runs the symbolizer over a text. It must not know what the text says, or how a program is
 * started.
 *
 * The path and the environment are copied at the start and are read-only from then on: another
 * thread of the program may change the environment at the very moment of the violation. Only the
 * program found at the start is ever run: in a jail, somebody else's may lie at that path.
 */
#include "report/symbolizer.h"

#include "common/os.h"
#include "common/settings.h"

#include <string.h>

#define PATH_SIZE 1024
#define NAMED_MAX ((size_t)1024 * 1024)

/*
 * Set in a child that must not run one. The settings cannot say it: they may be read-only by then.
 */
static bool is_stopped;

static bool join(char path[PATH_SIZE], const char *folder, size_t length, const char *name)
{
	if (length + 1 + strlen(name) >= PATH_SIZE)
		return false;
	memcpy(path, folder, length);
	path[length] = '/';
	memcpy(path + length + 1, name, strlen(name) + 1);
	return pl_os_find_program(path, &pl_settings.symbolizer_identity);
}

/* Skips relative elements: what they mean depends on the folder that the program is in. */
static bool find_in_path(char path[PATH_SIZE])
{
	const char *folder = pl_os_environment("PATH");

	while (folder != NULL && *folder != '\0') {
		size_t length = strcspn(folder, ":");

		if (folder[0] == '/' && join(path, folder, length, "phaselock"))
			return true;
		folder += length;
		folder += *folder == ':';
	}
	return false;
}

/*
 * Leaves out what is meant for the program only: the library's own variables, and the dynamic
 * linker's. By the latter, code could come into the symbolizer from a folder that the program
 * changed to, or that was replaced.
 */
static bool is_left_out(const char *entry)
{
	static const char linker[] = "LD_", own[] = "PHASELOCK_";

	return strncmp(entry, linker, strlen(linker)) == 0 || strncmp(entry, own, strlen(own)) == 0;
}

/* The copy holds the pointers, then the strings, then the path. */
static bool copy(const char *path)
{
	char **all = pl_os_environment_all(), **environment;
	size_t count = 0, bytes = strlen(path) + 1, used = 0;
	char *string;

	for (; all[count] != NULL; count++)
		bytes += strlen(all[count]) + 1;
	bytes += (count + 1) * sizeof(*environment);
	environment = pl_os_map(bytes);
	if (environment == NULL)
		return false;
	string = (char *)(environment + count + 1);
	for (size_t i = 0; i < count; i++) {
		size_t size = strlen(all[i]) + 1;

		if (is_left_out(all[i]))
			continue;
		environment[used++] = memcpy(string, all[i], size);
		string += size;
	}
	pl_settings.symbolizer_environment = environment;
	pl_settings.symbolizer = memcpy(string, path, strlen(path) + 1);
	pl_os_protect(environment, bytes, false);
	return true;
}

bool pl_symbolizer_start(const char *choice)
{
	char path[PATH_SIZE] = "";
	bool found;

	if (choice[0] == '\0' || strcmp(choice, "0") == 0)
		return true;
	if (strcmp(choice, "1") == 0) {
		found = find_in_path(path);
	} else {
		strncpy(path, choice, sizeof(path) - 1);
		found = pl_os_find_program(path, &pl_settings.symbolizer_identity);
	}
	return found && copy(path);
}

void pl_symbolizer_stop(void)
{
	is_stopped = true;
}

bool pl_symbolizer_is_on(void)
{
	return pl_settings.symbolizer != NULL && !is_stopped;
}

/*
 * Whether the named text still ends with the last line of the text: the verdict, which has no frame
 * that a name could change.
 */
static bool is_whole(const char *named, size_t size, const char *text, size_t length)
{
	size_t last = length > 0 ? length - 1 : 0;

	while (last > 0 && text[last - 1] != '\n')
		last--;
	return size >= length - last &&
	       memcmp(named + size - (length - last), text + last, length - last) == 0;
}

char *pl_symbolizer_name(const char *text, size_t length, size_t *size)
{
	char name[] = "phaselock", verb[] = "symbolize";
	char *words[] = {name, verb, NULL};
	struct pl_os_program program = {.path = pl_settings.symbolizer,
					.identity = &pl_settings.symbolizer_identity,
					.words = words,
					.environment = pl_settings.symbolizer_environment,
					.input = text,
					.input_size = length,
					.wait_ms = PL_SYMBOLIZER_WAIT_MS};
	char *named;

	if (!pl_symbolizer_is_on() || length > PL_SYMBOLIZER_TEXT_MAX)
		return NULL;
	named = pl_os_run_program(&program, NAMED_MAX, size);
	if (named == NULL || is_whole(named, *size, text, length))
		return named;
	pl_os_unmap(named, *size);
	return NULL;
}
