/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "naive_report.h"

#include "rules.h"

#include <stdlib.h>
#include <string.h>

/* As header_review.options has them for the other filter, whose messages these are to equal. */
#define NAME_MAX_SIZE 64
#define VALUE_MAX_SIZE 128
#define METHOD_MAX_SIZE 16
#define PATH_MAX_SIZE 256
#define AUTHORITY_MAX_SIZE 128
#define CHOSEN_MAX 8
#define LABEL_MAX_LENGTH 31

#define FRAME_SIZE 5

report_message *report_new(const char *id)
{
	report_message *report = malloc(sizeof(*report)); /* heap */

	header_review__header_report__init(report);
	report->request_id = strdup(id); /* heap */
	return report;
}

void report_free(report_message *report)
{
	if (report != NULL)
		header_review__header_report__free_unpacked(report, NULL);
}

/* Of a header that comes twice the last one stays. */
static void assign(report_message *report, ProtobufCBinaryData *field, struct text text, size_t max)
{
	if (text.length > max) {
		text.length = max;
		report->cut = true;
	}
	free(field->data);
	field->data = malloc(text.length + 1); /* heap */
	field->len = text.length;
	memcpy(field->data, text.at, text.length);
}

static void choose(report_message *report, const struct header *header)
{
	HeaderReview__Header *chosen;
	size_t size = (report->n_chosen + 1) * sizeof(*report->chosen);

	if (report->n_chosen == CHOSEN_MAX) {
		report->cut = true;
		return;
	}
	chosen = malloc(sizeof(*chosen)); /* heap */
	header_review__header__init(chosen);
	assign(report, &chosen->name, header->name, NAME_MAX_SIZE);
	assign(report, &chosen->value, header->value, VALUE_MAX_SIZE);
	report->chosen = realloc(report->chosen, size); /* heap */
	report->chosen[report->n_chosen++] = chosen;
}

void report_note(report_message *report, const struct header *header, bool chosen)
{
	report->received++;
	if (text_is(header->name, ":method"))
		assign(report, &report->method, header->value, METHOD_MAX_SIZE);
	else if (text_is(header->name, ":path"))
		assign(report, &report->path, header->value, PATH_MAX_SIZE);
	else if (text_is(header->name, ":authority") || text_is(header->name, "host"))
		assign(report, &report->authority, header->value, AUTHORITY_MAX_SIZE);
	if (chosen)
		choose(report, header);
}

void *report_pack(const report_message *report, bool framed, size_t *size)
{
	size_t length = header_review__header_report__get_packed_size(report);
	unsigned char *message = malloc(FRAME_SIZE + length); /* heap */
	unsigned char *at = message;

	if (framed) {
		*at++ = 0;
		for (int shift = 24; shift >= 0; shift -= 8)
			*at++ = (unsigned char)(length >> shift);
	}
	header_review__header_report__pack(report, at);
	*size = (size_t)(at - message) + length;
	return message;
}

static bool unframe(struct filter_bytes *message)
{
	const unsigned char *at = message->data;
	size_t size = 0;

	if (message->size < FRAME_SIZE || at[0] != 0)
		return false;
	for (int i = 1; i < FRAME_SIZE; i++)
		size = size << 8 | at[i];
	message->data = at + FRAME_SIZE;
	message->size -= FRAME_SIZE;
	return message->size == size;
}

char *report_read_verdict(struct filter_bytes message, bool framed, bool *accepted)
{
	HeaderReview__HeaderVerdict *verdict;
	struct header header = {text_of("label"), {NULL, 0}};
	char *label = NULL;

	if (framed && !unframe(&message))
		return NULL;
	verdict =
		header_review__header_verdict__unpack(NULL, message.size, message.data); /* heap */
	if (verdict == NULL)
		return NULL;
	header.value = text_of(verdict->label);
	if (header.value.length <= LABEL_MAX_LENGTH && rules_allow(&header)) {
		*accepted = verdict->accepted;
		label = strdup(verdict->label); /* heap */
	}
	header_review__header_verdict__free_unpacked(verdict, NULL);
	return label;
}
