/* SPDX-License-Identifier: MIT */
/*
 * Goes from the name of a program to the file that exec() will load, by the rules of execvp(3) and
 * of the kernel for scripts. It must not know which ELF programs can be guarded, nor how one is
 * started.
 *
 * A script whose interpreter is env(1) needs more: env would run guarded, take the guard out of the
 * environment as every guarded program does, and execute the real interpreter without it. So what
 * env would do is done here.
 */
#define _GNU_SOURCE
#include "program.h"

#include "elf.h"
#include "common/format.h"
#include "say.h"
#include "verb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCRIPTS_MAX 5		     /* that interpret one another: the kernel's limit */
#define FIRST_LINE_SIZE 256	     /* how much of a script's first line the kernel reads */
#define DEFAULT_PATH "/bin:/usr/bin" /* as execvp(3) has it */

/*
 * A script's first line, taken apart as the kernel does: all after the interpreter is one argument.
 */
struct first_line {
	char text[FIRST_LINE_SIZE];
	char *interpreter;
	char *argument; /* or NULL */
};

/* The chain of files as it is followed. */
struct search {
	struct program *program;
	char file[PATH_MAX]; /* the one that is looked at now ... */
	char **words;	     /* ... and the arguments it will be called with */
	const char *named;   /* what the user called it */
	bool is_interpreter; /* the file is not what the user named, but what runs that */
	bool is_loaded;	     /* the file is what the dynamic linker will load, not exec() */
};

/*
 * Says what is wrong with the file that is looked at: the rest of a sentence that begins with its
 * name.
 */
static int refuse(const struct search *search, const char *fault)
{
	if (search->is_interpreter)
		say("%s: its interpreter %s %s", search->named, search->file, fault);
	else
		say("%s %s", search->file, fault);
	return STATUS_CANNOT_START;
}

static int refuse_interpreter(const struct search *search, const char *interpreter,
			      const char *where)
{
	say("%s: the interpreter of %s, %s, is not found%s (%s)", search->named, search->file,
	    interpreter, where, strerror(errno));
	return STATUS_CANNOT_START;
}

/* Copies a path that is known to be one: the kernel takes none of PATH_MAX bytes or more. */
static void copy_path(char to[PATH_MAX], const char *from)
{
	snprintf(to, PATH_MAX, "%s", from);
}

/* ---- where it is ----------------------------------------------------------------------------- */

