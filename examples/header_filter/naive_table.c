/* SPDX-License-Identifier: MIT */
#include "naive_table.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 4

struct entry {
	struct entry *next;
	char *name;
	size_t length;
};

struct table {
	struct entry **chains;
	size_t size, used;
};

/* FNV-1a of the name in lower case. */
static size_t hash(struct text name)
{
	size_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < name.length; i++) {
		char c = name.at[i];

		h ^= (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
		h *= 0x100000001b3;
	}
	return h;
}

static struct text name_of(const struct entry *entry)
{
	return (struct text){entry->name, entry->length};
}

struct table *table_new(void)
{
	struct table *table = malloc(sizeof(*table)); /* heap */

	table->used = 0;
	table->size = FIRST_SIZE;
	table->chains = calloc(FIRST_SIZE, sizeof(*table->chains)); /* heap */
	return table;
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->size; i++) {
		while (table->chains[i] != NULL) {
			struct entry *entry = table->chains[i];

			table->chains[i] = entry->next;
			free(entry->name);
			free(entry);
		}
	}
	free(table->chains);
	free(table);
}

static void link_in(struct table *table, struct entry *entry)
{
	struct entry **chain = &table->chains[hash(name_of(entry)) % table->size];

	entry->next = *chain;
	*chain = entry;
}

static void grow(struct table *table)
{
	struct entry **old = table->chains;
	size_t old_size = table->size;

	table->size *= 2;
	table->chains = calloc(table->size, sizeof(*table->chains)); /* heap */
	for (size_t i = 0; i < old_size; i++) {
		while (old[i] != NULL) {
			struct entry *entry = old[i];

			old[i] = entry->next;
			link_in(table, entry);
		}
	}
	free(old);
}

void table_add(struct table *table, struct text name)
{
	struct entry *entry;

	if (table_has(table, name))
		return;
	if (table->used++ == table->size)
		grow(table);
	entry = malloc(sizeof(*entry)); /* heap */
	entry->length = name.length;
	entry->name = malloc(name.length + 1); /* heap */
	memcpy(entry->name, name.at, name.length);
	link_in(table, entry);
}

bool table_has(const struct table *table, struct text name)
{
	const struct entry *entry = table->chains[hash(name) % table->size];

	while (entry != NULL && !text_equals(name_of(entry), name))
		entry = entry->next;
	return entry != NULL;
}
