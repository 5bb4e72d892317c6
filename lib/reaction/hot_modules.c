/* SPDX-License-Identifier: MIT */
/*
 * Modules that stay have one list of all their functions that match, made at the start. So a frame
 * costs one search, without looking for names. A module that was loaded later may be unloaded, and
 * another one may come to its addresses: it has a list of its own, which is found by its build-id
 * and path, and is made when a walk first comes to it. What has no build-id is looked through each
 * time.
 */
#define _GNU_SOURCE
#include "reaction/hot_modules.h"

#include "common/channel.h"
#include "common/clone.h"
#include "common/glob.h"
#include "common/os.h"
#include "common/settings.h"
#include "reaction/hot_handed.h"
#include "stack/exported.h"
#include "stack/loaded.h"
#include "stack/build_id.h"
#include "stack/module.h"
#include "common/runtime.h"
#include "stack/symtab.h"

#include <stdatomic.h>
#include <string.h>

#define LATER_MAX 256 /* files, as far as their lists are kept */
#define BUILD_ID_MAX 64

/* Written by the constructor, read by any thread. */
static struct pl_hot_ranges lasting;

/* The list of a module that was loaded later. */
static struct later {
	_Atomic int state; /* any thread takes it; MADE: release, and nothing is written after */
	unsigned char id[BUILD_ID_MAX];
	size_t id_size;
	/* More by which it is known: a build-id may be one that people chose. */
	uint64_t path;		     /* hashed */
	size_t names_size;	     /* of its symbols */
	struct pl_hot_ranges ranges; /* of addresses as the file has them */
} later[LATER_MAX];

enum { UNUSED = 0, BEING_MADE, MADE };

/* What pl_hot_modules_matched() returns; any thread adds, relaxed. */
static _Atomic uint64_t matched;

/* ---- names ----------------------------------------------------------------------------------- */

/* A copy that the compiler made also matches by its name in the source. */
static bool matches(const char *glob, const char *name)
{
	return pl_glob_matches(glob, name) ||
	       pl_glob_matches_start(glob, name, pl_clone_base(name));
}

/*
 * Returns the first pattern that a name matches, or -1; notes all that it matches. is_common: the
 * name is one of a run-time library, and it is no wonder if a pattern with wildcards matches it.
 */
static int pattern_of(const char *name, bool is_common)
{
	uint64_t found = 0, meant = 0, bit = 1;
	const char *glob = pl_settings.options.hot;

	for (; *glob != '\0'; glob += strlen(glob) + 1, bit <<= 1) {
		if (!matches(glob, name))
			continue;
		found |= bit;
		if (!is_common || strpbrk(glob, "*?[\\") == NULL)
			meant |= bit;
	}
	if (found == 0)
		return -1;
	if (meant != 0)
		atomic_fetch_or_explicit(&matched, meant, memory_order_relaxed);
	return __builtin_ctzll(found);
}

/* Whether an object is the library itself, or a run-time library. */
static bool is_common(const struct pl_object *object)
{
	uintptr_t here = (uintptr_t)&lasting;

	return pl_runtime_is_library(object->name) ||
	       (object->name[0] != '\0' && here >= object->start && here < object->end);
}

uint64_t pl_hot_modules_matched(void)
{
	return atomic_load_explicit(&matched, memory_order_relaxed);
}

/* Tells `phaselock run`. */
static void publish(void)
{
	if (pl_channel() != NULL)
		atomic_fetch_or_explicit(&pl_channel()->hot, pl_hot_modules_matched(),
					 memory_order_relaxed);
}

/* ---- lists ----------------------------------------------------------------------------------- */

/* Functions that are counted first, and written down when there is room for so many. */
struct collection {
	struct pl_hot_ranges ranges; /* list is NULL while they are counted */
	size_t room;
	size_t names_size;
	char *names;	/* where copies go; NULL: the names stay */
	bool is_common; /* what is collected now */
};

static const char *keep_name(struct collection *all, const char *name)
{
	size_t size = strlen(name) + 1;
	char *copy = all->names;

	if (copy == NULL)
		return name;
	all->names += size;
	return memcpy(copy, name, size);
}

