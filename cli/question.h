/* SPDX-License-Identifier: MIT */
/*
 * What the process that reads debug information is asked, and what it answers: each is one message,
 * with a bound on its length. It must not know who asks, nor where an answer comes from.
 *
 * An answer is not trusted: anything that is not exactly one is refused.
 */
#ifndef CLI_QUESTION_H
#define CLI_QUESTION_H

#include "common/base.h"

#define QUESTION_SIZE ((size_t)16 * 1024)
#define ANSWER_SIZE ((size_t)64 * 1024)

/* Deeper than any compiler inlines; one more is the function around them all. */
#define ANSWER_FUNCTIONS ((size_t)129)

struct question {
	const char *path; /* of the module; "": of none, the function's name alone is asked for */
	const char *build_id; /* as known_find() returns it */
	uint64_t offset;      /* from where the module is loaded; 0: is that its file? */
	const char *function; /* a name to demangle, or "" */
	const char *patterns; /* of functions to list, a line each, or NULL or "" */
};

enum module_state {
	MODULE_HERE,
	MODULE_ABSENT, /* no such file, or it cannot be read, or is no program or library */
	MODULE_OTHER,  /* the file has another build-id than was asked for */
};

struct answer_function {
	const char *name; /* or NULL */
	const char *file; /* of the line that is being executed; NULL if it is not known */
	unsigned line;	  /* for one into which others are inlined: of the inlined call */
};

/* If it is zeroed, nothing is known but the state. */
struct answer {
	enum module_state state;
	size_t count;
	struct answer_function
		functions[ANSWER_FUNCTIONS]; /* innermost first; all but the last inlined */
	const char *symbol;		     /* the function by the symbol table, or NULL */
	uint64_t symbol_offset;
	const char *demangled; /* the name that was asked about, or NULL */
	const char *listed;    /* functions that match the patterns: symbols_list(); or NULL */
	bool is_list_cut;      /* there are more */
};

/* Returns the length of the message, or 0 if the question does not fit. */
size_t question_write(const struct question *question, char message[QUESTION_SIZE]);

/* The strings point into the message. Returns false if it is no question. */
bool question_read(const char *message, size_t length, struct question *question);

/*
 * Returns the length of the message. If there is no room, functions, and a list of them, are left
 * out first, then the symbol. The demangled name must be no longer than a question may be.
 */
size_t answer_write(const struct answer *answer, char message[ANSWER_SIZE]);

/* The strings point into the message. Returns false if it is no answer. */
bool answer_read(const char *message, size_t length, struct answer *answer);

#endif
