/* SPDX-License-Identifier: MIT */
/*
 * A case of the guard's tests: an exported function that returns 0, or the line of the first check
 * that does not hold.
 */
#ifndef CASE_H
#define CASE_H

#include <stddef.h>
#include <stdint.h>

#define CASE(name)                                                                                 \
	__attribute__((export_name(#name))) extern uint32_t name(void);                            \
	uint32_t name(void)
#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			return __LINE__;                                                           \
	} while (0)

__attribute__((import_module("env"), import_name("line"))) extern void line(const char *text,
									    size_t length);

#endif