static void add(struct collection *all, const char *name, uintptr_t start, uintptr_t end)
{
	int pattern = pattern_of(name, all->is_common);

	if (pattern < 0 || (all->ranges.list != NULL && all->ranges.count == all->room))
		return;
	if (all->ranges.list != NULL)
		all->ranges.list[all->ranges.count] =
			(struct pl_hot_range){start, end, keep_name(all, name), (unsigned)pattern};
	all->ranges.count++;
	all->names_size += strlen(name) + 1;
}

static void collect(struct collection *all, const struct pl_symbols *table, uintptr_t base)
{
	for (size_t i = 0; i < table->count; i++) {
		const ElfW(Sym) *symbol = &table->symbols[i];
		uintptr_t start = base + symbol->st_value;

		if (pl_symbols_is_function(table, symbol))
			add(all, table->names + symbol->st_name, start, start + symbol->st_size);
	}
}

static size_t whole_pages(size_t size)
{
	return (size + PL_PAGE_SIZE - 1) & ~(size_t)(PL_PAGE_SIZE - 1);
}

/* Maps room for what was counted, with copies of the names or without. Returns its size, or 0. */
static size_t make_room(struct collection *all, bool with_names)
{
	size_t lists = all->ranges.count * sizeof(*all->ranges.list);
	size_t size = whole_pages(lists + (with_names ? all->names_size : 0));
	char *room = size > 0 ? pl_os_map(size) : NULL;

	if (room == NULL)
		return 0;
	*all = (struct collection){.ranges = {.list = (struct pl_hot_range *)room},
				   .room = all->ranges.count,
				   .names = with_names ? room + lists : NULL,
				   .is_common = all->is_common};
	return size;
}

/* ---- modules that stay ----------------------------------------------------------------------- */

/* An object, and where what is found in it goes. */
struct found_in {
	const struct pl_object *object;
	struct collection *all;
};

static void add_handed(const char *name, uint64_t start, uint64_t end, void *argument)
{
	const struct found_in *found = argument;
	const struct pl_object *object = found->object;

	if (object->base + start >= object->start && end - start <= object->end - object->start)
		add(found->all, name, object->base + start, object->base + end);
}

static bool collect_module(const struct pl_loaded *module, void *argument)
{
	struct collection *all = argument;
	struct pl_object object = pl_object_of(module);
	struct found_in found = {&object, all};
	const unsigned char *id;
	struct pl_dynamic dynamic;
	struct pl_symbols table;
	size_t size;

	if (!pl_object_stays((const void *)module->start))
		return false;
	all->is_common = is_common(&object);
	id = pl_build_id_find(&object, &size);
	if (id != NULL)
		pl_hot_handed_each(id, size, add_handed, &found);
	if (!pl_dynamic_read(&dynamic, &object))
		return false;
	table = pl_exported_table(&dynamic);
	collect(all, &table, object.base);
	return false;
}

static void collect_lasting(struct collection *all)
{
	uintptr_t base;
	const struct pl_symbols *program = pl_symtab_symbols(&base);

	all->is_common = false;
	collect(all, program, base);
	pl_loaded_each(collect_module, all);
}

bool pl_hot_modules_start(void)
{
	struct collection all = {.names = NULL};
	size_t size;

	collect_lasting(&all);
	if (all.ranges.count == 0)
		return true;
	size = make_room(&all, false);
	if (size == 0) {
		atomic_store_explicit(&matched, 0, memory_order_relaxed);
		return false;
	}
	collect_lasting(&all);
	pl_hot_ranges_sort(&all.ranges);
	pl_os_freeze(all.ranges.list, size);
	lasting = all.ranges;
	publish();
	return true;
}

/* ---- modules that came later ----------------------------------------------------------------- */

/* Makes the list that a thread has taken for a module. Returns it, or NULL without memory. */
static const struct pl_hot_ranges *make(struct later *entry, const struct pl_symbols *table,
					bool common)
{
	struct collection all = {.is_common = common};

	collect(&all, table, 0);
	if (all.ranges.count > 0 && make_room(&all, true) == 0) {
		atomic_store_explicit(&entry->state, UNUSED, memory_order_release);
		return NULL;
	}
	if (all.ranges.list != NULL) {
		collect(&all, table, 0);
		pl_hot_ranges_sort(&all.ranges);
		publish();
	}
	entry->ranges = all.ranges;
	atomic_store_explicit(&entry->state, MADE, memory_order_release);
	return &entry->ranges;
}

