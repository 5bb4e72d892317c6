/* SPDX-License-Identifier: MIT */
/*
 * Which files and functions `phaselock trace` attaches to, by symbol tables and notes, as libelf
 * reads them. It must not know what is traced.
 */
#define _GNU_SOURCE
#include "trace.h"

#include "common/glob.h"
#include "demangle.h"
#include "process.h"
#include "say.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOOK "hookpoint"

/* bpftrace has no way to quote these in a path. */
#define NOT_IN_PATHS "\"\\:*?[\n\t"

static void *grown(void *array, size_t count, size_t size)
{
	void *more = reallocarray(array, count + 1, size);

	if (more == NULL)
		abort();
	return more;
}

bool trace_add_file(struct trace_targets *targets, const char *path, bool is_optional)
{
	char real[PATH_MAX];
	struct stat status;

	if (realpath(path, real) == NULL || stat(real, &status) != 0 || !S_ISREG(status.st_mode)) {
		if (!is_optional)
			say("%s: %s", path, strerror(errno));
		return false;
	}
	if (strpbrk(real, NOT_IN_PATHS) != NULL) {
		if (!is_optional)
			say("%s: bpftrace cannot read this path", real);
		return false;
	}
	for (size_t i = 0; i < targets->file_count; i++)
		if (strcmp(targets->files[i], real) == 0)
			return true;
	targets->files = grown(targets->files, targets->file_count, sizeof(*targets->files));
	targets->files[targets->file_count++] = strdup(real);
	return true;
}

void trace_add_process(struct trace_targets *targets, pid_t pid)
{
	char name[64], line[PATH_MAX + 128];
	FILE *maps;

	snprintf(name, sizeof(name), "/proc/%d/exe", (int)pid);
	trace_add_file(targets, name, true);
	snprintf(name, sizeof(name), "/proc/%d/maps", (int)pid);
	maps = fopen(name, "re");
	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		char *path = strchr(line, '/');

		line[strcspn(line, "\n")] = '\0';
		if (path != NULL && strstr(line, " r-xp ") != NULL)
			trace_add_file(targets, path, true);
	}
	if (maps != NULL)
		fclose(maps);
}

/* ---- processes ------------------------------------------------------------------------------- */

size_t trace_processes(pid_t pid, pid_t pids[TRACE_PROCESSES])
{
	size_t count = 1;

	pids[0] = pid;
	for (size_t at = 0; at < count; at++) {
		DIR *all = opendir("/proc");
		const struct dirent *entry;

		while (all != NULL && (entry = readdir(all)) != NULL) {
			pid_t other = (pid_t)strtol(entry->d_name, NULL, 10);

			if (other > 0 && count < TRACE_PROCESSES &&
			    process_look_at(other).parent == pids[at])
				pids[count++] = other;
		}
		if (all != NULL)
			closedir(all);
	}
	return count;
}

/* ---- functions ------------------------------------------------------------------------------- */

/* What a script can hold without quotes. */
static bool can_be_named(const char *name)
{
	return name[0] != '\0' &&
	       name[strspn(name,
			   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] ==
		       '\0';
}

static void add_function(struct trace_targets *targets, const char *file, const char *name,
			 uint64_t address, const char *pattern)
{
	struct trace_function *function;
	char *shown = demangle(name);

	for (size_t i = 0; i < targets->function_count; i++) {
		function = &targets->functions[i];
		if (function->file == file && function->address == address)
			goto no; /* a second name */
	}
	if (shown == NULL || (!pl_glob_matches(pattern, name) && !pl_glob_matches(pattern, shown)))
		goto no;
	if (strncmp(shown, HOOK, strlen(HOOK)) == 0)
		memmove(shown, shown + strlen(HOOK), strlen(shown + strlen(HOOK)) + 1);
	targets->functions =
		grown(targets->functions, targets->function_count, sizeof(*targets->functions));
	function = &targets->functions[targets->function_count++];
	*function = (struct trace_function){file, strdup(name), shown, address};
	return;
no:
	free(shown);
}

static void find_in_table(struct trace_targets *targets, const char *file, Elf *elf,
			  Elf_Scn *section, const GElf_Shdr *header, const char *pattern)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count = header->sh_entsize > 0 ? header->sh_size / header->sh_entsize : 0;

	for (size_t i = 0; data != NULL && i < count && i < INT_MAX; i++) {
		GElf_Sym symbol;
		const char *name;

		if (gelf_getsym(data, (int)i, &symbol) == NULL || symbol.st_value == 0 ||
		    GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF)
			continue;
		name = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (name == NULL || !can_be_named(name))
			continue;
		if (pattern != NULL)
			add_function(targets, file, name, symbol.st_value, pattern);
		if (strcmp(name, "malloc") == 0 && targets->allocator == NULL)
			targets->allocator = file;
	}
}

static bool has_probes(Elf_Scn *section)
{
	static const char name[] = "phaselock\0violation";
	Elf_Data *data = elf_getdata(section, NULL);

	return data != NULL && data->d_buf != NULL &&
	       memmem(data->d_buf, data->d_size, name, sizeof(name)) != NULL;
}

static void look_into(struct trace_targets *targets, const char *file, const char *pattern)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
	Elf_Scn *section = NULL;
	size_t names = 0;

	if (elf != NULL)
		elf_getshdrstrndx(elf, &names);
	while (elf != NULL && (section = elf_nextscn(elf, section)) != NULL) {
		GElf_Shdr header;
		const char *name;

		if (gelf_getshdr(section, &header) == NULL)
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM)
			find_in_table(targets, file, elf, section, &header, pattern);
		if (name == NULL || strcmp(name, ".note.stapsdt") != 0 || !has_probes(section))
			continue;
		targets->libraries = grown(targets->libraries, targets->library_count,
					   sizeof(*targets->libraries));
		targets->libraries[targets->library_count++] = file;
	}
	elf_end(elf);
	if (fd >= 0)
		close(fd);
}

void trace_find(struct trace_targets *targets, const char *pattern)
{
	elf_version(EV_CURRENT);
	for (size_t i = 0; i < targets->file_count; i++)
		look_into(targets, targets->files[i], pattern);
	/* The guard's own functions come before those of the allocator below it. */
	if (targets->library_count > 0)
		targets->allocator = targets->libraries[0];
}
