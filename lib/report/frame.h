/* SPDX-License-Identifier: MIT */
/* A frame of a call stack in words. */
#ifndef PL_FRAME_H
#define PL_FRAME_H

#include "common/base.h"
#include "common/format.h"
#include "stack/module.h"

/*
 * Appends a place as FUNCTION+0xOFFSET (PATH+0xOFFSET), or as much of it as is known. Any thread,
 * signal handlers too; no lock, no heap request.
 */
void pl_frame_append(struct pl_text *text, const struct pl_place *place);

#endif
