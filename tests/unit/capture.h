/* SPDX-License-Identifier: MIT */
/*
 * Captures what this process writes to stderr for a while. Make no assertion meanwhile: its message
 * would be captured too.
 */
#ifndef TEST_CAPTURE_H
#define TEST_CAPTURE_H

#include "unit.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

struct capture {
	int file;
	int saved;
	char text[65536];
};

static inline void capture_begin(struct capture *capture)
{
	fflush(stderr);
	capture->file = memfd_create("stderr", MFD_CLOEXEC);
	capture->saved = dup(STDERR_FILENO);
	assert_true(capture->file >= 0 && capture->saved >= 0);
	dup2(capture->file, STDERR_FILENO);
}

/* Returns the captured text, which lives as long as *capture. */
static inline const char *capture_end(struct capture *capture)
{
	ssize_t length = pread(capture->file, capture->text, sizeof(capture->text) - 1, 0);

	dup2(capture->saved, STDERR_FILENO);
	close(capture->saved);
	close(capture->file);
	assert_true(length >= 0);
	capture->text[length] = '\0';
	return capture->text;
}

#endif
