/* SPDX-License-Identifier: MIT */
/*
 * Where guarded processes that have lost the files of the page, and cannot find this process in
 * their /proc, are handed them again.
 */
#ifndef CLI_DOOR_H
#define CLI_DOOR_H

#include "page.h"

struct door {
	int listener; /* to be polled for reading; -1: there is none */
	const struct page *page;
};

/* Opens the door; where the system has none to give, it says so, and the door stays closed. */
void door_open(struct door *door, const struct page *page);

/* Answers whoever waits there; context is the door. */
void door_answer(void *context);

#endif
