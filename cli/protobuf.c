/* SPDX-License-Identifier: MIT */
/* Writes fields of protocol buffers into memory. It must not know what they mean. */
#define _GNU_SOURCE
#include "protobuf.h"

#include "emit.h"

#include <stdlib.h>
#include <string.h>

enum { WIRE_NUMBER = 0, WIRE_BYTES = 2 };

static void append(struct protobuf *message, const void *bytes, size_t size)
{
	if (size > message->room - message->size) {
		message->room = 2 * message->room + size + 64;
		message->bytes = emit_checked(realloc(message->bytes, message->room));
	}
	if (size > 0)
		memcpy(message->bytes + message->size, bytes, size);
	message->size += size;
}

/* Seven bits a byte, the lowest first. */
void protobuf_packed(struct protobuf *list, uint64_t number)
{
	uint8_t bytes[10];
	size_t size = 0;

	do {
		bytes[size++] = (uint8_t)((number & 127) | (number > 127 ? 128 : 0));
		number >>= 7;
	} while (number > 0);
	append(list, bytes, size);
}

/* Zero is what a field is without being there. */
void protobuf_number(struct protobuf *message, unsigned field, uint64_t number)
{
	if (number == 0)
		return;
	protobuf_packed(message, field << 3 | WIRE_NUMBER);
	protobuf_packed(message, number);
}

void protobuf_bytes(struct protobuf *message, unsigned field, const void *bytes, size_t size)
{
	protobuf_packed(message, field << 3 | WIRE_BYTES);
	protobuf_packed(message, size);
	append(message, bytes, size);
}

void protobuf_string(struct protobuf *message, unsigned field, const char *string)
{
	protobuf_bytes(message, field, string, strlen(string));
}

void protobuf_message(struct protobuf *message, unsigned field, const struct protobuf *inner)
{
	protobuf_bytes(message, field, inner->bytes, inner->size);
}

void protobuf_clear(struct protobuf *message)
{
	message->size = 0;
}

void protobuf_free(struct protobuf *message)
{
	free(message->bytes);
	*message = (struct protobuf){.size = 0};
}
