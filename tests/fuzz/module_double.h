/* SPDX-License-Identifier: MIT */
/*
 * In the place of lib/stack/object.c: one module, which is bytes of the input in memory of their
 * own size, so that a byte read outside is a fault. Its first program header says where it is
 * loaded, and is true; the others are of the input.
 */
#ifndef MODULE_DOUBLE_H
#define MODULE_DOUBLE_H

#include "fuzz.h"
#include "stack/object.h"

#define MODULE_HEADERS 4
#define MODULE_CODE                                                                                \
	65536 /* addresses behind the bytes are of the module, too: code that nobody reads */

struct module {
	struct pl_object object;
	ElfW(Phdr) headers[MODULE_HEADERS];
	uint8_t *bytes;
	size_t size;
};

/* Makes the module of what is left of the input. */
void module_begin(struct module *module, struct input *input);
void module_end(struct module *module);

#endif
