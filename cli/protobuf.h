/* SPDX-License-Identifier: MIT */
/*
 * Messages of protocol buffers, a field at a time: what profile.proto needs and no more. A compiler
 * of messages (protobuf-c) would have whole ones in memory.
 */
#ifndef CLI_PROTOBUF_H
#define CLI_PROTOBUF_H

#include "common/base.h"

/* A message while it is made. Begins as zeros, and is used again after protobuf_clear(). */
struct protobuf {
	uint8_t *bytes;
	size_t size, room;
};

void protobuf_number(struct protobuf *message, unsigned field, uint64_t number);
void protobuf_bytes(struct protobuf *message, unsigned field, const void *bytes, size_t size);
void protobuf_string(struct protobuf *message, unsigned field, const char *string);
void protobuf_message(struct protobuf *message, unsigned field, const struct protobuf *inner);

/* Adds a number of a packed list, whose message has nothing else. */
void protobuf_packed(struct protobuf *list, uint64_t number);

void protobuf_clear(struct protobuf *message);
void protobuf_free(struct protobuf *message);

#endif
