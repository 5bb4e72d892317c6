/* SPDX-License-Identifier: MIT */
/*
 * Adds names, modules, frames and nodes to a view. What is there already is found again, so equal
 * names have one address, and equal others one number.
 */
#ifndef CLI_PROFILE_KEEP_H
#define CLI_PROFILE_KEEP_H

#include "profile_view.h"

/* Returns the view's copy of a name; NULL for NULL. */
char *profile_keep_name(struct profile_view *view, const char *name);

/* Likewise of a name that need not be terminated. */
char *profile_keep_bounded(struct profile_view *view, const char *name, size_t size);

uint32_t profile_keep_module(struct profile_view *view, const struct pl_layout_module *from);

/* The frame's names have been kept. Its function is found here. */
uint32_t profile_keep_frame(struct profile_view *view, struct view_frame frame);

uint32_t profile_keep_node(struct profile_view *view, uint32_t parent, uint32_t frame);

/* A node for frames that are not there. */
uint32_t profile_keep_mark(struct profile_view *view, uint32_t parent, const char *what);

#endif
