/* SPDX-License-Identifier: MIT */
/*
 * The page that a guarded process shares with `phaselock run`, which made it: proof that the guard
 * is there, and counts that stay right however the process ends. Without that command there is no
 * page and nothing is done.
 */
#ifndef PL_CHANNEL_H
#define PL_CHANNEL_H

#include "common/base.h"
#include "common/layout.h"
#include "common/profile_layout.h"
#include "common/reach.h"

#include <phaselock/phaselock.h>

#include <stdatomic.h>
#include <string.h>

/*
 * The signal that a guarded process has a handler for, which exec() takes away: by that the command
 * sees, once the program has ended, whether its last image was a guarded one. It is one that glibc
 * keeps to itself (SIGCANCEL) and that sigaction(2) refuses to programs.
 */
#define PL_CHANNEL_MARK_SIGNAL 32

/*
 * Changes with the structure, so that a command never reads the page of another version's library.
 */
#define PL_CHANNEL_MAGIC UINT64_C(0x70686c6b00000009)

/*
 * What stands before each piece of text in the pipe of reports. With its text it is written at once
 * and no longer than PIPE_BUF, so that pieces never mix, whichever process writes them.
 */
struct pl_channel_piece {
	uint32_t process; /* its id, as it knows it itself */
	uint32_t length;  /* of the text that follows */
	uint32_t report;  /* without a text: a report in the record is to be told, its number + 1 */
};

#define PL_CHANNEL_PIECE_SIZE 4096 /* PIPE_BUF of Linux */
#define PL_CHANNEL_TEXT_MAX (PL_CHANNEL_PIECE_SIZE - sizeof(struct pl_channel_piece))

/*
 * What a run wants of all its processes that were told to lock or unlock at some moment, and when
 * that moment was: CLOCK_MONOTONIC in ns above, one of these below.
 */
enum pl_channel_want {
	PL_CHANNEL_LOCK_AFTER = 1,
	PL_CHANNEL_LOCK_SIGNAL,
	PL_CHANNEL_UNLOCK_SIGNAL,
};

#define PL_CHANNEL_MOMENT(time_ns, want) ((time_ns) << 2 | (uint64_t)(want))
#define PL_CHANNEL_MOMENT_TIME(moment) ((moment) >> 2)
#define PL_CHANNEL_MOMENT_WANT(moment) ((enum pl_channel_want)((moment)&3))

/* A module whose requests go past the library, as a process finds it at its end. */
struct pl_channel_unseen {
	_Atomic uint64_t entries; /* PHASELOCK_ENTRY_*; 0 until the names are there: release */
	char module[PHASELOCK_MODULE_NAME_SIZE];
	char allocator[PHASELOCK_MODULE_NAME_SIZE];
	char function[PHASELOCK_MODULE_NAME_SIZE]; /* of the allocator */
};

/* A process that ended without having been checked. */
struct pl_channel_unchecked {
	_Atomic uint32_t id; /* its own; 0 until the name is there: release */
	char name[16];
};

/* What a process was: a set. */
enum {
	PL_CHANNEL_FOLLOWS = 1, /* it does what the run wants, as soon as that can be seen */
	PL_CHANNEL_LOCKED = 2,	/* the heap was locked, or requests were forbidden, while it ran */
};

#define PL_CHANNEL_UNSEEN 8 /* modules that are named */
#define PL_CHANNEL_UNCHECKED 8
#define PL_CHANNEL_PROCESSES 1024

/*
 * All written by the guarded processes and read by the command after they end, but for head,
 * report and is_over. Relaxed.
 */
