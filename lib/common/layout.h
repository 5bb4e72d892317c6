/* SPDX-License-Identifier: MIT */
/*
 * The record of a run: what the guarded processes write as it happens, and the command reads at any
 * time and keeps in a file (docs/record.md). Tables of fixed places, each taken once and never
 * given back, so that whatever is written is there however the process ends. It knows nothing of
 * who writes or reads. All is relaxed but what is said to be otherwise; zeroed memory is an empty
 * record. No field has another size on another machine.
 */
#ifndef PL_LAYOUT_H
#define PL_LAYOUT_H

#include "common/base.h"

#include <phaselock/phaselock.h>

#include <stdatomic.h>

#define PL_LAYOUT_AWAITED 65536
#define PL_LAYOUT_IMAGES 2048
#define PL_LAYOUT_MODULES 2048
#define PL_LAYOUT_SITES 16384
#define PL_LAYOUT_INDEX (2 * PL_LAYOUT_SITES)

/* A frame: the module's number + 1 in the upper bits, and the offset in it; 0 and an address. */
#define PL_LAYOUT_OFFSET_BITS 48

enum pl_layout_begin {
	PL_LAYOUT_PROGRAM = 1, /* started by exec() */
	PL_LAYOUT_FORK = 2,
};

enum pl_layout_end {
	PL_LAYOUT_UNKNOWN = 0, /* not heard of: it runs, or a signal or a system call ended it */
	PL_LAYOUT_EXIT = 1,    /* exit() or _exit() */
	PL_LAYOUT_VIOLATION = 2,
	PL_LAYOUT_EXEC = 3, /* another guarded program took its place */
	PL_LAYOUT_LEFT = 4, /* phaselock_detach_child() */
};

/* What happened in one phase. */
struct pl_layout_phase {
	_Atomic uint64_t allocations;
	_Atomic uint64_t reallocations;
	_Atomic uint64_t deallocations;
	_Atomic uint64_t bytes_requested;
	_Atomic uint64_t permitted_attempts;
	_Atomic uint64_t suppressed; /* counted as they happen */
};

/* A program from its start, or from the fork() that made it, to its end or exec(). */
struct pl_layout_image {
	_Atomic uint32_t begin; /* enum pl_layout_begin; 0 until the rest is there: release */
	uint32_t id;		/* the process, as it knows itself */
	uint32_t parent;	/* likewise */
	_Atomic uint32_t end;
	uint64_t begin_ns; /* CLOCK_MONOTONIC */
	_Atomic uint64_t end_ns;
	_Atomic uint64_t entries_missing; /* PHASELOCK_ENTRY_* */
	_Atomic uint64_t locks;	 /* times that it was locked or sealed, or found itself so */
	_Atomic uint64_t scopes; /* forbid scopes begun */
	_Atomic uint64_t first_locked_ns;
	_Atomic uint64_t violations;
	struct pl_layout_phase phases[2]; /* unlocked, locked */
	char name[16];			  /* of the process; need not be terminated */
};

struct pl_layout_module {
	_Atomic uint32_t is_there; /* release */
	uint32_t build_id_size;
	uint8_t build_id[32];
	char path[472]; /* cut, and not terminated, if it is longer: then no file is opened by it */
};

struct pl_layout_site {
	_Atomic uint64_t count; /* 0 until the rest is there: release */
	_Atomic uint64_t bytes; /* asked for, in sum */
	uint64_t first_ns;
	_Atomic uint64_t last_ns;
	uint64_t size;	/* that the first one asked for */
	uint32_t image; /* number of the first one's image + 1, or 0 */
	uint32_t thread;
	uint8_t cause;
	uint8_t frame_count;
	uint8_t end; /* enum pl_unwind_end of the frames */
	uint8_t reserved[5];
	char thread_name[16];
	char function[48]; /* the entry point */
	uint64_t frames[PHASELOCK_FRAMES_MAX];
};

struct pl_layout {
	/*
	 * The processes that began as children in the memory of their parents, less those of them
	 * that were heard of; in the place of their id. Parent and child may come in any order.
	 */
	_Atomic int8_t awaited[PL_LAYOUT_AWAITED];
	_Atomic uint32_t images_taken; /* these may run past the ends */
	_Atomic uint32_t modules_taken;
	_Atomic uint32_t sites_taken;
	_Atomic uint32_t reserved;
	_Atomic uint64_t sites_lost; /* violations whose site found no room */
	/* Numbers of sites + 1 by their hash, 0: none. Released by who fills the place. */
	_Atomic uint32_t index[PL_LAYOUT_INDEX];
	struct pl_layout_image images[PL_LAYOUT_IMAGES];
	struct pl_layout_module modules[PL_LAYOUT_MODULES];
	struct pl_layout_site sites[PL_LAYOUT_SITES];
};

_Static_assert((PL_LAYOUT_INDEX & (PL_LAYOUT_INDEX - 1)) == 0, "the index wraps by a mask");

#endif
