/* SPDX-License-Identifier: MIT */
/*
 * What the files of the guard share. There is one thread and no signal, so the state is plain
 * words.
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
	/* A bit for each open scope: 1 is forbid, the innermost is lowest, and a 1 stands above the
	 * outermost. Without scopes it is 0. */
	uint64_t scopes;
	/* Flows since the start, and current levels. */
	struct phaselock_stats counts;
	/* How many requests are being served: growth of the memory belongs to them. */
	unsigned serving;
	/*
	 * While phaselock_armed() works, entries count the call and do nothing else. Volatile,
	 * since a compiler assumes that malloc() changes no variable of the program.
	 */
	volatile bool probing;
	volatile unsigned hits;
};

extern struct pl_guard pl_guard;

/* What a probed entry returns; larger than any request of a probe. */
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
	PL_FREE_TO_GO, /* nothing forbids it */
	PL_PERMITTED,  /* a scope permits what the phase forbids */
	PL_FORBIDDEN_BY_PHASE,
	PL_FORBIDDEN_BY_SCOPE,
};

/* Judges a request. Changes and reports nothing. */
enum pl_judgement pl_judge(const struct pl_request *request);

/* Judges a request, counts it if it was permitted, and reports it if it is a violation. Returns
 * whether to serve it. */
bool pl_guard_passes(const struct pl_request *request);

/*
 * Returns whether the heap is sealed. If it is, this reports a violation: `function` would change
 * what the seal froze.
 */
bool pl_guard_refuses(const char *function);

/* Makes the link of a module that forbids something fail without wrap.flags. */
void pl_entries_need_link(void);

/* Writes "phaselock: MESSAGE" and ends the module. */
_Noreturn void pl_violation_misuse(const char *message);

#endif