struct pl_channel {
	struct pl_reach_head head;	 /* set by the command */
	char report[PL_REACH_PATH_SIZE]; /* likewise: the pipe for reports, "" if there is none */
	_Atomic uint64_t is_over;	 /* likewise: 1 when nobody reads the page any more */
	uint64_t is_live;		 /* likewise: 1 if violations are reported as they happen */
	uint64_t clock;			 /* likewise: it keeps lock_after= for all, 1 + ms; 0: no */
	uint64_t profile_frames; /* likewise: frames that the profile keeps; 0: there is none */
	/*
	 * The last moment, 0: none yet. Written by the command, and by a process that got the
	 * signal itself. Release: who sees it judges by it from then on.
	 */
	_Atomic uint64_t moment;
	_Atomic uint64_t moments_to_lock;
	_Atomic uint64_t processes_started;
	_Atomic uint64_t processes_forked; /* by fork(): guarded from their start */
	_Atomic uint64_t processes_ended;  /* by exit(), _exit() or a violation: all is counted */
	_Atomic uint64_t processes_left;   /* by phaselock_detach_child() */
	/*
	 * The processes that started or were forked, and of whose end nothing was heard: by their
	 * ids as they know them themselves, which are not those of other namespaces. 0: a free
	 * place. A program that is executed takes the place of the one that executed it.
	 */
	_Atomic uint32_t processes[PL_CHANNEL_PROCESSES];
	_Atomic uint8_t were[PL_CHANNEL_PROCESSES]; /* what the one with this place was */
	_Atomic uint64_t processes_without_place;
	_Atomic uint64_t processes_unchecked; /* ended, and were never locked */
	struct pl_channel_unchecked unchecked[PL_CHANNEL_UNCHECKED];
	_Atomic uint64_t entries_missing;  /* PHASELOCK_ENTRY_*: not seen, in any process */
	_Atomic uint64_t allocator_failed; /* programs whose allocator could not start */
	_Atomic uint64_t lock_at_main_failed;
	_Atomic uint64_t handlers_gone; /* processes whose handler of lock_signal was replaced */
	_Atomic uint64_t locks;		/* times that a phase was locked or sealed */
	_Atomic uint64_t scopes;	/* forbid scopes begun */
	_Atomic uint64_t watches;	/* begun: assertions of the program about its requests */
	_Atomic uint64_t checks[4];	/* what came of them, by enum phaselock_result */
	_Atomic uint64_t checks_failed_in_forks; /* of these, in children of fork() */
	_Atomic uint64_t hot; /* a bit for each pattern of hot= of which there was a function */
	_Atomic uint64_t hot_unread; /* requests whose stacks could not be read to the end */
	_Atomic uint64_t violations; /* and misuses of scopes */
	_Atomic uint64_t told;	     /* of these: what was to be written of them is written */
	_Atomic uint64_t apart;	     /* texts that did not come through the pipe */
	_Atomic uint64_t lost;	     /* texts that nobody took: no pipe, no file, no stderr */
	struct pl_layout_phase init; /* summed over all processes */
	struct pl_layout_phase locked;
	_Atomic uint64_t unseen_modules; /* those without a name here, too */
	struct pl_channel_unseen unseen[PL_CHANNEL_UNSEEN];
};

/* Where the record begins in the file of the page: a multiple of the size of any page. */
#define PL_CHANNEL_RECORD_AT 65536
#define PL_CHANNEL_FILE_SIZE (PL_CHANNEL_RECORD_AT + sizeof(struct pl_layout))

/* Where the profile begins, if there is one, and where the file then ends. */
#define PL_CHANNEL_PROFILE_AT                                                                      \
	((PL_CHANNEL_FILE_SIZE + PL_CHANNEL_RECORD_AT - 1) / PL_CHANNEL_RECORD_AT *                \
	 PL_CHANNEL_RECORD_AT)
#define PL_CHANNEL_PROFILE_END (PL_CHANNEL_PROFILE_AT + PL_PROFILE_SIZE)

_Static_assert(sizeof(struct pl_channel) <= PL_CHANNEL_RECORD_AT, "the record begins behind it");

