/* SPDX-License-Identifier: MIT */
#include "report.h"

#include "rules.h"

#include <pb_decode.h>
#include <pb_encode.h>
#include <string.h>

/* In front of each gRPC message: whether it is compressed, its size in four bytes, big endian. */
#define FRAME_SIZE 5

#define ASSIGN(report, field, text)                                                                \
	assign(report, (report)->field.bytes, sizeof((report)->field.bytes),                       \
	       &(report)->field.size, text)

static void assign(report_fields *report, pb_byte_t *bytes, size_t capacity, pb_size_t *size,
		   struct text text)
{
	if (text.length > capacity) {
		text.length = capacity;
		report->cut = true;
	}
	memcpy(bytes, text.at, text.length);
	*size = (pb_size_t)text.length;
}

void report_begin(report_fields *report, const char *id)
{
	*report = (header_review_HeaderReport)header_review_HeaderReport_init_zero;
	memcpy(report->request_id, id, strlen(id) + 1);
}

static void choose(report_fields *report, const struct header *header)
{
	header_review_Header *chosen;

	if (report->chosen_count == sizeof(report->chosen) / sizeof(*report->chosen)) {
		report->cut = true;
		return;
	}
	chosen = &report->chosen[report->chosen_count++];
	assign(report, chosen->name.bytes, sizeof(chosen->name.bytes), &chosen->name.size,
	       header->name);
	assign(report, chosen->value.bytes, sizeof(chosen->value.bytes), &chosen->value.size,
	       header->value);
}

void report_note(report_fields *report, const struct header *header, bool chosen)
{
	report->received++;
	if (text_is(header->name, ":method"))
		ASSIGN(report, method, header->value);
	else if (text_is(header->name, ":path"))
		ASSIGN(report, path, header->value);
	else if (text_is(header->name, ":authority") || text_is(header->name, "host"))
		ASSIGN(report, authority, header->value);
	if (chosen)
		choose(report, header);
}

size_t report_write(const report_fields *report, bool framed, void *out, size_t capacity)
{
	pb_byte_t *bytes = out;
	size_t prefix = framed ? FRAME_SIZE : 0;
	pb_ostream_t stream;

	if (capacity < prefix)
		return 0;
	stream = pb_ostream_from_buffer(bytes + prefix, capacity - prefix);
	if (!pb_encode(&stream, header_review_HeaderReport_fields, report))
		return 0;
	if (framed) {
		bytes[0] = 0;
		for (int i = 0; i < 4; i++)
			bytes[1 + i] = (pb_byte_t)(stream.bytes_written >> (24 - 8 * i));
	}
	return prefix + stream.bytes_written;
}

/* Returns whether bytes are one whole message that is not compressed, and takes its prefix off. */
static bool unframe(struct filter_bytes *bytes)
{
	const pb_byte_t *at = bytes->data;
	size_t size = 0;

	if (bytes->size < FRAME_SIZE || at[0] != 0)
		return false;
	for (int i = 1; i < FRAME_SIZE; i++)
		size = size << 8 | at[i];
	*bytes = (struct filter_bytes){at + FRAME_SIZE, bytes->size - FRAME_SIZE};
	return size == bytes->size;
}

bool report_read_verdict(struct filter_bytes message, bool framed, bool *accepted,
			 char label[REPORT_LABEL_SIZE])
{
	header_review_HeaderVerdict verdict = header_review_HeaderVerdict_init_zero;
	struct header header = {text_of("label"), {NULL, 0}};
	pb_istream_t stream;

	if (framed && !unframe(&message))
		return false;
	stream = pb_istream_from_buffer(message.data, message.size);
	if (!pb_decode(&stream, header_review_HeaderVerdict_fields, &verdict))
		return false;
	header.value = text_of(verdict.label);
	if (!rules_allow(&header))
		return false;
	*accepted = verdict.accepted;
	memcpy(label, verdict.label, REPORT_LABEL_SIZE);
	return true;
}
