/* SPDX-License-Identifier: MIT */
/*
 * Finds modules whose requests go past the library. Such a module
 * - has references to the malloc family that the dynamic linker bound to another definition than
 *   everyone else's, as it does under RTLD_DEEPBIND,
 * - or brings a definition of its own and is bound to it without a reference (-Bsymbolic),
 * - or refers to an allocator by that allocator's own names, such as mallocx().
 *
 * In the first case only resolved slots count: an unresolved one was never called. The C++
 * operators need no look: those that are not ours call malloc, and their module is looked at. It
 * must not know what is done about such modules.
 */
#define _GNU_SOURCE
#include "entry/unseen.h"

#include "common/sized.h"
#include "entry/dialect.h"
#include "stack/dynamic.h"
#include "stack/loaded.h"
#include "stack/module.h"
#include "stack/object.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <phaselock/phaselock.h>

extern void cfree(void *block); /* not in the headers of glibc 2.36 */

/* MACHINE: the other branch is arm64, and is not built. */
#if defined(__x86_64__)
#define IS_SLOT(type) ((type) == R_X86_64_GLOB_DAT || (type) == R_X86_64_JUMP_SLOT)
#else
#define IS_SLOT(type) ((type) == R_AARCH64_GLOB_DAT || (type) == R_AARCH64_JUMP_SLOT)
#endif

/* Each function, and where the dynamic linker finds it for a module without a scope of its own. */
static const struct function {
	enum phaselock_entry entry;
	const char *name;
	void (*common)(void);
} functions[] = {
	{PHASELOCK_ENTRY_MALLOC, "malloc", (void (*)(void))malloc},
	{PHASELOCK_ENTRY_CALLOC, "calloc", (void (*)(void))calloc},
	{PHASELOCK_ENTRY_REALLOC, "realloc", (void (*)(void))realloc},
	{PHASELOCK_ENTRY_REALLOCARRAY, "reallocarray", (void (*)(void))reallocarray},
	{PHASELOCK_ENTRY_FREE, "free", (void (*)(void))free},
	{PHASELOCK_ENTRY_CFREE, "cfree", (void (*)(void))cfree},
	{PHASELOCK_ENTRY_POSIX_MEMALIGN, "posix_memalign", (void (*)(void))posix_memalign},
	{PHASELOCK_ENTRY_ALIGNED_ALLOC, "aligned_alloc", (void (*)(void))aligned_alloc},
	{PHASELOCK_ENTRY_MEMALIGN, "memalign", (void (*)(void))memalign},
	{PHASELOCK_ENTRY_VALLOC, "valloc", (void (*)(void))valloc},
	{PHASELOCK_ENTRY_PVALLOC, "pvalloc", (void (*)(void))pvalloc},
};

#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

/* What the walk over the modules fills. */
struct list {
	char *out;
	size_t capacity;
	size_t size; /* of an element, in the caller's header */
	size_t count;
	size_t position;    /* of the current module, in the order of loading */
	uintptr_t own_base; /* where our own module is loaded */
};

static size_t modules_at_start; /* written by the constructor */

static void copy_name(char name[PHASELOCK_MODULE_NAME_SIZE], const char *module)
{
	size_t length = strnlen(module, PHASELOCK_MODULE_NAME_SIZE - 1);

	memcpy(name, module, length);
	name[length] = '\0';
}

/* Finds the place of a function by its first byte. */
static void find_function(uintptr_t address, struct pl_place *place)
{
	/* as if its first instruction were a call of one byte */
	pl_module_find((const void *)(address + 1), place);
}

static const struct function *find_name(const char *name)
{
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (strcmp(functions[i].name, name) == 0)
			return &functions[i];
	return NULL;
}

/* Whether a function comes before those found in the module so far, in the order of the enum. */
static bool comes_first(const struct phaselock_unseen *unseen, const struct function *function)
{
	unsigned lower = (unsigned)function->entry - 1;

	return (unseen->entries & lower) == 0;
}

/*
 * Looks where one slot of a module leads. An unresolved slot leads to no function. A slot that
 * leads where everyone's does is for phaselock_armed() to judge.
 */
static void look_at(const struct list *list, struct phaselock_unseen *unseen,
		    const struct function *function, const uintptr_t *slot)
{
	struct pl_place target, holder;

	if (slot == NULL || *slot == 0 || *slot == (uintptr_t)function->common)
		return;
	find_function(*slot, &target);
	if (target.module == NULL || target.function == NULL || target.function_offset != 1 ||
	    *slot + 1 - target.offset == list->own_base)
		return;
	if (comes_first(unseen, function)) {
		copy_name(unseen->allocator, target.module);
		unseen->function = function->name;
	}
	pl_module_find(slot, &holder);
	copy_name(unseen->module, holder.module != NULL ? holder.module : "?");
	unseen->entries |= (unsigned)function->entry;
}

