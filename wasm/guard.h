/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the guard. There is one thread and no signal, so its state is plain words.
 */
#ifndef PL_WASM_GUARD_H
#define PL_WASM_GUARD_H

#include <phaselock/phaselock.h>

#include "phaselock_wasm.h"

struct pl_guard {
	struct phaselock_wasm_settings settings;
	struct phaselock_wasm_memory memory;
	enum phaselock_phase phase;
	bool seal_ends_permits;
	/* A bit for each open scope, 1 is forbid, the innermost lowest, a 1 above the outermost;
	 * or 0. */
	uint64_t scopes;
	/* Since the start: flows, and what is alive. */
	struct phaselock_stats counts;
	/* Requests that are being served, whose growth of the memory is theirs. */
	unsigned serving;
	/*
	 * phaselock_armed() is at work: entries note that they were called, and do no more.
	 * Volatile, since a compiler knows that malloc() touches no variable of the program.
	 */
	volatile bool probing;
	volatile unsigned hits;
};

extern struct pl_guard pl_guard;

/* What a probed entry returns. Larger than any request of a probe. */
extern _Alignas(64) unsigned char pl_guard_token[256];

struct pl_request {
	const char *function;
	size_t size;
	size_t alignment;
	const void *old;
	bool release;
};

enum pl_scope { PL_SCOPE_PERMIT = 0, PL_SCOPE_FORBID = 1, PL_SCOPE_NONE };
enum pl_scope pl_innermost_scope(void);

enum pl_judgement {
	PL_FREE_TO_GO, /* nothing is locked that it would need */
	PL_PERMITTED,  /* by a scope, against the phase */
	PL_FORBIDDEN_BY_PHASE,
	PL_FORBIDDEN_BY_SCOPE,
};

/* Judges a request. Changes nothing and tells nobody. */
enum pl_judgement pl_judge(const struct pl_request *request);

/* Judges a request and counts what was permitted. Returns whether it is to be served, having told
 * of it if it is a violation. */
bool pl_guard_passes(const struct pl_request *request);

/*
 * Returns whether the heap is sealed, with what judges it, having told of a violation if so:
 * function would have changed that.
 */
bool pl_guard_refuses(const char *function);

/* Makes a module that forbids something need the linker's options. */
void pl_entries_need_link(void);

/* Writes "phaselock: MESSAGE" and ends the module. */
_Noreturn void pl_violation_misuse(const char *message);

#endif
