/* SPDX-License-Identifier: MIT */
/*
 * The place for what the host copies into the module, header maps and messages: of a fixed size,
 * since the host copies while the heap is locked. It is empty again after each callback.
 */
#ifndef COPIES_H
#define COPIES_H

#include <stddef.h>

/* Bytes: all that one callback gets must fit. */
#define COPIES_SIZE 65536

/* Around each callback; they nest, since a call of the host may lead to another callback. */
void copies_begin(void);
void copies_end(void);

#endif
