/* SPDX-License-Identifier: MIT */
/*
 * A ring of frames and counts of what came in. It must not know how a frame looks on the link.
 */
#include "can_receiver.h"

#include <stdlib.h>

struct can_receiver *can_receiver_create(size_t frames)
{
	struct can_receiver *receiver = calloc(1, sizeof(*receiver));

	if (receiver == NULL)
		return NULL;
	receiver->ring = calloc(frames, sizeof(*receiver->ring));
	receiver->capacity = frames;
	if (receiver->ring == NULL) {
		free(receiver);
		return NULL;
	}
	return receiver;
}

void can_receiver_destroy(struct can_receiver *receiver)
{
	if (receiver == NULL)
		return;
	free(receiver->ring);
	free(receiver);
}

void can_receiver_set_log(struct can_receiver *receiver, can_log log, void *context)
{
	receiver->log = log;
	receiver->log_context = context;
}

static enum can_result keep(struct can_receiver *receiver, const uint8_t *wire, size_t size)
{
	struct can_frame frame;
	enum can_result result = can_decode(&frame, wire, size);

	if (result != CAN_OK)
		return result;
	if (receiver->used == receiver->capacity)
		return CAN_FULL;
	receiver->ring[(receiver->first + receiver->used++) % receiver->capacity] = frame;
	return CAN_OK;
}

enum can_result can_receiver_put(struct can_receiver *receiver, const uint8_t *wire, size_t size)
{
	enum can_result result = keep(receiver, wire, size);

	receiver->counts[result]++;
	if (result != CAN_OK)
		can_note(receiver, result, size);
	return result;
}

bool can_receiver_take(struct can_receiver *receiver, struct can_frame *frame)
{
	if (receiver->used == 0)
		return false;
	*frame = receiver->ring[receiver->first];
	receiver->first = (receiver->first + 1) % receiver->capacity;
	receiver->used--;
	return true;
}

void can_receiver_reset(struct can_receiver *receiver)
{
	receiver->first = receiver->used = 0;
	for (int i = 0; i < CAN_RESULTS; i++)
		receiver->counts[i] = 0;
}

uint64_t can_receiver_count(const struct can_receiver *receiver, enum can_result result)
{
	return receiver->counts[result];
}
