/* SPDX-License-Identifier: MIT */
/*
 * CAN and CAN FD frames as a gateway sends them over a byte link, the signals in them, and a
 * receiver that keeps what came in until it is taken. It knows nothing of phaselock. Its memory is
 * taken by can_receiver_create(); no other function may ask for any, whatever comes in.
 *
 * On the link, big-endian: identifier with the flags above it (4 bytes), code of the length (1),
 * data, CRC-16 of all before (2).
 */
#ifndef CAN_H
#define CAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAN_DATA_MAX 64 /* bytes; of a frame without CAN_FD: 8 */
#define CAN_WIRE_MAX (4 + 1 + CAN_DATA_MAX + 2)

/* Flags: */
#define CAN_EXTENDED (1u << 31) /* the identifier has 29 bits, not 11 */
#define CAN_FD (1u << 30)

struct can_frame {
	uint32_t id;
	uint32_t flags;
	uint8_t length; /* of data, in bytes: 0 to 8, with CAN_FD also 12, 16, 20, 24, 32, 48, 64 */
	uint8_t data[CAN_DATA_MAX];
};

enum can_result {
	CAN_OK,
	CAN_WRONG_LENGTH, /* of the bytes, or for the kind of frame */
	CAN_WRONG_ID,
	CAN_WRONG_CHECKSUM,
	CAN_FULL, /* the receiver's ring: the frame is lost */
	CAN_RESULTS,
};

/* Returns the number of bytes written, or 0 if the frame is none or does not fit. */
size_t can_encode(const struct can_frame *frame, uint8_t *wire, size_t room);
enum can_result can_decode(struct can_frame *frame, const uint8_t *wire, size_t size);

/* A number in a frame: bits counted from the lowest one of the first byte (Intel's order). */
struct can_signal {
	unsigned first, bits; /* 1 to 63 bits */
	bool is_signed;
	double factor, offset; /* physical value = raw value * factor + offset */
};

/* False if the signal does not lie in the frame or, for packing, the value not in the signal. */
bool can_pack(struct can_frame *frame, const struct can_signal *signal, double value);
bool can_unpack(const struct can_frame *frame, const struct can_signal *signal, double *value);

struct can_receiver;

/* Told of each frame that is refused. The text is valid during the call. */
typedef void (*can_log)(const char *text, void *context);

/* Returns a receiver, to be given to can_receiver_destroy(), or NULL if there is no memory. */
struct can_receiver *can_receiver_create(size_t frames);
void can_receiver_destroy(struct can_receiver *receiver);
void can_receiver_set_log(struct can_receiver *receiver, can_log log, void *context);

/* Keeps a frame that is whole. Takes the oldest one; false if there is none. Forgets all. */
enum can_result can_receiver_put(struct can_receiver *receiver, const uint8_t *wire, size_t size);
bool can_receiver_take(struct can_receiver *receiver, struct can_frame *frame);
void can_receiver_reset(struct can_receiver *receiver);

/* How many frames came to that result. */
uint64_t can_receiver_count(const struct can_receiver *receiver, enum can_result result);

#endif
