/* SPDX-License-Identifier: MIT */
/*
 * Structures that cross the library's border. The other side may have been built against a header
 * with fewer or more fields. It must not know what is in them, except for a call stack, whose
 * length must not promise more frames than there is room for. libphaselock-test uses it, too.
 */
#ifndef PL_SIZED_H
#define PL_SIZED_H

#include <phaselock/phaselock.h>

#include <string.h>

/* Copies the fields that both sides have; the copy's other fields become zero. */
static inline void pl_sized_copy(void *to, size_t to_size, const void *from, size_t from_size)
{
	size_t both = to_size < from_size ? to_size : from_size;

	memcpy(to, from, both);
	memset((char *)to + both, 0, to_size - both);
}

/* The same for a violation. */
static inline void pl_sized_violation(void *to, size_t to_size, const void *from, size_t from_size)
{
	const size_t frames = offsetof(struct phaselock_violation, frames);
	const size_t counted = offsetof(struct phaselock_violation, frame_count);
	size_t both = to_size < from_size ? to_size : from_size;
	size_t room = both > frames ? (both - frames) / sizeof(void *) : 0;
	unsigned count;

	pl_sized_copy(to, to_size, from, from_size);
	if (both < counted + sizeof(count))
		return;
	memcpy(&count, (char *)to + counted, sizeof(count));
	if (count <= room)
		return;
	count = (unsigned)room;
	memcpy((char *)to + counted, &count, sizeof(count));
}

#endif
