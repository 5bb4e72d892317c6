/* SPDX-License-Identifier: MIT */
/*
 * What the files of a process's modules, and their separate debug files, say of a place: functions
 * and lines. The files of the last few modules stay open. It is for the process of helper.h: what
 * is in a file can make it crash, or run for ever.
 */
#ifndef CLI_SYMBOLS_H
#define CLI_SYMBOLS_H

#include "common/format.h"
#include "question.h"

struct symbols;
struct symbols_module;

struct symbols_function {
	char *name;
	char *file;    /* of the line that is being executed; NULL if it is not known */
	unsigned line; /* for one into which others are inlined: of the inlined call */
};

/* All that is known of one place; in zeroed memory that is nothing. */
struct symbols_place {
	struct symbols_function *functions; /* innermost first; all but the last are inlined */
	size_t count;
	char *symbol; /* the function by the symbol table, or NULL */
	uint64_t symbol_offset;
};

/*
 * Folders of separate debug files, split by colons as libdwfl understands them; NULL: its default,
 * ":.debug:/usr/lib/debug". Returns NULL if memory ends.
 */
struct symbols *symbols_new(const char *debug_path);

void symbols_free(struct symbols *symbols);

/*
 * Opens a module's file. build_id: hex digits that it must have, "" if it must have none, NULL if
 * any or none will do. The module stays valid until the next call.
 */
enum module_state symbols_open(struct symbols *symbols, const char *path, const char *build_id,
			       struct symbols_module **module);

/*
 * Looks up a return address, by its offset from where the module is loaded. What is found is the
 * caller's, to be given back by symbols_forget().
 */
void symbols_find(struct symbols_module *module, uint64_t offset, struct symbols_place *place);

/*
 * Appends the functions of a module whose names match patterns, a line each, behind its
 * build-id: as lib/reaction/hot_handed.h has them. Appends nothing without a build-id. Returns
 * false if there was no room for all of them.
 */
bool symbols_list(struct symbols_module *module, const char *patterns, struct pl_text *text);

void symbols_forget(struct symbols_place *place);

#endif
