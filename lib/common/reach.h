/* SPDX-License-Identifier: MIT */
/*
 * How a guarded process comes to the files in memory that `phaselock run` shares with it, whatever
 * its user, its root folder and its namespaces are. All from the constructor.
 */
#ifndef PL_REACH_H
#define PL_REACH_H

#include "common/base.h"

/*
 * The variable of the environment that says where they are, "PAGE:ALIVE:COOKIE:NAME": two inherited
 * descriptors, a number that each file has in it, and the abstract name of a socket of the command,
 * which hands the two to a process that has closed them. The name has the command's id in it.
 */
#define PL_REACH_VARIABLE "PHASELOCK_RUN_CHANNEL"
#define PL_REACH_NAME "phaselock-run-" /* then the id, and a hyphen */

/* What each of the files begins with. */
struct pl_reach_head {
	uint64_t magic;
	/* nobody can know it who is not told: a file that has it is the command's */
	uint64_t cookie;
};

/* What is wanted of the first file; of the second nothing is ever read but its head. */
struct pl_reach_parts {
	size_t size;
	size_t rest_at; /* a multiple of the page size */
	size_t rest_size;
	/* Of what follows only the begin can be touched: mlockall() shall not fill the rest. */
	size_t more_at; /* a multiple of the page size */
	size_t more_size;
	size_t more_begin;
};

struct pl_reach {
	void *page;
	void *rest;  /* NULL: the file has none, or there is no room for it */
	void *more;  /* likewise */
	void *alive; /* mapped as long as this image lives: by that the command sees that it does */
};

/*
 * Maps the two files that the text names. Waits for the command, PL_REACH_WAIT_MS at most. Returns
 * false, with nothing mapped, if there are none of that magic and size, whom nobody can cut.
 */
bool pl_reach(const char *text, uint64_t magic, const struct pl_reach_parts *parts,
	      struct pl_reach *found);

#define PL_REACH_WAIT_MS 10000 /* the command answers at once, if it is not stopped */

#define PL_REACH_PATH_SIZE 64

/* Returns whether a path is "/proc/PID/fd/NUMBER", and the command the process, as text has it. */
bool pl_reach_is_own(const char *text, const char path[PL_REACH_PATH_SIZE]);

/* Gives back what pl_reach() has mapped. */
void pl_reach_leave(const struct pl_reach *found, const struct pl_reach_parts *parts);

/* Closes the inherited descriptors, if they are the command's: the program shall not find them. */
void pl_reach_close_inherited(const char *text, uint64_t magic);

#endif
