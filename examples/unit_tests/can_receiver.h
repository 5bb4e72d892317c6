/* SPDX-License-Identifier: MIT */
/* What the files of the receiver share; not for its users. */
#ifndef CAN_RECEIVER_H
#define CAN_RECEIVER_H

#include "can.h"

struct can_receiver {
	struct can_frame *ring;
	size_t capacity, first, used;
	uint64_t counts[CAN_RESULTS];
	can_log log; /* or NULL */
	void *log_context;
};

/* Tells the log that a frame was refused, and why. */
void can_note(const struct can_receiver *receiver, enum can_result reason, size_t size);

#endif
