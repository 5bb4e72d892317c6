/* SPDX-License-Identifier: MIT */
/* The frames of a call stack, read from the text that phaselock_describe() writes. */
#ifndef TESTING_FRAMES_H
#define TESTING_FRAMES_H

#include <phaselock/phaselock.h>

/* Room for the text of a request and its frames. */
#define FRAMES_TEXT_SIZE 4096

struct frame {
	const char *name; /* of the function; NULL: it has none */
	size_t name_length;
	uintptr_t offset;   /* in the function */
	const char *module; /* the file name without its folder; NULL: it is in no module */
	size_t module_length;
};

/* A request in words, and its frames, which point into these. */
struct frames {
	unsigned count; /* fewer than the request has if the text was cut */
	struct frame frames[PHASELOCK_FRAMES_MAX];
	char text[FRAMES_TEXT_SIZE];
};

/* Reads a line "    #N ..." up to its end. */
void frame_read(const char *line, struct frame *frame);

/* Reads those of a request. From inside a watcher, too. */
void frames_of(const struct phaselock_violation *request, struct frames *frames);

/* Returns whether the name of the function, or of the module, begins so. */
bool frame_function_begins(const struct frame *frame, const char *beginning, size_t length);
bool frame_module_begins(const struct frame *frame, const char *beginning, size_t length);

/* Returns whether it is of the run-time libraries of C and C++. */
bool frame_is_runtime(const struct frame *frame);

/* Returns whether two return addresses lie in one function that has a name. */
bool frames_same_function(void *one, void *other);

#endif
