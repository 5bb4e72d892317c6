/* SPDX-License-Identifier: MIT */
/*
 * The life of the program as a child process.
 */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include "program.h"

#include <stdint.h>
#include <sys/types.h>

struct child_end {
	int status;	   /* of the program: its own, or 128 and the signal */
	int signal;	   /* that ended it, or 0 */
	bool has_mark;	   /* its last image was marked by the library as a guarded one */
	bool had_children; /* that it has waited for */
};

/* Something to be read while the program runs; fd is -1 if there is nothing. */
struct child_source {
	int fd;
	void (*readable)(void *context);
	void *context;
};

/* What is done about processes that lose their parent: they become children of this one. */
struct child_orphans {
	/* One has ended, as a guarded one; id: as it knew it itself. */
	void (*ended)(void *context, uint32_t id);
	void *context;
};

/*
 * From here on this process has signals blocked, and obeys those that it passes on: SIGTERM, SIGHUP
 * and the two given, 0 being none. Before all else, once. Returns false, with errno, if there is no
 * descriptor to be had.
 */
bool child_take_signals(int lock_signal, int unlock_signal);

/* Takes the place of the parents that descendants lose. Before the program starts. */
void child_adopt(const struct child_orphans *orphans);

/*
 * Starts the program with that environment, the signals as they were found, and those descriptors
 * besides its own. Returns its process, or 0 with errno of why it cannot be started.
 */
pid_t child_start(const struct program *program, char *const *environment, const int *files,
		  size_t file_count);

/*
 * For who waits for something else while the program runs: the descriptor that is readable when
 * signals have come, or -1 if no program runs, and what passes them on.
 */
int child_signals(void);
void child_pass_signals_on(void);

/* Waits until the program ends; passes signals on to it, and takes what there is to be read. */
struct child_end child_wait(pid_t child, struct child_source *sources, size_t count);

/* Waits for something to be read, timeout_ms at most, and takes it. */
void child_serve(struct child_source *sources, size_t count, int timeout_ms);

/* Returns whether processes that have lost their parents still run. */
bool child_orphans_run(void);

#endif
