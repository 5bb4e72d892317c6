/* SPDX-License-Identifier: MIT */
/* The build-id of an object. Any thread, signal handlers too; no lock, no heap request. */
#ifndef PL_BUILD_ID_H
#define PL_BUILD_ID_H

#include "common/base.h"
#include "stack/object.h"

/* Returns it and sets *size, or NULL and 0. It lives in the object. */
const unsigned char *pl_build_id_find(const struct pl_object *object, size_t *size);

#endif
