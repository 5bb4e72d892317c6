/* SPDX-License-Identifier: MIT */
/*
 * Opens regular files and nothing else: opening a FIFO waits for a writer, and opening a device can
 * do anything. It must not know what the files are.
 */
#ifndef CLI_REGULAR_H
#define CLI_REGULAR_H

/*
 * Opens a file for reading. Returns -1, with errno, if that fails, or if the file is empty or not a
 * regular one.
 */
int regular_open(const char *path);

/* From here on open(2) does the same, in this process, for all who call it to read a file. */
void regular_only(void);

#endif
