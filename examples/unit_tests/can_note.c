/* SPDX-License-Identifier: MIT */
/*
 * The text for the log, in a buffer on the stack. can_note_with_bug.c is the same with a mistake.
 */
#include "can_receiver.h"

#include <stdio.h>

void can_note(const struct can_receiver *receiver, enum can_result reason, size_t size)
{
	char text[64];

	if (receiver->log == NULL)
		return;
	snprintf(text, sizeof(text), "frame of %zu bytes refused, reason %d", size, (int)reason);
	receiver->log(text, receiver->log_context);
}
