/* SPDX-License-Identifier: MIT */
/* Named stages of a request's life; the functions are in the public header. */
#ifndef PL_STAGE_H
#define PL_STAGE_H

#include "common/base.h"

/* Sets whether stages are told at all. From the constructor. */
void pl_stage_configure(bool on);

#endif
