/* SPDX-License-Identifier: MIT */
/* A frame of a call stack in words. */
#ifndef PL_FRAME_H
#define PL_FRAME_H

#include "common/base.h"
#include "common/format.h"
#include "stack/module.h"

/*
 * Appends a place, FUNCTION+0xOFFSET (PATH+0xOFFSET), as far as it is known. Any thread, signal
 * handlers too; no lock, no heap request.
 */
void pl_frame_append(struct pl_text *text, const struct pl_place *place);

#endif
