/* SPDX-License-Identifier: MIT */
/* The gRPC call's messages, by nanopb with fields of fixed sizes: header_review.options. */
#ifndef REPORT_H
#define REPORT_H

#include "header_review.pb.h"
#include "headers.h"

#define REPORT_MESSAGE_MAX (header_review_HeaderReport_size + 5)
#define REPORT_LABEL_SIZE sizeof(((header_review_HeaderVerdict *)0)->label)

typedef header_review_HeaderReport report_fields;

/* Begins a report of the request with this id, of at most FILTER_ID_MAX characters. */
void report_begin(report_fields *report, const char *id);

/* Adds one header of those that came; chosen are the ones the host wants to know. */
void report_note(report_fields *report, const struct header *header, bool chosen);

/*
 * Writes the message, with the prefix of gRPC if framed, to capacity bytes. Returns its size, 0 if
 * it does not fit.
 */
size_t report_write(const report_fields *report, bool framed, void *out, size_t capacity);

/*
 * Reads the verdict, and its label, "" if it has none, which is a header's value. Returns false if
 * the message is none, is compressed, or more than one.
 */
bool report_read_verdict(struct filter_bytes message, bool framed, bool *accepted,
			 char label[REPORT_LABEL_SIZE]);

#endif
