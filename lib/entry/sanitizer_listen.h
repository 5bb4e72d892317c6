/* SPDX-License-Identifier: MIT */
/* Hears of the requests that a sanitizer's allocator serves in place of ours. */
#ifndef PL_SANITIZER_LISTEN_H
#define PL_SANITIZER_LISTEN_H

#include "common/base.h"

/* Asks a sanitizer, if the process has one, to tell of its allocations. From the constructor. */
void pl_sanitizer_listen_start(void);

/* Returns whether a sanitizer tells us: then a block that is given back may be its own. */
bool pl_sanitizer_listen_active(void);

#endif
