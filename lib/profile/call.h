/* SPDX-License-Identifier: MIT */
/*
 * Where a request came from: its call stack, with a hash by which it is found again. For every
 * function: any thread, signal handlers too; no heap request, no lock.
 */
#ifndef PL_PROFILE_CALL_H
#define PL_PROFILE_CALL_H

#include "common/profile_layout.h"
#include "stack/unwind.h"

#define PL_CALL_FRAMES_MAX 128

struct pl_call {
	void *frames[PL_CALL_FRAMES_MAX + 1];
	unsigned count;
	uint32_t beyond; /* enum pl_profile_node_flag, if there is more of the stack */
	uint64_t generation;
	uint64_t hash;
};

PL_INLINE uint64_t pl_call_fold(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide;
	wide product = (wide)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The multiplications do not wait for each other: a place in the stack has a key of its own. */
static inline uint64_t pl_call_hash(const struct pl_call *call)
{
	uint64_t sum =
		call->generation * 0x9fb21c651e98df25u ^ (uint64_t)call->beyond << 8 ^ call->count;
	uint64_t key = 0x2d358dccaa6c78a5u;

	for (unsigned i = 0; i < call->count; i++) {
		sum += pl_call_fold((uintptr_t)call->frames[i] ^ key,
				    0x8bb84b93962eacc9u ^ key << 1);
		key += 0x9e3779b97f4a7c15u;
	}
	return pl_call_fold(sum ^ 0x4b33a62ed433d4a3u, 0xa0761d6478bd642fu);
}

/* Reads this thread's stack from caller on: the innermost frames, as many as are kept. */
PL_INLINE void pl_call_read(struct pl_call *call, unsigned kept, const void *caller)
{
	enum pl_unwind_end end = PL_UNWIND_WHOLE;

	call->count = pl_unwind(call->frames, kept + 1, caller, &end);
	call->generation = pl_unwind_generation();
	call->beyond = 0;
	if (call->count > kept) {
		call->count = kept;
		call->beyond = PL_PROFILE_TRUNCATED;
	} else if (end == PL_UNWIND_NO_TABLE || end == PL_UNWIND_UNREADABLE) {
		call->beyond = PL_PROFILE_UNREADABLE;
	}
	call->hash = pl_call_hash(call);
}

/* Returns the kind of an entry point. */
static inline enum pl_profile_function pl_call_kind(const char *function)
{
	switch (function[0]) {
	case 'm':
		return function[1] == 'a' ? PL_PROFILE_MALLOC : PL_PROFILE_ALIGNED;
	case 'c':
		return PL_PROFILE_CALLOC;
	case 'r':
		return PL_PROFILE_REALLOC;
	case 'o':
		return PL_PROFILE_NEW;
	case 'p':
	case 'v':
		return PL_PROFILE_ALIGNED;
	case 'a':
		return function[3] == 'g' ? PL_PROFILE_ALIGNED : PL_PROFILE_OTHER;
	default:
		return PL_PROFILE_OTHER;
	}
}

#endif
