/* SPDX-License-Identifier: MIT */
/* The files of profile=, as the programs left them. */
#ifndef CLI_RECORD_RAW_H
#define CLI_RECORD_RAW_H

#include "common/channel.h"

/* Returns whether a file begins as such a one: with these eight bytes. */
bool record_raw_is(const void *start);

/*
 * Reads what was taken in it to memory that is laid out like that of a run: record and profile are
 * at PL_CHANNEL_RECORD_AT and PL_CHANNEL_PROFILE_AT. NULL: it was cut off, or there is no memory.
 */
char *record_raw_read(int fd);
void record_raw_free(char *memory);

#endif
