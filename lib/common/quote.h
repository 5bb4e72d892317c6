/* SPDX-License-Identifier: MIT */
/*
 * Makes names and texts that somebody else has chosen safe to stand in ours: those of functions,
 * files, programs, threads, stages, options. Whatever is in one, it begins no line, moves no
 * cursor, turns no text around, and is no markup. Letters of all scripts stay. Pure functions,
 * which the library, the command, libphaselock-test and the guard in WebAssembly share: any thread,
 * signal handlers too; no heap request.
 */
#ifndef PL_QUOTE_H
#define PL_QUOTE_H

#include <stddef.h>
#include <stdint.h>

/* The kind of text that a name goes into. */
enum pl_quote {
	/*
	 * A line; also a JSON string, which the writer of JSON escapes afterwards. A backslash is
	 * doubled.
	 */
	PL_QUOTE_NAME,
	/*
	 * A line that a foreign process has written and that is quoted: backslashes and tabs stay.
	 */
	PL_QUOTE_LINE,
	/* A table of Markdown, between the backticks of pl_quote_fence(). */
	PL_QUOTE_MARKDOWN,
	/* XML and HTML, in text or between quotation marks. */
	PL_QUOTE_XML,
};

/* The size of pl_quote()'s buffer, with the terminator. */
#define PL_QUOTED_SIZE 7

/*
 * Writes the first character of a text of at least one byte. A newline becomes \n. Another control
 * character, a character that hides or turns text around, and a byte that is not UTF-8 become \xHH,
 * byte by byte. Returns how many bytes of the text were read.
 */
size_t pl_quote(const char *text, size_t length, enum pl_quote form, char quoted[PL_QUOTED_SIZE]);

/*
 * Returns the length of the first character of a text if it may stand as it is wherever it is no
 * markup; else 0.
 */
size_t pl_quote_plain(const char *text, size_t length);

/* Returns how many backticks to put around a name in Markdown, so that all of it is code. */
size_t pl_quote_fence(const char *name);

#endif
