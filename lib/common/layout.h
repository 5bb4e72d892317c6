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
#define PL_LAYOUT_REPORTS 256
#define PL_LAYOUT_REPORT_TEXT 4096
#define PL_LAYOUT_CHECKS 1024
#define PL_LAYOUT_STAGES 1024

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

/* The statistics of a process, by the names of struct phaselock_stats. */
#define PL_LAYOUT_STATISTICS(EACH)                                                                 \
	EACH(allocations)                                                                          \
	EACH(deallocations)                                                                        \
	EACH(reallocations)                                                                        \
	EACH(failed_allocations)                                                                   \
	EACH(bytes_requested)                                                                      \
	EACH(bytes_allocated)                                                                      \
	EACH(bytes_deallocated)                                                                    \
	EACH(bytes_reallocated)                                                                    \
	EACH(live_allocations)                                                                     \
	EACH(live_bytes)                                                                           \
	EACH(locked_attempts)                                                                      \
	EACH(permitted_attempts)                                                                   \
	EACH(locked_deallocations)                                                                 \
	EACH(suppressed_attempts)                                                                  \
	EACH(threads)

#define PL_LAYOUT_STATISTIC(name) uint64_t name;

struct pl_layout_statistics {
	PL_LAYOUT_STATISTICS(PL_LAYOUT_STATISTIC)
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
	_Atomic uint64_t has_statistics;  /* release: at its end, with stats=1 */
	struct pl_layout_statistics statistics;
	char name[16]; /* of the process; need not be terminated */
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

enum pl_layout_report_state {
	PL_LAYOUT_FREE = 0,
	PL_LAYOUT_TAKEN = 1, /* being written; for ever, if the process is killed meanwhile */
	PL_LAYOUT_READY = 2, /* until the command has taken it */
};

/* What is special about a report: a set. */
enum {
	PL_LAYOUT_BY_HANDLER = 1, /* the verdict is the handler's */
	PL_LAYOUT_NESTED = 2,	  /* made inside the handler */
	PL_LAYOUT_UNDENIABLE = 4, /* was to be denied, but was served already */
	PL_LAYOUT_AS_ABOVE = 16,  /* the lock's frames are in a report before this one */
	PL_LAYOUT_MISUSE = 8,	  /* no request: the caller is wrong; its message is all there is */
};

/*
 * What a violation's report has to say, when it is made, and a site has not. The text has strings,
 * each with its end: pattern of hot= and function that must not allocate, what asked for the lock,
 * advice, message of a misuse, all "" if there is none; then the exported functions of the frames
 * and of the lock's frames, "" if one is not known. Whatever found no room is not there.
 */
struct pl_layout_report {
	_Atomic uint32_t state; /* release */
	uint32_t process;	/* as it knows itself */
	uint64_t order;		/* of all reports of the run */
	uint64_t sequence;	/* of all violations of the process */
	uint64_t time_ns;
	uint64_t size, alignment, old_pointer;
	uint64_t count; /* at this site, in this process; 0: the site is not kept */
	uint64_t thread;
	uint8_t cause;
	uint8_t verdict;
	uint8_t flags;
	uint8_t end; /* enum pl_unwind_end of the frames */
	uint8_t frame_count;
	uint8_t lock_frame_count; /* of who locked, or began the scope; 0: nobody is known */
	uint8_t lock_end;
	uint8_t reserved;
	char thread_name[16];
	char function[48]; /* the entry point */
	uint64_t lock_ns;
	uint64_t lock_thread; /* 0: no thread of the process */
	char lock_thread_name[16];
	uint64_t frames[PHASELOCK_FRAMES_MAX];
	uint64_t lock_frames[PHASELOCK_FRAMES_MAX];
	uint64_t function_offsets[2 * PHASELOCK_FRAMES_MAX]; /* of the frames in their functions */
	char text[PL_LAYOUT_REPORT_TEXT];
};

/*
 * Assertions and stages are rows of tables in which each has its place by the hash of what it is.
 * They begin with a state, FREE to READY, and what they are; then come counts.
 */

/* An assertion of a program about its own requests, at one place of its source. */
struct pl_layout_check {
	_Atomic uint32_t state; /* release */
	uint32_t image;		/* its number + 1, or 0 */
	uint32_t line;
	uint32_t reserved;
	char test[96]; /* in which it is, "" if that is not known */
	char name[160];
	char file[256];
	_Atomic uint64_t results[4]; /* by enum phaselock_result */
	_Atomic uint64_t told;	     /* READY: there is a message; release */
	char message[512];	     /* of the first failure, its first line */
};

/* A stage by its name, as phaselock_stage_mark() has it. */
struct pl_layout_stage {
	_Atomic uint32_t state; /* as above */
	uint32_t image;
	char name[96];
	_Atomic uint64_t count;
	_Atomic uint64_t allocations; /* of the thread since the stage before, in sum */
	_Atomic uint64_t deallocations;
	_Atomic int64_t bytes;	/* by which its live memory grew */
	_Atomic uint64_t leaks; /* ends with more blocks than at the begin */
	_Atomic uint64_t leaked_blocks;
	_Atomic int64_t leaked_bytes;
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
	_Atomic uint64_t reports_made;
	_Atomic uint64_t
		checks_lost; /* results of assertions that found no room; they are counted */
	_Atomic uint64_t stages_lost; /* likewise */
	_Atomic uint64_t stages_told;
	/* Numbers of sites + 1 by their hash, 0: none. Released by who fills the place. */
	_Atomic uint32_t index[PL_LAYOUT_INDEX];
	struct pl_layout_image images[PL_LAYOUT_IMAGES];
	struct pl_layout_module modules[PL_LAYOUT_MODULES];
	struct pl_layout_site sites[PL_LAYOUT_SITES];
	/* Places that the command gives back as soon as it has what is in them. */
	struct pl_layout_report reports[PL_LAYOUT_REPORTS];
	struct pl_layout_check checks[PL_LAYOUT_CHECKS];
	struct pl_layout_stage stages[PL_LAYOUT_STAGES];
};

_Static_assert((PL_LAYOUT_INDEX & (PL_LAYOUT_INDEX - 1)) == 0, "the index wraps by a mask");

#endif
