/* SPDX-License-Identifier: MIT */
/*
 * What all guarded processes have to say: texts, which come through one pipe, and reports, which
 * are in the record and are named. It is written to stderr or to the file of report=, in one order.
 * A collector that is NULL collects nothing; then each process writes its reports itself.
 */
#ifndef CLI_COLLECT_H
#define CLI_COLLECT_H

#include "arguments.h"
#include "common/layout.h"

struct collector;

/* Makes the pipe. Returns NULL after it has said why there is none. */
struct collector *collector_new(const struct arguments *arguments);

/* Says where the reports are. Before the program starts; NULL: there is no record. */
void collector_use(struct collector *collector, struct pl_layout *record);

/* Returns where the processes find the pipe while this one lives, "" if there is no collector. */
const char *collector_path(const struct collector *collector);

/* Returns the descriptor to poll for reading, or -1. */
int collector_fd(const struct collector *collector);

/* Takes what there is to read, without waiting; context is the collector. */
void collector_read(void *context);

/* Takes what still is in the pipe and in the record, writes it, and gives the collector back. */
void collector_end(struct collector *collector);

#endif
