/* SPDX-License-Identifier: MIT */
/*
 * The life of the program as a child process.
 */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include "process.h"
#include "program.h"

#include <stdint.h>
#include <sys/types.h>

struct child_end {
	int status;	   /* the program's own, or 128 and the signal */
	int signal;	   /* the signal that ended it, or 0 */
	bool has_mark;	   /* the library has marked its last image as a guarded one */
	bool had_children; /* it has waited for some */
};

/* Something to be read while the program runs; fd is -1 if there is nothing. */
struct child_source {
	int fd;
	void (*readable)(void *context);
	void *context;
};

/* What to do when a child has ended, the program or one that was adopted. */
struct child_ends {
	/* It was a guarded one. */
	void (*ended)(void *context, const struct process *process);
	void *context;
};

/*
 * Call both before the program starts. The second: this process adopts descendants without a
 * parent.
 */
void child_watch_ends(const struct child_ends *ends);
void child_adopt(void);

/*
 * Starts the program with that environment, the signals as they were found, and those descriptors
 * besides its own. If this process is killed, so is the program. Returns its process, or 0 with the
 * errno that says why it cannot be started.
 */
pid_t child_start(const struct program *program, char *const *environment, const int *files,
		  size_t file_count);

/*
 * For a caller that waits for something else while the program runs. The first returns the
 * descriptor that is readable when signals have come, or -1 if no program runs; the second passes
 * them on.
 */
int child_signals(void);
void child_pass_signals_on(void);

/* Waits until the program ends; passes signals on to it, and takes what there is to be read. */
struct child_end child_wait(pid_t child, struct child_source *sources, size_t count);

/* Waits for something to be read, timeout_ms at most, and takes it. */
void child_serve(struct child_source *sources, size_t count, int timeout_ms);

/* Passes a signal that asked the program to end on to the processes that it has left. */
void child_tell_orphans(void);

/* Returns whether processes that have lost their parents still run. */
bool child_orphans_run(void);

#endif
