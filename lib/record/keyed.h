/* SPDX-License-Identifier: MIT */
/*
 * Tables of the record in which a row has its place by what it is. Any thread, signal handlers too;
 * no heap request, no lock.
 */
#ifndef PL_KEYED_H
#define PL_KEYED_H

#include "common/layout.h"

/*
 * Returns the row that is the same as the given one up to key_size, which is made if there is none;
 * NULL if there is no room. A row begins with its state. Two threads may make one twice.
 */
void *pl_keyed_find(void *rows, size_t count, size_t size, const void *row, size_t key_size);

#endif
