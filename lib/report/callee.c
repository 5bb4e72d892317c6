/* SPDX-License-Identifier: MIT */
/*
 * Reads call instructions of x86-64: `call stub`, whose stub jumps through the module's table of
 * addresses, and `call *table(%rip)`, which -fno-plt makes. It reads no byte outside the module of
 * the call, and must not know why somebody asks.
 */
#include "report/callee.h"

#include "stack/module.h"
#include "stack/object.h"
#include "stack/segment.h"

#include <string.h>

#define CALL_SIZE 5	    /* e8 and a distance */
#define CALL_THROUGH_SIZE 6 /* ff 15 and a distance */
#define JUMP_THROUGH_SIZE 6 /* ff 25 and a distance */
#define STUB_SIZE 16

/* MACHINE: x86-64 only. On others these bytes match by accident, and the advice is then wrong. */
static const unsigned char endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};
static const unsigned char bnd = 0xf2;

static bool in_module(const struct pl_object *module, const void *address, size_t size)
{
	return pl_segment_left(module, address) >= size;
}

/* Operands are relative to the end of their instruction. */
static const unsigned char *distant(const unsigned char *end)
{
	int32_t distance;

	memcpy(&distance, end - sizeof(distance), sizeof(distance));
	return (const unsigned char *)((uintptr_t)end + (uintptr_t)(intptr_t)distance);
}

/* Returns the table entry that a stub jumps through, or NULL if this is no stub. */
static const unsigned char *entry_of_stub(const struct pl_object *module, const unsigned char *stub)
{
	if (!in_module(module, stub, STUB_SIZE))
		return NULL;
	if (memcmp(stub, endbr64, sizeof(endbr64)) == 0)
		stub += sizeof(endbr64);
	if (*stub == bnd)
		stub++;
	return stub[0] == 0xff && stub[1] == 0x25 ? distant(stub + JUMP_THROUGH_SIZE) : NULL;
}

const char *pl_callee_name(const void *return_address)
{
	const unsigned char *end = return_address, *entry = NULL;
	struct pl_object module;
	struct pl_place place;
	uintptr_t function = (uintptr_t)return_address;

	if (!pl_object_find((const void *)(function - 1), &module) ||
	    !in_module(&module, (const void *)(function - CALL_THROUGH_SIZE), CALL_THROUGH_SIZE))
		return NULL;
	if (end[-CALL_SIZE] == 0xe8)
		entry = entry_of_stub(&module, distant(end));
	else if (end[-CALL_THROUGH_SIZE] == 0xff && end[-CALL_THROUGH_SIZE + 1] == 0x15)
		entry = distant(end);
	if (entry == NULL || !in_module(&module, entry, sizeof(function)))
		return NULL;
	memcpy(&function, entry, sizeof(function));
	pl_module_find((const void *)(function + 1), &place);
	return place.function_offset == 1 ? place.function : NULL;
}
