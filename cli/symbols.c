/* SPDX-License-Identifier: MIT */
/*
 * The modules' files, by libdwfl. Each lies at the address it was linked for, so an address is an
 * offset from where the module is loaded. It must not know what a report looks like.
 */
#define _GNU_SOURCE
#include "symbols.h"

#include "demangle.h"
#include "edges.h"
#include "functions.h"
#include "lines.h"
#include "regular.h"

#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUILD_ID_BYTES 64

/* More than a call stack has, and few enough for the descriptors and the memory that they cost. */
#define MODULES_OPEN 32

struct symbols_module {
	struct symbols_module *next;
	char *path;
	struct stat identity; /* of the file: another one may take its place */
	Dwfl *session;
	Dwfl_Module *module; /* NULL: the file is no program or library */
	char build_id[2 * BUILD_ID_BYTES + 1];
	/* A search takes time with each symbol of the module: the last answer is kept. */
	struct edges edges;
	struct {
		uint64_t low, high; /* addresses that have it; equal: none have */
		uint64_t start;
		char *symbol; /* NULL: there is none */
	} last;
};

struct symbols {
	struct symbols_module *modules; /* the one that was asked for last first */
	char *debug_path;
	Dwfl_Callbacks callbacks;
};

struct symbols *symbols_new(const char *debug_path)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));

	if (symbols == NULL)
		return NULL;
	symbols->callbacks.find_elf = dwfl_build_id_find_elf;
	symbols->callbacks.find_debuginfo = dwfl_standard_find_debuginfo;
	symbols->callbacks.section_address = dwfl_offline_section_address;
	symbols->callbacks.debuginfo_path = &symbols->debug_path;
	if (debug_path == NULL)
		return symbols;
	symbols->debug_path = strdup(debug_path);
	if (symbols->debug_path != NULL)
		return symbols;
	free(symbols);
	return NULL;
}

static void close_module(struct symbols_module *module)
{
	dwfl_end(module->session);
	edges_free(&module->edges);
	free(module->last.symbol);
	free(module->path);
	free(module);
}

void symbols_free(struct symbols *symbols)
{
	if (symbols == NULL)
		return;
	while (symbols->modules != NULL) {
		struct symbols_module *module = symbols->modules;

		symbols->modules = module->next;
		close_module(module);
	}
	free(symbols->debug_path);
	free(symbols);
}

/* ---- opening --------------------------------------------------------------------------------- */

static void note_build_id(struct symbols_module *module)
{
	const unsigned char *bytes;
	int count;
	GElf_Addr ignored;

	count = dwfl_module_build_id(module->module, &bytes, &ignored);
	for (int i = 0; i < count && i < BUILD_ID_BYTES; i++)
		snprintf(module->build_id + (size_t)2 * (size_t)i, 3, "%02x", bytes[i]);
}

