/* SPDX-License-Identifier: MIT */
/*
 * A stream with reports in it, raw to named. One annotator holds the state of one stream. Text that
 * is no report comes out unchanged.
 */
#ifndef CLI_ANNOTATE_H
#define CLI_ANNOTATE_H

#include "namer.h"

#include <stddef.h>

struct annotator;

/* Takes text that is done; the text is valid during the call only. */
typedef void (*annotator_sink)(void *context, const char *text, size_t length);

/* It finds names by namer_new(options). Returns NULL if memory ends. */
struct annotator *annotator_new(const struct namer_options *options);

void annotator_free(struct annotator *annotator);

/*
 * Takes a part of the stream, of any length. The sink gets complete lines in order, at most once a
 * call. It holds a report back until the build-id lines or the verdict have come, or 64 KiB of it,
 * and an incomplete line up to the same length.
 */
void annotator_feed(struct annotator *annotator, const char *text, size_t length,
		    annotator_sink sink, void *context);

/* The stream has ended: gives the sink what was held back. */
void annotator_flush(struct annotator *annotator, annotator_sink sink, void *context);

#endif
