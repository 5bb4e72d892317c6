/* SPDX-License-Identifier: MIT */
/*
 * The life of the program as a child process.
 */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include "program.h"

#include <sys/types.h>

struct child_end {
	int status;    /* of the program: its own, or 128 and the signal */
	int signal;    /* that ended it, or 0 */
	bool has_mark; /* its last image was marked by the library as a guarded one */
};

/*
 * From here on this process has signals blocked, and obeys those that it passes on: SIGTERM, SIGHUP
 * and the two given, 0 being none. Before all else, once. Returns false, with errno, if there is no
 * descriptor to be had.
 */
bool child_take_signals(int lock_signal, int unlock_signal);

/*
 * Starts the program with that environment, and the signals as they were found. Returns its
 * process, or 0 with errno of why it cannot be started.
 */
pid_t child_start(const struct program *program, char *const *environment);

/*
 * For who waits for something else while the program runs: the descriptor that is readable when
 * signals have come, or -1 if no program runs, and what passes them on.
 */
int child_signals(void);
void child_pass_signals_on(void);

/*
 * Waits until the program ends, and passes signals on to it meanwhile. Calls readable
 * whenever there is something to read from fd, unless that is -1.
 */
struct child_end child_wait(pid_t child, int fd, void (*readable)(void *context), void *context);

#endif
