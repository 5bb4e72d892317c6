/* SPDX-License-Identifier: MIT */
/*
 * The profile in the record of a run: every request by call stack, thread and phase. The guarded
 * processes write it as things happen, into chunks of memory that are taken one by one and never
 * given back; the command reads it at any time and keeps it in a file (docs/record.md). Each
 * process has chunks, and numbers in them, of its own. All is relaxed but what is said to be
 * otherwise; zeroed memory is an empty profile. No field has another size on another machine.
 */
#ifndef PL_PROFILE_LAYOUT_H
#define PL_PROFILE_LAYOUT_H

#include "common/layout.h"

#include <stdatomic.h>

#define PL_PROFILE_CHUNK_SIZE 262144
#define PL_PROFILE_CHUNKS 4096
#define PL_PROFILE_CLASSES 24 /* of sizes: class n holds those below 2^n, the last one all others */
#define PL_PROFILE_POINTS 4096

/* What is in a chunk. */
enum pl_profile_kind {
	PL_PROFILE_NODES = 1,
	PL_PROFILE_ROWS,
	PL_PROFILE_THREADS,
	PL_PROFILE_TIMELINE,
};

/* A chunk is the process's next one of its kind: its elements go on where the last one's ended. */
struct pl_profile_chunk {
	_Atomic uint32_t kind; /* enum pl_profile_kind; 0 until the rest is there: release */
	uint32_t process;      /* number of its image, from 0 */
	uint32_t turn;	       /* how many of its kind the process had before */
	uint32_t reserved;
};

/*
 * A place on a call stack, and all that called it: a node of a tree whose root is the outermost
 * frame. Nodes are numbered from 1 in each process; 0 is no node.
 */
struct pl_profile_node {
	uint64_t place;	 /* as the frames of struct pl_layout_site; 0: until the rest is there */
	uint32_t parent; /* the caller; 0: none */
	uint32_t flags;	 /* enum pl_profile_node_flag */
};

enum pl_profile_node_flag {
	PL_PROFILE_TRUNCATED = 1,  /* stands for callers beyond the frames that are kept */
	PL_PROFILE_UNREADABLE = 2, /* the stack could not be read beyond */
};

struct pl_profile_thread {
	_Atomic uint32_t is_there; /* release */
	uint32_t id;		   /* as gettid(2), of the first thread that this stands for */
	char name[16];		   /* may change while it runs; need not be terminated */
};

/* Requests of one call stack, one thread and one phase. Blocks are counted where they were born. */
struct pl_profile_row {
	_Atomic uint32_t stack; /* number of the innermost node; 0 until the rest is there: release.
				   UINT32_MAX: all for which there was no room */
	uint32_t thread;	/* number in the process, from 0 */
	uint32_t phase;		/* of birth: 0 unlocked, 1 locked or sealed */
	uint32_t function;	/* of the request: enum pl_profile_function */
	uint64_t requests, bytes; /* that were served; reallocations are new blocks of their size */
	_Atomic uint64_t frees, freed_bytes;		   /* of these blocks, by any thread */
	_Atomic uint64_t frees_locked, freed_bytes_locked; /* of these, while locked */
	uint64_t peak_blocks, peak_bytes;		   /* the most that were live at once */
	uint64_t at_peak_blocks, at_peak_bytes; /* live at the peak of the process's bytes */
	uint64_t at_peak_turn; /* which peak that was; see struct pl_profile_process */
	_Atomic uint64_t temporary, temporary_bytes; /* freed as the thread's next heap operation */
	_Atomic uint64_t lifetime_ns;		     /* of the freed ones, in sum */
	_Atomic uint64_t lifetime_requests;	     /* likewise, in requests of the process */
	uint64_t first_ns, last_ns;		     /* of requests, CLOCK_MONOTONIC */
	uint32_t classes[PL_PROFILE_CLASSES];	     /* requests by size */
	uint64_t reserved;			     /* a row is four cache lines */
};

_Static_assert(sizeof(struct pl_profile_row) == 256, "no row shares a cache line with another");

/* A moment of the process's life. */
struct pl_profile_point {
	uint64_t time_ns; /* CLOCK_MONOTONIC; 0: not there */
	uint64_t live_bytes, live_blocks;
	uint64_t requests, frees; /* until then */
	uint64_t resident;	  /* bytes; 0: not known */
	uint32_t phase;		  /* from then on */
	uint32_t is_change;	  /* 1: of the phase; such a point is never left out */
};

/* What there is once for each process. Its number is that of its image. */
struct pl_profile_process {
	_Atomic uint32_t is_there; /* release */
	uint32_t frames;	   /* kept of a stack at most */
	uint64_t rate;		   /* bytes between two samples on average; 0: all is recorded */
	_Atomic uint32_t nodes_taken, rows_taken, threads_taken, points_taken;
	_Atomic uint64_t requests, bytes, frees, freed_bytes; /* of all rows; may lag */
	_Atomic uint64_t live_bytes, live_blocks;
	_Atomic uint64_t peak_bytes;
	_Atomic uint64_t peak_blocks, peak_ns; /* at that moment */
	/*
	 * Counts the peaks. A row whose at_peak_turn is lower has not changed since the last
	 * one: it was then what it is now.
	 */
	_Atomic uint64_t peak_turn;
	_Atomic uint64_t foreign_frees;	 /* of blocks of before, or of a fork's parent */
	_Atomic uint64_t unplaced;	 /* requests for whose stack there was no room */
	_Atomic uint64_t blocks_unknown; /* no memory to remember it: its free is not counted */
	_Atomic uint64_t own_bytes;	 /* memory that the profile itself takes */
	uint64_t reserved[8];
};

/* What is recorded, as the entry point said. */
enum pl_profile_function {
	PL_PROFILE_MALLOC = 1,
	PL_PROFILE_CALLOC,
	PL_PROFILE_REALLOC,
	PL_PROFILE_ALIGNED,
	PL_PROFILE_NEW,
	PL_PROFILE_OTHER,
};

struct pl_profile {
	_Atomic uint32_t chunks_taken; /* may run past the end */
	uint32_t reserved;
	struct pl_profile_chunk chunks[PL_PROFILE_CHUNKS];
	struct pl_profile_process processes[PL_LAYOUT_IMAGES];
};

#define PL_PROFILE_PER_CHUNK(type) (PL_PROFILE_CHUNK_SIZE / sizeof(type))

/* Where the chunks begin behind struct pl_profile, and where all ends. */
#define PL_PROFILE_CHUNKS_AT                                                                       \
	((sizeof(struct pl_profile) + PL_PROFILE_CHUNK_SIZE - 1) / PL_PROFILE_CHUNK_SIZE *         \
	 PL_PROFILE_CHUNK_SIZE)
#define PL_PROFILE_SIZE (PL_PROFILE_CHUNKS_AT + (uint64_t)PL_PROFILE_CHUNKS * PL_PROFILE_CHUNK_SIZE)

#endif
