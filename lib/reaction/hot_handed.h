/* SPDX-License-Identifier: MIT */
/*
 * Functions that `phaselock run` has found in debug information and hands over, for no module's own
 * symbols have them: those that a compiler put into others, and static ones of libraries.
 */
#ifndef PL_HOT_HANDED_H
#define PL_HOT_HANDED_H

#include "common/base.h"

/*
 * The variable that has them: a line each, `m` with the build-id of a module, then `f` with the
 * name of a function in it, then `r` with the ends of a range of it, START-END, all but names in
 * hexadecimal digits, addresses as the file of the module has them.
 */
#define PL_HOT_HANDED_VARIABLE "PHASELOCK_HOT_FUNCTIONS"

/* As much as one string of an environment may have, and some room to spare. */
#define PL_HOT_HANDED_MAX ((size_t)96 * 1024)

/* Takes what the variable says, NULL if it is not set. Once, from the constructor. */
void pl_hot_handed_take(const char *text);

typedef void pl_hot_handed_look(const char *name, uint64_t start, uint64_t end, void *argument);

/* Calls look for each range that a module of that build-id has. */
void pl_hot_handed_each(const unsigned char *id, size_t size, pl_hot_handed_look *look,
			void *argument);

/*
 * The same of a text of lines, each with its NUL, and an empty one behind the last. Lines that are
 * wrong are nothing. Pure.
 */
void pl_hot_handed_read(const char *text, const unsigned char *id, size_t size,
			pl_hot_handed_look *look, void *argument);

#endif
