/* SPDX-License-Identifier: MIT */
/*
 * Names and texts that somebody else has chosen, as they may stand in ours: of functions, files,
 * programs, threads, stages, options. Whatever is in one, it begins no line, moves no cursor, turns
 * no text around, and is no markup. Letters of all scripts stay. Pure functions, which the library,
 * the command, libphaselock-test and the guard in WebAssembly share: any thread, signal handlers
 * too; no heap request.
 */
#ifndef PL_QUOTE_H
#define PL_QUOTE_H

#include <stddef.h>
#include <stdint.h>

/* What the text is that a name is to stand in. */
enum pl_quote {
	/*
	 * A line, and a string of JSON when the writer of JSON has escaped it. A backslash is two.
	 */
	PL_QUOTE_NAME,
	/*
	 * A line that a foreign process has written, so that it is quoted: backslashes and tabs
	 * stay.
	 */
	PL_QUOTE_LINE,
	/* A table of Markdown, between the backticks of pl_quote_fence(). */
	PL_QUOTE_MARKDOWN,
	/* XML and HTML, in a text or between quotation marks. */
	PL_QUOTE_XML,
};

/* What pl_quote() needs, with the terminator. */
#define PL_QUOTED_SIZE 7

/*
 * Writes the first character of a text of at least one byte: a newline as \n, any other control
 * character, a character that hides or turns text around, and a byte that is no UTF-8 as \xHH for
 * each byte. Returns how many bytes of the text it was.
 */
size_t pl_quote(const char *text, size_t length, enum pl_quote form, char quoted[PL_QUOTED_SIZE]);

/*
 * Returns how many bytes the first character of a text has that may stand anywhere as it is, but
 * for what is markup there; 0 if it is none.
 */
size_t pl_quote_plain(const char *text, size_t length);

/*
 * Returns how many backticks must stand around a name in Markdown, so that it is code to its end.
 */
size_t pl_quote_fence(const char *name);

#endif
