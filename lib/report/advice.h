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
	const char *function; /* its name in the table of symbols, or how several names begin */
	const char *name;     /* how people call it */
	bool is_beginning;
	/* it is for requests for a stream's buffer alone; comes before one for all */
	bool of_stream;
	const char *when; /* it allocates */
	const char *cure;
};

/* Of glibc in advice_table.c, of musl in advice_table_musl.c. */
extern const struct pl_advice pl_advice_table[];
extern const size_t pl_advice_count;

/* The call of the run-time library that the innermost frames belong to. */
struct pl_advice_call {
	/*
	 * The names under which it may stand in the table: what the program called, if it can be
	 * told, and the outermost of the run-time library's frames. Either may be NULL.
	 */
	const char *keys[2];
	bool for_stream; /* the request is for the buffer of a stream */
};

/* Any thread, signal handlers too; no lock, no heap request. Modules as for pl_module_find(). */
void pl_advice_call(const void *const *frames, unsigned count, struct pl_advice_call *call);

/*
 * Returns what those frames call for; NULL if the request was not made by a run-time library, or
 * the table does not know the function. As above.
 */
const struct pl_advice *pl_advice_find(const void *const *frames, unsigned count);

/* Appends it without an end of line, and returns true; false if there is none. As above. */
bool pl_advice(const void *const *frames, unsigned count, struct pl_text *text);

#endif
