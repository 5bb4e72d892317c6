/* SPDX-License-Identifier: MIT */
/*
 * The signals of the command, which are meant for the program.
 */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include "common/channel.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * From here on this process blocks signals, and takes those that it passes on. Call it once, before
 * all else. The end of a copy (copy.h) is told by another signal than these two, 0 being none.
 * Returns false, with errno, if no descriptor can be had.
 */
bool signals_take(int lock_signal, int unlock_signal);

/* The signals that are not passed on, because they lock and unlock all processes; 0: none. */
struct signals_moments {
	int lock;
	int unlock;
	void (*say)(void *context, enum pl_channel_want want);
	void *context;
};

void signals_keep_moments(const struct signals_moments *moments);

/*
 * Will say in so many milliseconds that it is time to lock. Returns false, with errno, if it
 * cannot.
 */
bool signals_start_clock(uint64_t milliseconds);

/*
 * Restores the signals that signals_take() has found. Call it in the program's process, before
 * exec.
 */
void signals_give_back(void);

/* The descriptor that is readable when signals have come. */
int signals_fd(void);

/* Sends the program the signals that have come for it, and says which moments have come. */
void signals_pass_on(pid_t program);

/* Returns the last signal that was passed on and asks for an end, as SIGTERM does, or 0. */
int signals_end_asked(void);

#endif
