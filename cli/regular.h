/* SPDX-License-Identifier: MIT */
/*
 * Regular files are opened, and nothing else: to open a FIFO waits for who writes to it, and to
 * open a device can do anything. It must not know what the files are.
 */
#ifndef CLI_REGULAR_H
#define CLI_REGULAR_H

/*
 * Opens a file to read it. Returns -1, with errno, if it cannot, or it is no regular file or empty.
 */
int regular_open(const char *path);

/* From here on open(2) is so too, in this process, for all who call it to read a file. */
void regular_only(void);

#endif