/* Says that this is the moment of a want, for all processes of the run. Signals: safe. */
static inline void pl_channel_say_moment(struct pl_channel *channel, uint64_t time_ns,
					 enum pl_channel_want want)
{
	if (want != PL_CHANNEL_UNLOCK_SIGNAL)
		atomic_fetch_add_explicit(&channel->moments_to_lock, 1, memory_order_relaxed);
	atomic_store_explicit(&channel->moment, PL_CHANNEL_MOMENT(time_ns, want),
			      memory_order_release);
}

/*
 * Takes up the page, as the variable of lib/common/reach.h says where it is. Returns false if there
 * is none of this version, or its run is over. From the constructor.
 */
bool pl_channel_open(const char *text);

/*
 * For a copy of the library that stays out of the way of another one, which takes up the page for
 * the process: pl_channel_await() works, and there is no page for anything else. Likewise.
 */
void pl_channel_open_beside(const char *text);

/*
 * Writes the path of the pipe for reports, "" if there is none. Each process of a run can write to
 * the page, whatever rights it has: a path that is none of the command's own is not believed.
 */
void pl_channel_report(const char *text, char path[PL_REACH_PATH_SIZE]);

/* Returns the page, or NULL. */
struct pl_channel *pl_channel(void);

/*
 * Returns the record of the run, or NULL: where there is no page, or no room in the address space
 * for all of it (ulimit -v).
 */
struct pl_layout *pl_channel_record(void);

/*
 * Returns the profile of the run, or NULL: likewise, or where none is wanted. Its chunks cannot be
 * touched yet.
 */
struct pl_profile *pl_channel_profile(void);

/*
 * Returns whether the command tells of violations at the end, from the record, and so none but a
 * fatal one is reported as it happens.
 */
bool pl_channel_tells(void);

/* Adds one to a field of the page, if there is a page; field is a member of struct pl_channel. */
#define PL_CHANNEL_COUNT(field)                                                                    \
	(pl_channel() != NULL                                                                      \
		 ? (void)atomic_fetch_add_explicit(&pl_channel()->field, 1, memory_order_relaxed)  \
		 : (void)0)

/* Counts a process that ended unchecked; name has 16 bytes. */
static inline void pl_channel_count_unchecked(struct pl_channel *channel, uint32_t id,
					      const char *name)
{
	uint64_t place =
		atomic_fetch_add_explicit(&channel->processes_unchecked, 1, memory_order_relaxed);

	if (place >= PL_CHANNEL_UNCHECKED)
		return;
	memcpy(channel->unchecked[place].name, name, sizeof(channel->unchecked[place].name));
	atomic_store_explicit(&channel->unchecked[place].id, id, memory_order_release);
}

/* Adds to what this process was: PL_CHANNEL_FOLLOWS, PL_CHANNEL_LOCKED. Signals: safe. */
void pl_channel_note(unsigned was);

/* Adds what the process did in a phase to that phase's sums. */
void pl_channel_add(const struct phaselock_stats *done, bool locked);

/* Names a module whose requests go past the library, unless a process has named it before. */
void pl_channel_name(const struct phaselock_unseen *unseen);

/* Counts the child of a fork as a process of its own. In that child. */
void pl_channel_adopt(void);

/*
 * Has the page await a child, which the handlers of fork() do not see, as a guarded program, or its
 * end by _exit(). In the parent. Signals: safe.
 */
void pl_channel_await(uint32_t child);

/*
 * Takes a child of a fork out of the page's counts again: from now on this process has no page.
 * Returns false if it is no such child. While it has one thread.
 */
bool pl_channel_leave(void);
bool pl_channel_may_leave(void);

/*
 * Returns whether the page counts this process and has not heard of its end: not so in a child that
 * shares its memory with its parent, as that of vfork() does.
 */
bool pl_channel_is_own(void);

/* Counts this process as ended, its counts complete; once. Not where it is not the page's own. */
void pl_channel_end(void);

/* Says that this process, which is not the page's own, ends without having executed a program. */
void pl_channel_end_shared(void);

#endif
