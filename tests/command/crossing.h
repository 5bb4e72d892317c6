/* SPDX-License-Identifier: MIT */
/* What the program crossing.c and its plug-ins know of each other. */
#ifndef CROSSING_H
#define CROSSING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void *plugin_take(size_t size);
void *plugin_take_aligned(size_t alignment, size_t size);
void *plugin_resize(void *block, size_t size);
void plugin_give(void *block);
void plugin_use_libc(void);

#ifdef __cplusplus
}
#endif

#endif
