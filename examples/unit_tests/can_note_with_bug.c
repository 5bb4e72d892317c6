/* SPDX-License-Identifier: MIT */
/*
 * The text for the log, with a mistake: it is made on the heap before it is known whether anyone
 * wants it, and if no one does it is lost. Every result of the receiver is right.
 */
#define _GNU_SOURCE
#include "can_receiver.h"

#include <stdio.h>
#include <stdlib.h>

void can_note(const struct can_receiver *receiver, enum can_result reason, size_t size)
{
	char *text;

	if (asprintf(&text, "frame of %zu bytes refused, reason %d", size, (int)reason) < 0)
		return;
	if (receiver->log == NULL)
		return; /* the bug */
	receiver->log(text, receiver->log_context);
	free(text);
}
