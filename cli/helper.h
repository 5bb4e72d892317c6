/* SPDX-License-Identifier: MIT */
/*
 * The process that reads debug information, and takes the harm that may be in it. It has limits,
 * and neither files nor signals of the process that started it. It ends with that process.
 */
#ifndef CLI_HELPER_H
#define CLI_HELPER_H

#include "common/base.h"

struct helper_start {
	int fd;			/* its end of a pair of SOCK_SEQPACKET: questions and answers */
	const char *debug_path; /* as for symbols_new() */
	bool debuginfod;	/* its servers may be asked */
};

/* The whole life of that process, for clone(2). Returns its status when no more questions come. */
int helper_run(void *start);

#endif
