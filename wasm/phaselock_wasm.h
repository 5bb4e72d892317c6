/* SPDX-License-Identifier: MIT */
/**
 * What the guard inside a WebAssembly module has beside <phaselock/phaselock.h>: README.md.
 *
 * A module has no environment and no standard error that every host gives it, so what options and
 * reports are elsewhere is told and taken by functions. None makes a heap request; none can fail.
 */
#ifndef PHASELOCK_WASM_H
#define PHASELOCK_WASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct phaselock_wasm_settings {
	/* Gets each line of a report or stage, without a line feed and not terminated, valid during
	 * the call. It runs inside the heap request of whoever made it. NULL: nobody is told. */
	void (*write)(const char *line, size_t length);
	/* Stages are told: stages=1 elsewhere. */
	bool stages;
	/* A free() in a locked phase is a violation too: free=forbid elsewhere. */
	bool forbid_free;
};

/**
 * Replace the settings; before the first call all are zero. On a sealed heap it is a violation
 * (function "wasm_configure"), and they stay.
 */
void phaselock_wasm_configure(const struct phaselock_wasm_settings *settings);

/* How the linear memory grew by way of sbrk(), which is how wasi-libc's allocator grows it. */
struct phaselock_wasm_memory {
	uint64_t grown_bytes;	     /* Flow, bytes, since the start of the module. */
	uint64_t locked_grown_bytes; /* Flow, bytes: the part of it in a locked phase. */
};

void phaselock_wasm_get_memory(struct phaselock_wasm_memory *out);

#endif
