/* SPDX-License-Identifier: MIT */
/*
 * Tells objects apart that come to lie at the same address, one after the other. Those that are
 * loaded from the start stay, and have numbers of their own. Of others the dynamic linker tells
 * where they lie, without a lock; but another object with the same bounds may come to lie there.
 * So a mark in the object's first page is compared each time: its build-id, or, if it has none, its
 * ELF header, and its name. A build-id stands for all contents. Header and name do not, so an
 * object without a build-id gets no number, but it counts for the generation. It must not know what
 * is remembered.
 *
 * Nothing is told by dlclose(): libc has ways around it, such as those of iconv() and of dlmopen().
 */
#include "stack/code.h"

#include "common/os.h"
#include "stack/build_id.h"
#include "stack/object.h"

#include <stdatomic.h>
#include <string.h>

#define FEW_BITS 6   /* in a process whose address space is limited */
#define MANY_BITS 11 /* a program with many plug-ins, such as Python, has hundreds of them */
#define TRIES 64     /* entries that are looked at for an object */
#define MARK_MAX 64

_Static_assert(PL_OBJECT_LASTING_MAX + (1 << MANY_BITS) < PL_CODE_NUMBERS, "each needs a number");

enum state {
	FREE,
	CLAIMED, /* being filled; for good if its thread does not come back to it */
	FILLED,
};

/* An object that was met. It is claimed by compare-and-swap, filled, and never changed after. */
struct entry {
	_Atomic uint8_t state;	 /* released when filled */
	_Atomic bool is_current; /* no other one was met in its place since */
	bool has_build_id;
	uint8_t mark_size;
	struct pl_object_trace trace; /* but for its name, which goes with the object */
	uint64_t name;		      /* hashed; 0 if it has a build-id */
	const uint8_t *mark;	      /* where it is in the object */
	uint8_t copy[MARK_MAX];
};

/* Written by the constructor, before any rule is remembered by a number. */
static struct entry few[1 << FEW_BITS];
static struct entry *entries = few;
static unsigned entries_bits = FEW_BITS;

void pl_code_start(void)
{
	struct entry *many = NULL;

	if (entries == few && !pl_os_space_is_limited())
		many = pl_os_map(sizeof(*many) << MANY_BITS);
	if (many == NULL)
		return;
	entries = many;
	entries_bits = MANY_BITS;
}

static _Atomic uint64_t generation; /* any thread adds; released before the object is current */

uint64_t pl_code_generation(void)
{
	return atomic_load_explicit(&generation, memory_order_acquire);
}

static size_t first_entry(const struct pl_object_trace *trace)
{
	return (trace->start / PL_PAGE_SIZE * 0x9e3779b97f4a7c15u) >> (64 - entries_bits);
}

/* Returns the n-th entry in which an object may be. */
static struct entry *entry_at(const struct pl_object_trace *trace, size_t n)
{
	return &entries[(first_entry(trace) + n) & (((size_t)1 << entries_bits) - 1)];
}

static uint64_t hash_of(const char *name)
{
	uint64_t hash = 1;

	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3u; /* FNV-1a's prime */
	return hash;
}

static bool is_same(const struct entry *entry, const struct pl_object_trace *trace)
{
	return entry->trace.start == trace->start && entry->trace.end == trace->end &&
	       entry->trace.table_index == trace->table_index &&
	       (entry->has_build_id ||
		(entry->trace.map == trace->map && entry->name == hash_of(trace->name))) &&
	       memcmp(entry->copy, entry->mark, entry->mark_size) == 0;
}

