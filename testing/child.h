/* SPDX-License-Identifier: MIT */
/*
 * Runs a piece of a test in a child process, which cannot run on into the rest of the test program,
 * and tells the parent how the child ended.
 */
#ifndef TESTING_CHILD_H
#define TESTING_CHILD_H

#include "text.h"

#include <stdbool.h>
#include <sys/types.h>

/* A child that runs longer is killed. */
#define CHILD_SECONDS 10

enum child_end {
	CHILD_FINISHED = 1, /* by child_finish(), with its number */
	CHILD_LEFT,	    /* its piece was left by longjmp() */
	CHILD_EXITED,	    /* by exit() with the number */
	CHILD_ENDED,	    /* by _exit() or its like with the number */
	CHILD_KILLED,	    /* by the signal of that number */
	CHILD_HUNG,	    /* it ran too long */
	CHILD_LOST,	    /* its end is not known: somebody else waited for it */
	CHILD_NOT_MADE,	    /* for the reason of that number, as errno */
};

struct child {
	enum child_end end;
	int number;
	void *shared;	    /* the caller's memory, zeroed; parent and child share it */
	char written[2048]; /* the first bytes that it wrote to stdout and stderr */

	/* For child.c. */
	struct child_note *note;
	size_t size;
	pid_t process;
	int pipe[2];
};

/*
 * Makes a child with shared memory. Returns true in the child, where no assertion is open, and
 * false in the parent, which must then call child_wait() and, last, child_release(), even if no
 * child was made. Heap: it may allocate, in a permit scope.
 */
bool child_start(struct child *child, size_t shared_size);
void child_wait(struct child *child);
void child_release(struct child *child);

/* Returns whether this process is such a child, or was forked by one. */
bool child_runs(void);

/* Returns whether this process is the child itself. Safe inside a watcher. */
bool child_is_self(void);

/* In the child: ends it with CHILD_FINISHED. Makes no heap request. */
_Noreturn void child_finish(int number);

/* Call it where a child must not come: ends the child. Does nothing in other processes. */
void child_left(void);

/* Appends how the child ended, without a subject: "ended by SIGSEGV (Segmentation fault)". */
void child_describe(const struct child *child, struct text *text);

/* Appends what the child wrote, if anything. */
void child_quote(const struct child *child, struct text *text);

#endif
