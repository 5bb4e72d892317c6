/* SPDX-License-Identifier: MIT */
/* What report.h does, by protobuf-c: the messages for naive.c. */
#ifndef NAIVE_REPORT_H
#define NAIVE_REPORT_H

#include "header_review.pb-c.h"
#include "headers.h"

typedef HeaderReview__HeaderReport report_message;

/* Returns a new report of the request with this id, for report_free(), which takes NULL too. */
report_message *report_new(const char *id);
void report_free(report_message *report);

/* Adds one header of those that came. */
void report_note(report_message *report, const struct header *header, bool chosen);

/* Returns the message, for free(), with the prefix of gRPC if framed, and its size. */
void *report_pack(const report_message *report, bool framed, size_t *size);

/* Reads the verdict. Returns its label, for free(), or NULL if the message is none. */
char *report_read_verdict(struct filter_bytes message, bool framed, bool *accepted);

#endif
