/* SPDX-License-Identifier: MIT */
/**
 * What the guard inside a WebAssembly module adds to <phaselock/phaselock.h>; see README.md.
 *
 * Not every host gives a module an environment and a standard error. So these functions take the
 * place of options, and a callback takes the reports. No function makes a heap request or can fail.
 */
#ifndef PHASELOCK_WASM_H
#define PHASELOCK_WASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct phaselock_wasm_settings {
	/* Called with each line of a report or stage. The line has no line feed and no terminator,
	 * and is valid during the call, which is inside the reported request. NULL: no lines. */
	void (*write)(const char *line, size_t length);
	/* Print stages, like the option stages=1. */
	bool stages;
	/* A free() in a locked phase is a violation too, like the option free=forbid. */
	bool forbid_free;
};

/**
 * Replace the settings; before the first call all are zero. On a sealed heap this is a violation
 * (function "wasm_configure") and changes nothing.
 */
void phaselock_wasm_configure(const struct phaselock_wasm_settings *settings);

/* How the linear memory grew through sbrk(), by which wasi-libc's allocator grows it. */
struct phaselock_wasm_memory {
	uint64_t grown_bytes;	     /* Flow, bytes, since the start of the module. */
	uint64_t locked_grown_bytes; /* Flow, bytes: the part that grew in a locked phase. */
};

void phaselock_wasm_get_memory(struct phaselock_wasm_memory *out);

#endif
