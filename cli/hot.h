/* SPDX-License-Identifier: MIT */
/* What --hot needs that no module's own symbols have. */
#ifndef CLI_HOT_H
#define CLI_HOT_H

#include "arguments.h"
#include "program.h"

/*
 * Finds functions that match --hot in the debug information of a program and of its libraries:
 * those that the compiler put into others, and static ones. Returns the value of
 * PL_HOT_HANDED_VARIABLE, to be freed; "" without --hot; NULL if memory ends. Says what was left
 * out.
 */
char *hot_find(const struct arguments *arguments, const struct program *program);

#endif