static void look_through(const struct list *list, struct phaselock_unseen *unseen,
			 const struct pl_dynamic *dynamic, const struct pl_references *references)
{
	for (size_t i = 0; i < references->count; i++) {
		const ElfW(Rela) *entry = &references->entries[i];
		const struct function *function;

		if (!IS_SLOT(ELF64_R_TYPE(entry->r_info)))
			continue;
		function = find_name(pl_dynamic_name(dynamic, entry));
		if (function != NULL)
			look_at(list, unseen, function,
				(const uintptr_t *)pl_dynamic_slot(dynamic, entry));
	}
}

static bool refers_to(const struct pl_dynamic *dynamic, const char *name)
{
	const struct pl_references *all[] = {&dynamic->data, &dynamic->calls};

	for (size_t list = 0; list < 2; list++)
		for (size_t i = 0; i < all[list]->count; i++)
			if (strcmp(pl_dynamic_name(dynamic, &all[list]->entries[i]), name) == 0)
				return true;
	return false;
}

/* Looks for functions that a module exports and yet does not ask the dynamic linker for. */
static void look_at_own(struct phaselock_unseen *unseen, const struct pl_dynamic *dynamic)
{
	size_t count = pl_dynamic_symbol_count(dynamic);
	struct pl_place place;

	for (size_t i = 0; i < count; i++) {
		const ElfW(Sym) *symbol = &dynamic->symbols[i];
		const struct function *function =
			find_name(pl_dynamic_symbol_name(dynamic, symbol));

		if (function == NULL || symbol->st_shndx == SHN_UNDEF ||
		    refers_to(dynamic, function->name))
			continue;
		if (comes_first(unseen, function))
			unseen->function = function->name;
		unseen->entries |= (unsigned)function->entry;
		find_function(dynamic->object->base + symbol->st_value, &place);
		copy_name(unseen->module, place.module != NULL ? place.module : "?");
		copy_name(unseen->allocator, unseen->module);
	}
}

/* Notes an allocator's own function that a module refers to, if another module has it. */
static void look_at_dialect(const struct list *list, struct phaselock_unseen *unseen,
			    const struct pl_dynamic *dynamic, const ElfW(Rela) *entry)
{
	const char *name = pl_dynamic_name(dynamic, entry);
	const struct pl_dialect *dialect = pl_dialect_find(name);
	struct pl_place target, holder;
	uintptr_t address;

	/* Anybody may use such a name, and a weak reference may lead nowhere. */
	if (dialect == NULL || pl_module_function("", dialect->malloc) == NULL)
		return;
	address = (uintptr_t)pl_module_function("", name);
	if (address == 0)
		return;
	find_function(address, &target);
	if (target.module == NULL || address + 1 - target.offset == list->own_base ||
	    address + 1 - target.offset == dynamic->object->base)
		return;
	if (unseen->entries == 0 || dialect->entry < (unseen->entries & -unseen->entries)) {
		copy_name(unseen->allocator, target.module);
		unseen->function = dialect->name;
	}
	find_function((uintptr_t)dynamic->names, &holder);
	copy_name(unseen->module, holder.module != NULL ? holder.module : "?");
	unseen->entries |= dialect->entry;
}

static void look_at_dialects(const struct list *list, struct phaselock_unseen *unseen,
			     const struct pl_dynamic *dynamic)
{
	const struct pl_references *all[] = {&dynamic->data, &dynamic->calls};

	for (size_t kind = 0; kind < 2; kind++)
		for (size_t i = 0; i < all[kind]->count; i++)
			look_at_dialect(list, unseen, dynamic, &all[kind]->entries[i]);
}

static bool look_into(const struct pl_loaded *module, void *argument)
{
	struct list *list = argument;
	struct phaselock_unseen unseen = {.entries = 0};
	struct pl_object object;
	struct pl_dynamic dynamic;

	list->position++;
	if (module->base == list->own_base)
		return false;
	object = pl_object_of(module);
	if (!pl_dynamic_read(&dynamic, &object))
		return false;
	look_through(list, &unseen, &dynamic, &dynamic.data);
	look_through(list, &unseen, &dynamic, &dynamic.calls);
	if (unseen.entries == 0 && list->position > modules_at_start)
		look_at_own(&unseen, &dynamic);
	if (unseen.entries == 0)
		look_at_dialects(list, &unseen, &dynamic);
	if (unseen.entries == 0)
		return false;
	if (list->count < list->capacity)
		pl_sized_copy(list->out + list->count * list->size, list->size, &unseen,
			      sizeof(unseen));
	list->count++;
	return false;
}

size_t phaselock_unseen_modules_sized(struct phaselock_unseen *out, size_t capacity, size_t size)
{
	struct list list = {.out = (char *)out, .capacity = capacity, .size = size};
	struct pl_place own;

	find_function((uintptr_t)phaselock_unseen_modules_sized, &own);
	list.own_base = (uintptr_t)phaselock_unseen_modules_sized + 1 - own.offset;
	pl_loaded_each(look_into, &list);
	return list.count;
}

static bool count_one(const struct pl_loaded *module, void *count)
{
	(void)module;
	++*(size_t *)count;
	return false;
}

void pl_unseen_start(void)
{
	pl_loaded_each(count_one, &modules_at_start);
}
