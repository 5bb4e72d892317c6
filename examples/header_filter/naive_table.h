/* SPDX-License-Identifier: MIT */
/* A set of names, whatever their case: a chained hash table that grows. For naive.c. */
#ifndef NAIVE_TABLE_H
#define NAIVE_TABLE_H

#include "headers.h"

struct table;

/* Returns a new set, for table_free(). */
struct table *table_new(void);
void table_free(struct table *table);

/* Keeps a copy of the name. */
void table_add(struct table *table, struct text name);

bool table_has(const struct table *table, struct text name);

#endif