static uint64_t hash_of(const char *path)
{
	uint64_t hash = 0;

	for (; *path != '\0'; path++)
		hash = (hash ^ (unsigned char)*path) * 0x9e3779b97f4a7c15u; /* as in site.c */
	return hash;
}

static bool is_of(const struct later *entry, const struct later *wanted)
{
	return entry->path == wanted->path && entry->names_size == wanted->names_size &&
	       entry->id_size == wanted->id_size &&
	       memcmp(entry->id, wanted->id, wanted->id_size) == 0;
}

/*
 * Returns the list of a module, or NULL if it cannot be kept. Two threads may make one each, for
 * neither waits for the other.
 */
static const struct pl_hot_ranges *list_of(const struct pl_object *object)
{
	struct later wanted = {.path = hash_of(object->name)};
	struct pl_dynamic dynamic;
	const unsigned char *id;
	uint32_t first;

	id = pl_build_id_find(object, &wanted.id_size);
	if (wanted.id_size < sizeof(first) || wanted.id_size > BUILD_ID_MAX ||
	    !pl_dynamic_read(&dynamic, object))
		return NULL;
	memcpy(wanted.id, id, wanted.id_size);
	memcpy(&first, id, sizeof(first)); /* a hash itself, mostly */
	wanted.names_size = dynamic.names_size;
	for (uint32_t i = 0; i < LATER_MAX; i++) {
		struct later *entry = &later[(first + i) % LATER_MAX];
		int state = atomic_load_explicit(&entry->state, memory_order_acquire);
		struct pl_symbols table;

		if (state == MADE && is_of(entry, &wanted))
			return &entry->ranges;
		if (state != UNUSED || !atomic_compare_exchange_strong_explicit(
					       &entry->state, &state, BEING_MADE,
					       memory_order_acquire, memory_order_acquire))
			continue;
		memcpy(entry->id, wanted.id, wanted.id_size);
		entry->id_size = wanted.id_size;
		entry->path = wanted.path;
		entry->names_size = wanted.names_size;
		table = pl_exported_table(&dynamic);
		return make(entry, &table, is_common(object));
	}
	return NULL;
}

/* Looks through the symbols of a module of which no list is kept. */
static const struct pl_hot_range *look_through(const struct pl_object *object, uintptr_t address,
					       struct pl_hot_range *found)
{
	uintptr_t own = address - object->base;
	struct pl_dynamic dynamic;
	struct pl_symbols table;

	if (!pl_dynamic_read(&dynamic, object))
		return NULL;
	table = pl_exported_table(&dynamic);
	for (size_t i = 0; i < table.count; i++) {
		const ElfW(Sym) *symbol = &table.symbols[i];
		int pattern;

		if (own - symbol->st_value >= symbol->st_size ||
		    !pl_symbols_is_function(&table, symbol))
			continue;
		pattern = pattern_of(table.names + symbol->st_name, is_common(object));
		if (pattern < 0)
			continue;
		publish();
		*found = (struct pl_hot_range){.name = table.names + symbol->st_name,
					       .pattern = (unsigned)pattern};
		return found;
	}
	return NULL;
}

const struct pl_hot_range *pl_hot_modules_find(const struct pl_unwind_frame *frame,
					       struct pl_hot_module *module)
{
	const struct pl_hot_range *range = pl_hot_ranges_find(&lasting, frame->instruction);
	const struct pl_object *object = frame->object;

	if (range != NULL || object == NULL || pl_object_stays((const void *)frame->instruction))
		return range;
	if (module->start != object->start)
		*module = (struct pl_hot_module){.start = object->start, .ranges = list_of(object)};
	if (module->ranges == NULL)
		return look_through(object, frame->instruction, &module->one);
	return pl_hot_ranges_find(module->ranges, frame->instruction - object->base);
}

static bool look_at(const struct pl_loaded *module, void *unused)
{
	struct pl_object object = pl_object_of(module);
	struct collection all = {.is_common = is_common(&object)}; /* for what it notes alone */
	struct pl_dynamic dynamic;
	struct pl_symbols table;

	(void)unused;
	if (pl_object_stays((const void *)module->start) || !pl_dynamic_read(&dynamic, &object))
		return false;
	table = pl_exported_table(&dynamic);
	collect(&all, &table, object.base);
	return false;
}

void pl_hot_modules_look_at_all(void)
{
	pl_loaded_each(look_at, NULL);
	publish();
}
