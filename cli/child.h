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
 * Starts the program with that environment. Returns its process, or 0 with errno of why it cannot
 * be started. From here on this process has signals blocked: call it once.
 */
pid_t child_start(const struct program *program, char *const *environment);

/*
 * Waits until the program ends, and passes SIGTERM and SIGHUP on to it meanwhile. Calls readable
 * whenever there is something to read from fd, unless that is -1.
 */
struct child_end child_wait(pid_t child, int fd, void (*readable)(void *context), void *context);

#endif