/* Finds the object's mark. It must lie in the first page, which was seen to be readable. */
static bool find_mark(const struct pl_object *object, struct entry *entry)
{
	size_t size;
	const unsigned char *build_id = pl_build_id_find(object, &size);

	if (object->header_count == 0 || object->start != entry->trace.start)
		return false;
	entry->has_build_id = build_id != NULL && size > 0 && size <= MARK_MAX &&
			      (uintptr_t)build_id - object->start < PL_PAGE_SIZE - size;
	entry->mark = entry->has_build_id ? build_id : (const uint8_t *)object->start;
	entry->mark_size = (uint8_t)(entry->has_build_id ? size : MARK_MAX);
	memcpy(entry->copy, entry->mark, entry->mark_size);
	entry->name = entry->has_build_id ? 0 : hash_of(entry->trace.name);
	return true;
}

/* Adds an object; NULL if there is no room, or it has no mark. */
static struct entry *add(const struct pl_object_trace *trace)
{
	struct entry filled = {.trace = *trace};
	struct pl_object object;

	if (!pl_object_find((const void *)trace->start, &object) || !find_mark(&object, &filled))
		return NULL;
	for (size_t i = 0; i < TRIES; i++) {
		struct entry *entry = entry_at(trace, i);
		uint8_t state = FREE;

		if (!atomic_compare_exchange_strong_explicit(&entry->state, &state, CLAIMED,
							     memory_order_relaxed,
							     memory_order_relaxed))
			continue;
		entry->has_build_id = filled.has_build_id;
		entry->mark_size = filled.mark_size;
		entry->trace = filled.trace;
		entry->name = filled.name;
		entry->mark = filled.mark;
		memcpy(entry->copy, filled.copy, sizeof(filled.copy));
		atomic_store_explicit(&entry->state, FILLED, memory_order_release);
		return entry;
	}
	return NULL;
}

/*
 * The object has come to the place of others, perhaps. Two threads may see the same: it is counted
 * twice then, and by each before it goes on.
 */
static void take_place(struct entry *entry)
{
	bool is_taken = false;

	for (size_t i = 0; i < (size_t)1 << entries_bits; i++) {
		struct entry *other = &entries[i];

		if (other == entry ||
		    atomic_load_explicit(&other->state, memory_order_acquire) != FILLED ||
		    other->trace.start >= entry->trace.end ||
		    entry->trace.start >= other->trace.end)
			continue;
		atomic_store_explicit(&other->is_current, false, memory_order_relaxed);
		is_taken = true;
	}
	if (is_taken)
		atomic_fetch_add_explicit(&generation, 1, memory_order_release);
	atomic_store_explicit(&entry->is_current, true, memory_order_release);
}

static struct entry *find(const struct pl_object_trace *trace)
{
	for (size_t i = 0; i < TRIES; i++) {
		struct entry *entry = entry_at(trace, i);
		uint8_t state = atomic_load_explicit(&entry->state, memory_order_acquire);

		if (state == FREE)
			break;
		if (state == FILLED && is_same(entry, trace))
			return entry;
	}
	return add(trace);
}

static PL_COLD bool find_unloadable(uintptr_t address, struct pl_code *code)
{
	struct pl_object_trace trace;
	struct entry *entry;

	if (!pl_object_trace(address, &trace))
		return false;
	entry = find(&trace);
	*code = (struct pl_code){.start = trace.start, .size = trace.end - trace.start};
	if (entry == NULL) { /* it may be another one each time */
		atomic_fetch_add_explicit(&generation, 1, memory_order_release);
		return true;
	}
	if (!atomic_load_explicit(&entry->is_current, memory_order_acquire))
		take_place(entry);
	if (entry->has_build_id)
		code->number = PL_OBJECT_LASTING_MAX + 1 + (uint32_t)(entry - entries);
	return true;
}

bool pl_code_find_lasting(uintptr_t address, struct pl_code *code)
{
	uintptr_t start, end;
	unsigned number = pl_object_lasting(address, &start, &end);

	if (number == 0)
		return false;
	*code = (struct pl_code){.start = start, .size = end - start, .number = number};
	return true;
}

bool pl_code_find(uintptr_t address, struct pl_code *code)
{
	return pl_code_find_lasting(address, code) || find_unloadable(address, code);
}
