/* SPDX-License-Identifier: MIT */
/*
 * The stages of a request's life, told by phaselock with stages=1. The counts are of the worker's
 * whole thread, so they have what nginx itself asks for between two marks, and that of other
 * requests which are open at the same time.
 */
#ifndef STAGES_H
#define STAGES_H

#include "module.h"

void stages_begin(struct context *context);
void stages_mark(struct context *context, const char *name);

/*
 * Ends the life of the request, in its pool's cleanup. What its pools hold goes right after that
 * and leaks nothing: only what else was allocated since the begin and not given back does.
 */
void stages_end(struct context *context);

#endif
