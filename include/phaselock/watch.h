/* SPDX-License-Identifier: MIT */
/**
 * Watching requests: the hook under <phaselock/assert.h>, for test frameworks and tools.
 *
 * A watch is told of each heap request of one thread, or of every thread, before the request is
 * judged; of the block that the request got; and of each block that is given back. Only watched
 * threads pay for it.
 *
 * A request for more bytes than size_t can hold, such as calloc(-1, 16), is one that nobody could
 * serve. It is told only if the lock or a forbid scope is against it, and never has a RESULT.
 *
 * For every function here: Signals: not from a signal handler. Heap: none. Errors: none.
 */
#ifndef PHASELOCK_WATCH_H
#define PHASELOCK_WATCH_H

#include <phaselock/phaselock.h>

#ifdef __cplusplus
extern "C" {
#endif

enum phaselock_event_kind {
	PHASELOCK_EVENT_REQUEST = 0, /* the program asks for memory; the answer counts */
	PHASELOCK_EVENT_RESULT = 1,  /* the request was served, or failed */
	PHASELOCK_EVENT_RELEASE = 2, /* a block is about to be freed */
};

struct phaselock_event {
	enum phaselock_event_kind kind;
	/* Whether the lock or a forbid scope forbids the request. */
	bool forbidden;
	/* Who asks for what. REQUEST and RELEASE have the call stack, as deep as the watch that
	 * wants the most frames; RESULT has no frames. Valid during the call. */
	const struct phaselock_violation *request;
	/* The file name of the module that made the request: the first in the call stack that is
	 * not a C or C++ run-time library. NULL if it is in no module, or if no frames were
	 * wanted. */
	const char *origin;
	/* RESULT: the block, or NULL if the request failed. RELEASE: the block. REQUEST: NULL; a
	 * reallocation has its old block in request->old_pointer. */
	const void *block;
	uint64_t reserved[4];
};

enum phaselock_answer {
	PHASELOCK_GO_ON = 0, /* as if there were no watch */
	/* Serve it, whatever the lock says; it is no violation. From a watch that was begun on a
	 * sealed heap it counts as GO_ON, unless the seal had PHASELOCK_SEAL_PERMITS_HOLD. */
	PHASELOCK_SERVE = 1,
	PHASELOCK_FAIL = 2, /* fail it as libc fails it: NULL and ENOMEM */
};

/**
 * Called at each event, on the thread that makes the request, inside that request. It may do what a
 * signal handler may, and must not leave by longjmp(). Its own heap requests are not told. Signals
 * are blocked meanwhile, so that no signal handler's requests are missed. Only the answer to a
 * REQUEST counts.
 */
typedef enum phaselock_answer (*phaselock_watcher)(const struct phaselock_event *event,
						   void *context);

/* Lives in the caller's memory. Start with zeros. */
struct phaselock_watch {
	phaselock_watcher watcher;
	void *context;
	/* How many frames it wants, at most PHASELOCK_FRAMES_MAX. If any, each event costs a walk
	 * of the stack. */
	unsigned frames;
	/* Tell only of requests that the lock or a forbid scope forbids. */
	bool forbidden_only;
	/* Belongs to the library. */
	struct phaselock_watch *outer;
	uint64_t reserved[4];
};

/**
 * Begin and end a watch of this thread. Watches nest: each event is told to all, the innermost
 * first, and the first answer other than GO_ON counts. Requests that a permit scope grants are not
 * told. The structure must live until the end. The end also ends watches that were begun later and
 * left open.
 *
 * The begin returns whether this thread's requests are told from now on. It returns false inside a
 * permit scope or a watcher, if there is no memory to keep the thread's watches, and if the
 * structure is too small; in the last case it begins nothing. The end returns whether the watch was
 * open until now, and on this thread.
 */
PHASELOCK_API bool phaselock_watch_begin_sized(struct phaselock_watch *watch, size_t size);
PHASELOCK_API bool phaselock_watch_end(struct phaselock_watch *watch);

static inline bool phaselock_watch_begin(struct phaselock_watch *watch)
{
	return phaselock_watch_begin_sized(watch, sizeof(*watch));
}

/**
 * Begin and end a watch of every thread. As above, with these differences: the watcher is called on
 * many threads at once; any thread may end the watch, in any order, and the other watches stay
 * open. The end waits for other threads' watchers, so that this watcher runs nowhere when it
 * returns.
 */
PHASELOCK_API bool phaselock_watch_process_begin_sized(struct phaselock_watch *watch, size_t size);
PHASELOCK_API bool phaselock_watch_process_end(struct phaselock_watch *watch);

static inline bool phaselock_watch_process_begin(struct phaselock_watch *watch)
{
	return phaselock_watch_process_begin_sized(watch, sizeof(*watch));
}

/**
 * Save and restore the scopes of this thread, for frameworks that end a test by longjmp() out of
 * its scopes. The restore ends the scopes that were begun since the save, and returns whether there
 * were any. The scopes that were open at the save must still be open.
 */
PHASELOCK_API uint64_t phaselock_scopes_save(void);
PHASELOCK_API bool phaselock_scopes_restore(uint64_t scopes);

/** What came of an assertion about heap requests. */
enum phaselock_result {
	PHASELOCK_HELD = 0,
	PHASELOCK_FAILED = 1,
	PHASELOCK_UNARMED = 2,	  /* it failed, because nothing could be seen */
	PHASELOCK_NOT_JUDGED = 3, /* likewise, but it was to be skipped then */
};

/* Any string may be NULL. */
struct phaselock_judgement {
	enum phaselock_result result;
	int line;
	const char *test; /* the test that it is in */
	const char *name;
	const char *file;
	const char *message; /* why it failed, in the first line */
};

/**
 * Tell `phaselock run` of an assertion that the program has judged: it counts as a check, and is in
 * the record. libphaselock-test does it for its own. Does nothing without that command. Threads:
 * any. Signals: safe. Heap: none.
 */
PHASELOCK_API void phaselock_judged_sized(const struct phaselock_judgement *judgement, size_t size);

static inline void phaselock_judged(const struct phaselock_judgement *judgement)
{
	phaselock_judged_sized(judgement, sizeof(*judgement));
}

/**
 * For a child of fork() that tests a violation: from now on `phaselock run` does not count this
 * process, whatever it does, and its reports go to stderr, whatever report= says. Does nothing in
 * the process in which the library started. Threads: only while the process has a single one.
 */
PHASELOCK_API void phaselock_detach_child(void);

#ifdef __cplusplus
}
#endif

#endif