/* The descriptor is given away. */
static bool read_module(struct symbols_module *module, const Dwfl_Callbacks *callbacks, int fd)
{
	module->session = dwfl_begin(callbacks);
	if (module->session == NULL) {
		close(fd);
		return false;
	}
	dwfl_report_begin(module->session);
	module->module = dwfl_report_elf(module->session, module->path, module->path, fd, 0, true);
	if (module->module == NULL)
		close(fd);
	dwfl_report_end(module->session, NULL, NULL);
	if (module->module != NULL)
		note_build_id(module);
	return true;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void add_first(struct symbols *symbols, struct symbols_module *module)
{
	module->next = symbols->modules;
	symbols->modules = module;
}

/* Returns the module of a path if its file is still the one that was read, or NULL. */
static struct symbols_module *find_open(struct symbols *symbols, const char *path)
{
	struct symbols_module **link = &symbols->modules;
	struct symbols_module *module;
	struct stat now;

	while (*link != NULL && strcmp((*link)->path, path) != 0)
		link = &(*link)->next;
	module = *link;
	if (module == NULL)
		return NULL;
	*link = module->next;
	if (stat(path, &now) == 0 && is_same_file(&module->identity, &now)) {
		add_first(symbols, module);
		return module;
	}
	close_module(module);
	return NULL;
}

/* Makes room for one more module. */
static void close_last(struct symbols *symbols)
{
	struct symbols_module **link = &symbols->modules;
	struct symbols_module *module;

	for (size_t i = 1; i < MODULES_OPEN && *link != NULL; i++)
		link = &(*link)->next;
	module = *link;
	if (module == NULL)
		return;
	*link = module->next;
	close_module(module);
}

static struct symbols_module *open_module(struct symbols *symbols, const char *path)
{
	struct symbols_module *module = calloc(1, sizeof(*module));
	int fd;

	if (module == NULL)
		return NULL;
	/* The kernel's own module has a name without a folder, and no file. */
	fd = strchr(path, '/') != NULL ? regular_open(path) : -1;
	module->path = strdup(path);
	if (fd >= 0 && (module->path == NULL || fstat(fd, &module->identity) != 0))
		close(fd);
	else if (fd >= 0 && read_module(module, &symbols->callbacks, fd)) {
		close_last(symbols);
		add_first(symbols, module);
		return module;
	}
	close_module(module);
	return NULL;
}

enum module_state symbols_open(struct symbols *symbols, const char *path, const char *build_id,
			       struct symbols_module **module)
{
	*module = find_open(symbols, path);
	if (*module == NULL)
		*module = open_module(symbols, path);
	if (*module == NULL || (*module)->module == NULL)
		return MODULE_ABSENT;
	if (build_id != NULL && strcmp(build_id, (*module)->build_id) != 0)
		return MODULE_OTHER;
	return MODULE_HERE;
}

/* ---- looking up ------------------------------------------------------------------------------ */

/* The symbol whose bytes the address is among; `at` is the address itself. */
static void search(struct symbols_module *module, GElf_Addr at)
{
	GElf_Off offset = 0;
	GElf_Sym symbol;
	const char *name;

	free(module->last.symbol);
	module->last.symbol = NULL;
	name = dwfl_module_addrinfo(module->module, at, &offset, &symbol, NULL, NULL, NULL);
	if (name == NULL || *name == '\0' || (symbol.st_size > 0 && offset >= symbol.st_size))
		return;
	module->last.symbol = strndup(name, strcspn(name, "@")); /* without a version */
	module->last.start = at - offset;
}

static void find_symbol(struct symbols_module *module, GElf_Addr at, struct symbols_place *place)
{
	if (at < module->last.low || at >= module->last.high) {
		search(module, at);
		if (!edges_around(&module->edges, module->module, at, &module->last.low,
				  &module->last.high))
			module->last.low = module->last.high = 0;
	}
	if (module->last.symbol == NULL)
		return;
	place->symbol = strdup(module->last.symbol);
	place->symbol_offset = at - module->last.start + 1;
}

/* By its demangled form; a mangled one is better than none. */
static void demangle_name(char **name)
{
	char *demangled = *name != NULL ? demangle(*name) : NULL;

	if (demangled == NULL)
		return;
	free(*name);
	*name = demangled;
}

void symbols_find(struct symbols_module *module, uint64_t offset, struct symbols_place *place)
{
	*place = (struct symbols_place){0};
	if (offset == 0)
		return;
	/*
	 * Look before the return address: the call is there, and at the address another line may
	 * begin.
	 */
	find_symbol(module, offset - 1, place);
	lines_find(module->module, offset - 1, place);
	for (size_t i = 0; i < place->count; i++)
		demangle_name(&place->functions[i].name);
	demangle_name(&place->symbol);
}

bool symbols_list(struct symbols_module *module, const char *patterns, struct pl_text *text)
{
	if (module->build_id[0] == '\0')
		return true;
	pl_text_append(text, "m%s\n", module->build_id);
	return functions_list(module->module, patterns, text);
}

void symbols_forget(struct symbols_place *place)
{
	for (size_t i = 0; i < place->count; i++) {
		free(place->functions[i].name);
		free(place->functions[i].file);
	}
	free(place->functions);
	free(place->symbol);
	*place = (struct symbols_place){0};
}
