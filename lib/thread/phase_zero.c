/* SPDX-License-Identifier: MIT */
/*
 * The phase word where a place is a distance from the thread's own words, so that zero means INIT.
 * It must not know what else the word says.
 */
#include "thread/phase.h"

/* MACHINE: musl uses it; arm64 is not built. */
__asm__(PL_PHASE_VARIABLE(".quad 0"));
