/* SPDX-License-Identifier: MIT */
/*
 * What the system says of another process. After it has ended it still does so, until it is reaped.
 */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
	pid_t parent;	   /* 0: not known, or of another namespace */
	uint64_t handled;  /* signals that have a handler; 1 << 0 is signal 1 */
	char name[16];	   /* as the program set it, so it may be anything */
	uint32_t id;	   /* its own, in the innermost namespace; 0: not known */
	bool had_children; /* it has waited for one, which did something */
};

/* Returns all zero for a process that is not there, or that cannot be seen. */
struct process process_look_at(pid_t process);

bool process_handles(const struct process *process, int signal);

#endif
