/* SPDX-License-Identifier: MIT */
/* The parts of an object that are loaded. */
#ifndef PL_SEGMENT_H
#define PL_SEGMENT_H

#include "common/base.h"
#include "stack/object.h"

/*
 * Returns how many bytes of the object may be read from address on, to the end of the part that it
 * lies in; 0 if it lies in none. Any thread, signal handlers too; no lock, no heap request.
 */
size_t pl_segment_left(const struct pl_object *object, const void *address);

#endif
