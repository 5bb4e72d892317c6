/* SPDX-License-Identifier: MIT */
/*
 * The family as the soak calls it: those that take a block, and for each those that give it back.
 */
#ifndef CALLS_H
#define CALLS_H

#include "../behaviour/entry_points.h"
#include "pattern.h"

#define ALIGNMENT 64

enum giver { BY_FREE, BY_DELETE, BY_DELETE_ALIGNED };

#define TAKE_CALL(name, expression, unused)                                                        \
	static void *take_##name(size_t size)                                                      \
	{                                                                                          \
		const size_t count = 1, alignment = ALIGNMENT;                                     \
                                                                                                   \
		(void)count, (void)alignment;                                                      \
		return opaque(expression);                                                         \
	}

TAKE_ALL(TAKE_CALL)

static const struct taker {
	void *(*call)(size_t size);
	enum giver giver;
	bool by_call;	  /* may be asked for what there is not */
	bool zeroes;	  /* the block */
	bool page;	  /* aligned to a page: kept small */
	bool whole_pages; /* asked of the library */
	bool throws;	  /* where it is refused */
} takers[] = {
	/* malloc thrice: it is the one that counts, and the first is the one for want of another */
	{take_malloc, BY_FREE, .by_call = true},
	{take_malloc, BY_FREE, .by_call = true},
#define BY_CALL(name, ...) {take_##name, BY_FREE, .by_call = true},
#define ZEROED(name, ...) {take_##name, BY_FREE, .by_call = true, .zeroes = true},
#define OF_PAGE(name, ...) {take_##name, BY_FREE, .page = true},
#define WHOLE_PAGES(name, ...) {take_##name, BY_FREE, .page = true, .whole_pages = true},
#define THROWS(name, ...) {take_##name, BY_DELETE, .throws = true},
#define NOTHROW(name, ...) {take_##name, BY_DELETE, .by_call = true},
#define ALIGNED_THROWS(name, ...) {take_##name, BY_DELETE_ALIGNED, .throws = true},
#define ALIGNED_NOTHROW(name, ...) {take_##name, BY_DELETE_ALIGNED, .by_call = true},
	/* clang-format off */
	TAKE_PLAIN(BY_CALL)
	TAKE_ZEROED(ZEROED)
	TAKE_ALIGNED(BY_CALL)
	TAKE_PAGE(OF_PAGE)
	TAKE_WHOLE_PAGES(WHOLE_PAGES)
	TAKE_NEW(THROWS)
	TAKE_NEW_NOTHROW(NOTHROW)
	TAKE_NEW_ALIGNED(ALIGNED_THROWS)
	TAKE_NEW_ALIGNED_NOTHROW(ALIGNED_NOTHROW)
	/* clang-format on */
};

#define TAKERS (sizeof(takers) / sizeof(takers[0]))

#define GIVE_CALL(name, statement)                                                                 \
	static void give_##name(const struct block *given)                                         \
	{                                                                                          \
		void *block = given->address;                                                      \
		const size_t size = given->size, alignment = ALIGNMENT;                            \
                                                                                                   \
		(void)size, (void)alignment;                                                       \
		statement;                                                                         \
	}

GIVE_FREE(GIVE_CALL)
GIVE_DELETE(GIVE_CALL)
GIVE_DELETE_ALIGNED(GIVE_CALL)

#define GIVER(name, statement) give_##name,

static const struct {
	size_t count;
	void (*calls[6])(const struct block *block);
} givers[] = {
	{6, {GIVE_FREE(GIVER)}},
	{6, {GIVE_DELETE(GIVER)}},
	{6, {GIVE_DELETE_ALIGNED(GIVER)}},
};

#endif