static bool is_runnable(const char *path)
{
	struct stat file;

	if (stat(path, &file) != 0)
		return false;
	errno = EACCES;
	return S_ISREG(file.st_mode) && faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

/*
 * Finds a name without a slash. Returns false, with EACCES if there are only files that cannot be
 * run.
 */
static bool find_in_path(const char *name, char path[PATH_MAX])
{
	const char *folder = getenv("PATH");
	bool denied = false;

	for (folder = folder != NULL ? folder : DEFAULT_PATH; *name != '\0';) {
		size_t length = strcspn(folder, ":");
		int written = snprintf(path, PATH_MAX, "%.*s%s%s", (int)length, folder,
				       length > 0 ? "/" : "./", name);

		errno = ENAMETOOLONG;
		if (written < PATH_MAX && is_runnable(path))
			return true;
		denied = denied || errno == EACCES;
		if (folder[length] == '\0')
			break;
		folder += length + 1;
	}
	errno = denied ? EACCES : ENOENT;
	return false;
}

/* A name with a slash is a path: whether it can be run is seen when it is looked at. */
static bool find(const char *name, char path[PATH_MAX])
{
	struct stat file;

	if (strchr(name, '/') == NULL)
		return find_in_path(name, path);
	if (stat(name, &file) != 0) /* which also fails if the name is too long */
		return false;
	copy_path(path, name);
	return true;
}

/* ---- scripts --------------------------------------------------------------------------------- */

/* Takes the first line of a script apart. Returns false if no interpreter is on it. */
static bool split_first_line(struct first_line *line)
{
	char *end = line->text + strcspn(line->text, "\n");

	while (end > line->text && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	line->interpreter = line->text + strlen("#!");
	line->interpreter += strspn(line->interpreter, " \t");
	line->argument = line->interpreter + strcspn(line->interpreter, " \t");
	if (*line->argument == '\0') {
		line->argument = NULL;
		return *line->interpreter != '\0';
	}
	*line->argument++ = '\0';
	line->argument += strspn(line->argument, " \t");
	return true;
}

/*
 * The arguments that a script's interpreter gets: its name, its own argument if it has one, the
 * script's path, and those of the script. They live as long as the command.
 */
static char **interpreter_words(const char *name, const char *argument, const char *script,
				char **words)
{
	size_t count = 0, used = 0;
	char **all;

	while (words[count] != NULL)
		count++;
	all = calloc(count + 3, sizeof(*all));
	if (all == NULL)
		abort();
	all[used++] = strdup(name);
	if (argument != NULL)
		all[used++] = strdup(argument);
	all[used++] = strdup(script);
	for (size_t i = 1; i < count; i++)
		all[used++] = words[i];
	return all;
}

/* Does what env would do with the word that a script's first line gives it. */
static int follow_env(struct search *search, const struct first_line *line)
{
	struct program *program = search->program;

	if (line->argument == NULL || line->argument[0] == '-' ||
	    strchr(line->argument, '=') != NULL)
		return refuse(
			search,
			"has a first line that gives env more, or less, than a program's name, and "
			"env "
			"would run that without the guard; run the script's interpreter by name");
	if (!find(line->argument, program->path))
		return refuse_interpreter(search, line->argument,
					  strchr(line->argument, '/') ? "" : " in PATH");
	search->words = interpreter_words(line->argument, NULL, search->file, search->words);
	copy_path(search->file, program->path);
	program->words = search->words;
	search->is_interpreter = true;
	return 0;
}

/* Goes on from a script to its interpreter. */
static int follow_script(struct search *search, struct first_line *line)
{
	struct stat file;

	if (!split_first_line(line))
		return refuse(search, "is a script without an interpreter after `#!`; name one");
	if (strcmp(pl_base_name(line->interpreter), "env") == 0)
		return follow_env(search, line);
	if (stat(line->interpreter, &file) != 0)
		return refuse_interpreter(search, line->interpreter, "");
	search->words =
		interpreter_words(line->interpreter, line->argument, search->file, search->words);
	copy_path(search->file, line->interpreter);
	search->is_interpreter = true;
	return 0;
}

/* ---- the dynamic linker ---------------------------------------------------------------------- */

/* Returns how many words an option of ld.so(8) takes, itself included; 0: it runs no program. */
static size_t option_words(const char *option)
{
	static const char *const with_value[] = {
		"--library-path",
		"--glibc-hwcaps-prepend",
		"--glibc-hwcaps-mask",
		"--inhibit-rpath",
		"--audit",
		"--preload",
		"--argv0",
	};

	for (size_t i = 0; i < sizeof(with_value) / sizeof(with_value[0]); i++)
		if (strcmp(option, with_value[i]) == 0)
			return 2;
	return strcmp(option, "--inhibit-cache") == 0 ? 1 : 0;
}

/* Goes on from the dynamic linker to the program that it will load. */
static int follow_linker(struct search *search)
{
	char **word = search->words + 1;

	while (*word != NULL && strncmp(*word, "--", 2) == 0) {
		size_t count = option_words(*word);

		if (count == 0)
			return refuse(search, "is the dynamic linker, and runs no program with "
					      "such an option; name the program itself");
		for (; count > 0 && *word != NULL; count--)
			word++;
	}
	if (*word == NULL)
		return refuse(search, "is the dynamic linker; name a program after it");
	if (strchr(*word, '/') == NULL)
		return refuse(search, "is the dynamic linker, which looks among libraries for a "
				      "name without a slash; give the program's path");
	if (strlen(*word) >= PATH_MAX)
		return refuse(search, "is the dynamic linker; the path after it is too long");
	copy_path(search->file, *word);
	search->is_loaded = true;
	search->is_interpreter = false;
	return 0;
}

/* ---- what it is ------------------------------------------------------------------------------ */

static int look_at_elf(struct search *search, int fd, bool *more)
{
	char fault[ELF_FAULT_SIZE];

	if (search->is_loaded)
		return elf_can_be_loaded(fd, fault) ? 0 : refuse(search, fault);
	if (!elf_can_be_guarded(fd, fault))
		return refuse(search, fault);
	*more = elf_is_linker(fd);
	return *more ? follow_linker(search) : 0;
}

/* Looks at one open file. Returns 0 when the search has ended well or goes on; more tells which. */
static int look(struct search *search, int fd, bool *more)
{
	struct first_line line = {.interpreter = NULL};

	*more = false;
	if (pread(fd, line.text, sizeof(line.text) - 1, 0) < 0)
		return refuse(search, "cannot be read");
	if (memcmp(line.text, "\177ELF", 4) == 0)
		return look_at_elf(search, fd, more);
	if (search->is_loaded)
		return refuse(search, "is no ELF program, and the dynamic linker runs no other; "
				      "run it without");
	if (memcmp(line.text, "#!", 2) != 0)
		return refuse(
			search,
			"is neither an ELF program nor a script with a first line `#!INTERPRETER`; "
			"if it is a script, give it one");
	*more = true;
	return follow_script(search, &line);
}

static int open_and_look(struct search *search, bool *more)
{
	struct stat file = {.st_mode = 0};
	int fd, status;

	stat(search->file, &file);
	if (S_ISDIR(file.st_mode))
		return refuse(search, "is a directory; name a program in it");
	if (search->is_loaded && !S_ISREG(file.st_mode))
		return refuse(search, "is not found, or no file, so the dynamic linker cannot "
				      "load it");
	if (!search->is_loaded && !is_runnable(search->file))
		return refuse(
			search,
			"is not executable; set its permission with chmod +x, if it is a program");
	fd = open(search->file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return refuse(search, "cannot be read, so it is not known whether it can be "
				      "guarded; give yourself read permission");
	status = look(search, fd, more);
	close(fd);
	return status;
}

int program_find(char **words, struct program *program)
{
	struct search search = {.program = program, .words = words, .named = words[0]};
	bool more = true;

	program->words = words;
	if (!find(words[0], program->path)) {
		bool denied = errno == EACCES;

		say("%s is not found%s (%s)", words[0],
		    strchr(words[0], '/') != NULL ? "" : " in PATH", strerror(errno));
		return denied ? STATUS_CANNOT_START : STATUS_NOT_FOUND;
	}
	copy_path(search.file, program->path);
	for (unsigned scripts = 0; more; scripts++) {
		int status;

		if (scripts > SCRIPTS_MAX)
			return refuse(&search, "is one script too many: the kernel follows only 5 "
					       "from one to the next");
		status = open_and_look(&search, &more);
		if (status != 0)
			return status;
	}
	copy_path(program->loaded, search.file);
	return 0;
}
