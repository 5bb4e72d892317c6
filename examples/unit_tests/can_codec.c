/* SPDX-License-Identifier: MIT */
/*
 * Frames to bytes and back, and signals in the data of a frame. It must not know of receivers.
 */
#include "can.h"

#include <math.h>
#include <string.h>

#define CAN_OVERHEAD (CAN_WIRE_MAX - CAN_DATA_MAX)
#define CAN_FLAGS (CAN_EXTENDED | CAN_FD)

/* The bytes of data for each code of the length. */
static const uint8_t lengths[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64};

static uint16_t crc16(const uint8_t *bytes, size_t count)
{
	unsigned crc = 0xffff;

	while (count-- > 0) {
		crc ^= (unsigned)*bytes++ << 8;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
	}
	return (uint16_t)crc;
}

static bool is_an_id(uint32_t id, uint32_t flags)
{
	return id < ((flags & CAN_EXTENDED) != 0 ? 1u << 29 : 1u << 11);
}

/* Returns the code of a length, or -1 if such a frame has no such length. */
static int length_code(uint8_t length, uint32_t flags)
{
	int codes = (flags & CAN_FD) != 0 ? 16 : 9;

	for (int code = 0; code < codes; code++)
		if (lengths[code] == length)
			return code;
	return -1;
}

size_t can_encode(const struct can_frame *frame, uint8_t *wire, size_t room)
{
	int code = length_code(frame->length, frame->flags);
	size_t size = (size_t)frame->length + CAN_OVERHEAD;
	uint32_t head = frame->id | (frame->flags & CAN_FLAGS);
	uint16_t crc;

	if (code < 0 || !is_an_id(frame->id, frame->flags) || size > room)
		return 0;
	for (int i = 0; i < 4; i++)
		wire[i] = (uint8_t)(head >> (24 - 8 * i));
	wire[4] = (uint8_t)code;
	memcpy(wire + 5, frame->data, frame->length);
	crc = crc16(wire, size - 2);
	wire[size - 2] = (uint8_t)(crc >> 8);
	wire[size - 1] = (uint8_t)crc;
	return size;
}

enum can_result can_decode(struct can_frame *frame, const uint8_t *wire, size_t size)
{
	uint32_t head = 0;

	if (size < CAN_OVERHEAD || wire[4] > 15 || size != lengths[wire[4]] + (size_t)CAN_OVERHEAD)
		return CAN_WRONG_LENGTH;
	/* The CRC of bytes that end with their own CRC is 0. */
	if (crc16(wire, size) != 0)
		return CAN_WRONG_CHECKSUM;
	for (int i = 0; i < 4; i++)
		head = head << 8 | wire[i];
	frame->flags = head & CAN_FLAGS;
	frame->id = head & ~CAN_FLAGS;
	frame->length = lengths[wire[4]];
	if (!is_an_id(frame->id, frame->flags))
		return CAN_WRONG_ID;
	if (length_code(frame->length, frame->flags) < 0)
		return CAN_WRONG_LENGTH;
	memcpy(frame->data, wire + 5, frame->length);
	return CAN_OK;
}

static bool lies_in(const struct can_frame *frame, const struct can_signal *signal)
{
	return signal->bits > 0 && signal->bits < 64 && signal->factor != 0 &&
	       signal->first + signal->bits <= frame->length * 8u;
}

bool can_pack(struct can_frame *frame, const struct can_signal *signal, double value)
{
	double raw = round((value - signal->offset) / signal->factor);
	double range = ldexp(1, (int)signal->bits), least = signal->is_signed ? -range / 2 : 0;
	uint64_t bits;

	if (!lies_in(frame, signal) || !(raw >= least && raw < least + range))
		return false;
	bits = (uint64_t)(int64_t)raw;
	for (unsigned i = 0; i < signal->bits; i++) {
		uint8_t *byte = &frame->data[(signal->first + i) / 8];
		unsigned place = (signal->first + i) % 8;

		*byte = (uint8_t)((*byte & ~(1u << place)) | ((unsigned)(bits >> i & 1) << place));
	}
	return true;
}

bool can_unpack(const struct can_frame *frame, const struct can_signal *signal, double *value)
{
	int64_t raw = 0;

	if (!lies_in(frame, signal))
		return false;
	for (unsigned i = 0; i < signal->bits; i++) {
		unsigned at = signal->first + i;

		raw |= (int64_t)(frame->data[at / 8] >> at % 8 & 1) << i;
	}
	if (signal->is_signed && (raw >> (signal->bits - 1) & 1) != 0)
		raw -= (int64_t)1 << signal->bits;
	*value = (double)raw * signal->factor + signal->offset;
	return true;
}
