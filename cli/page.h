/* SPDX-License-Identifier: MIT */
/*
 * The command's side of the page that it shares with the guarded processes.
 */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include "common/channel.h"
#include "common/options.h"

#define PAGE_FILES 2

struct page {
	struct pl_layout *record;   /* likewise; NULL: a limit left no room for it */
	struct pl_profile *profile; /* likewise; NULL: none is wanted */
	struct pl_channel *channel; /* what the guarded processes write */
	char where[128];	    /* as lib/common/reach.h has it */
	char name[64];		    /* of a socket that hands the files over: in where, too */
	/* those of lib/common/reach.h, under the numbers that are inherited */
	int files[PAGE_FILES];
};

/* What the page said at one moment. */
struct page_phase {
	uint64_t requests; /* allocations and reallocations that were served */
	uint64_t bytes;	   /* the sizes they asked for */
	uint64_t permitted;
	uint64_t suppressed;
	uint64_t frees;
};

/* A module whose requests went past the library. */
struct page_unseen {
	uint64_t entries; /* a set of PHASELOCK_ENTRY_*; 0: this place is free */
	char module[PHASELOCK_MODULE_NAME_SIZE];
	char allocator[PHASELOCK_MODULE_NAME_SIZE]; /* where its requests went */
	char function[PHASELOCK_MODULE_NAME_SIZE];  /* the allocator's, that they called */
};

/* A process that was never locked. */
struct page_unchecked {
	uint32_t id; /* 0: this place is free */
	char name[16];
};

struct page_counts {
	uint64_t processes_started;
	uint64_t processes_forked;
	uint64_t processes_ended;
	uint64_t processes_left;
	uint64_t processes_unheard;   /* began, and their end was not heard of */
	uint64_t processes_unchecked; /* ended, and were never locked */
	struct page_unchecked unchecked[PL_CHANNEL_UNCHECKED];
	uint64_t entries_missing;  /* a set of PHASELOCK_ENTRY_* */
	uint64_t allocator_failed; /* programs */
	uint64_t lock_at_main_failed;
	uint64_t handlers_gone; /* of lock_signal */
	uint64_t locks;
	uint64_t scopes;
	uint64_t watches;		 /* begun by assertions */
	uint64_t checks[4];		 /* what came of them, by enum phaselock_result */
	uint64_t checks_failed_in_forks; /* of these, in children of fork() */
	uint64_t hot;			 /* a bit for each pattern of hot= that has a function */
	uint64_t hot_unread;		 /* requests whose stacks could not be read to the end */
	uint64_t violations;
	uint64_t told;	/* those of them whose texts are written */
	uint64_t apart; /* texts that did not come through the pipe */
	uint64_t lost;	/* texts that nobody took */
	struct page_phase init;
	struct page_phase locked;
	uint64_t unseen_modules;
	struct page_unseen unseen[PL_CHANNEL_UNSEEN];
};

/* What is set from the start. */
struct page_settings {
	const char *report; /* the pipe for the reports, "" if there is none */
	const struct pl_options *options;
	bool live;	 /* each violation is reported as it happens */
	uint64_t frames; /* that a profile keeps; 0: none is wanted */
};

/* Makes an empty page. Returns false, with errno, if the system has none to give. */
bool page_make(struct page *page, const struct page_settings *settings);

/* Tells all guarded processes that the moment of a want has come. */
void page_say_moment(const struct page *page, enum pl_channel_want want);

/* Notes that the command has started the program, and awaits it as any parent does. */
void page_await(const struct page *page, uint32_t child);

struct page_counts page_read(const struct page *page);

/* Tells whatever starts from now on that nobody counts it. */
void page_close(const struct page *page);

/*
 * Notes that a process has ended, still guarded, unless it said so itself. The id is its number as
 * it knew that itself; the name has 16 bytes.
 */
void page_note_end(const struct page *page, uint32_t process, const char *name);

/*
 * Whether a guarded process lives that has the page. Once none does, none can take it up any more.
 * That holds only after the program has ended.
 */
bool page_is_in_use(const struct page *page);

#endif
