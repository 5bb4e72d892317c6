/* SPDX-License-Identifier: MIT */
/*
 * All that is decided about the guard before the heap is sealed: options, policy, handler. It lies
 * on the page of the phase word, which phaselock_seal_allocations() makes read-only, and so is
 * frozen with it. Read a setting here, and keep no copy. What changes after the seal (counts,
 * sites, reports given) lies elsewhere.
 *
 * Written by the constructor, and under PL_LOCK_PHASE by those who have seen that the phase is not
 * SEALED; read by any thread. Zeroed memory is what holds before the constructor.
 */
#ifndef PL_SETTINGS_H
#define PL_SETTINGS_H

#include <stdatomic.h>

#include "common/base.h"
#include "common/generation.h"
#include "common/options.h"
#include "common/os.h"

#include <phaselock/phaselock.h>

/* The phase word has the first cache lines of the page for itself. */
#define PL_SETTINGS_AT 128

/* A number that the constructor sets. */
struct pl_setting {
	bool is_set;
	unsigned value;
};

#define PL_PIPE_SIZE 64

struct pl_settings {
	struct pl_options options; /* as they were read; what came of them is below */

	/* Set when the constructor has written all: before that nothing may freeze the page. */
	bool complete;

	/* Whether permit scopes end with the seal. Relaxed: written before the phase is SEALED. */
	_Atomic bool seal_ends_permits;

	/* relaxed: one word, nothing is published by it */
	_Atomic int policy;

	/* The handler and its context. */
	pl_generation handler[PL_GENERATION_SIZE(2)];

	bool free_is_forbidden;
	bool ends_by_trap; /* not by SIGABRT: pl_violation_end() */
	bool stages_are_told;
	bool thread_names_are_kept; /* threads are not asked for theirs */
	char process_name[16];

	struct pl_setting frames;      /* of a violation's call stack */
	struct pl_setting lock_frames; /* of the call stack of who locked */
	struct pl_setting reports;     /* blocks, at most */
	struct pl_setting lines;       /* of the closing table, at most */

	/* Where texts go. */
	const char *report_path; /* NULL: stderr */
	uint64_t report_root[2]; /* the root folder for which the path was meant */
	char pipe[PL_PIPE_SIZE]; /* "": there is none */
	uint64_t pipe_id;

	/* What adds names to the report of an abort; both lie in read-only memory of their own. */
	const char *symbolizer; /* NULL: nothing does */
	struct pl_os_identity symbolizer_identity;
	char **symbolizer_environment;
};

_Static_assert(sizeof(struct pl_settings) <= PL_PAGE_SIZE - PL_SETTINGS_AT,
	       "they fit on the page of the phase word");

/* Defined with the phase word: PL_PHASE_VARIABLE. */
extern PL_HIDDEN struct pl_settings pl_settings;

static inline unsigned pl_setting_or(struct pl_setting setting, unsigned before)
{
	return setting.is_set ? setting.value : before;
}

#endif
