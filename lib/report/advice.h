/* SPDX-License-Identifier: MIT */
/*
 * What to do instead of a call of the C or C++ library that allocates: the texts are generated from
 * measurements, see docs/libc-allocations.md.
 */
#ifndef PL_ADVICE_H
#define PL_ADVICE_H

#include "common/base.h"

struct pl_text;

/* One function of the C or C++ library. */
struct pl_advice {
	const char *function; /* its name in the table of symbols, or a prefix of several */
	const char *name;     /* how people call it */
	bool is_beginning;
	/* Only for requests for a stream's buffer. Stands before the entry for all requests. */
	bool of_stream;
	const char *when; /* when it allocates, such as "at every call" */
	const char *cure;
};

/* For glibc in advice_table.c, for musl in advice_table_musl.c. */
extern const struct pl_advice pl_advice_table[];
extern const size_t pl_advice_count;

/* The call into a run-time library to which the innermost frames belong. */
struct pl_advice_call {
	/*
	 * The names to look up in the table: the function that the program called, if that is
	 * known, and the outermost frame of the run-time library. Either may be NULL.
	 */
	const char *keys[2];
	bool for_stream; /* the request is for the buffer of a stream */
};

/* Any thread, signal handlers too; no lock, no heap request. Modules as for pl_module_find(). */
void pl_advice_call(const void *const *frames, unsigned count, struct pl_advice_call *call);

/*
 * Returns the advice for these frames. NULL if no run-time library made the request, or if the
 * table does not know the function. As above.
 */
const struct pl_advice *pl_advice_find(const void *const *frames, unsigned count);

/* Appends the advice without a newline and returns true; false if there is none. As above. */
bool pl_advice(const void *const *frames, unsigned count, struct pl_text *text);

#endif
