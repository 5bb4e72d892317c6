/* SPDX-License-Identifier: MIT */
/**
 * Watching requests: the hook under <phaselock/assert.h>, for test frameworks and tools.
 *
 * A watch is told of each heap request of one thread, or of every thread, before it is judged, of
 * the block that it got, and of each block that is given back. Only watched threads pay for it.
 *
 * A call of a size that no number holds, as calloc(-1, 16), asks for nothing that anybody could
 * serve: it is told where the lock or a forbid scope is against it, and never has a RESULT.
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
	PHASELOCK_EVENT_REQUEST = 0, /* memory is asked for; the answer counts */
	PHASELOCK_EVENT_RESULT = 1,  /* the request was served, or failed */
	PHASELOCK_EVENT_RELEASE = 2, /* a block is about to be given back */
};

struct phaselock_event {
	enum phaselock_event_kind kind;
	/* Whether the lock or a forbid scope is against the request. */
	bool forbidden;
	/* Who asks for what. REQUEST and RELEASE have the call stack, as deep as the innermost
	 * watch wants it; RESULT has no frames. Valid during the call. */
	const struct phaselock_violation *request;
	/* The file name of the module that made it: the first in the call stack that is no C or C++
	 * run-time library. NULL if it is in none, or if no frames were wanted. */
	const char *origin;
	/* RESULT: the block, NULL if the request failed. RELEASE: the block. REQUEST: NULL; a
	 * reallocation has the old block in request->old_pointer. */
	const void *block;
	uint64_t reserved[4];
};

enum phaselock_answer {
	PHASELOCK_GO_ON = 0, /* as if there were no watch */
	/* Serve it, whatever the lock says: it is no violation. As GO_ON from a watch that was
	 * begun on a sealed heap, unless that was sealed with PHASELOCK_SEAL_PERMITS_HOLD. */
	PHASELOCK_SERVE = 1,
	PHASELOCK_FAIL = 2, /* fail it as libc fails it: NULL and ENOMEM */
};

/**
 * Called at each event on the thread that makes the request, inside that request. It may do what a
 * signal handler may, and must not leave by longjmp(). Its own heap requests are not told; signals
 * are blocked in it, so that those of signal handlers are. The answer is heeded for REQUEST alone.
 */
typedef enum phaselock_answer (*phaselock_watcher)(const struct phaselock_event *event,
						   void *context);

/* The caller's memory, which starts as zeros. */
struct phaselock_watch {
	phaselock_watcher watcher;
	void *context;
	/* How many frames it wants, at most PHASELOCK_FRAMES_MAX; each event then costs a walk of
	 * the stack. */
	unsigned frames;
	/* Tell only of requests that the lock or a forbid scope is against. */
	bool forbidden_only;
	/* The library's. */
	struct phaselock_watch *outer;
	uint64_t reserved[4];
};

/**
 * Begin to watch this thread. Watches nest; each event is told to all, the innermost first, and the
 * first answer but GO_ON is heeded. Requests that a permit scope grants are not told. The structure
 * must live until the end, which also ends the watches that were begun after it and left open.
 *
 * The begin returns whether what this thread asks for now is told: false inside a permit scope or a
 * watcher, and if there is no memory to keep the thread's watches; and, having begun nothing, if
 * the structure is too small for one. The end returns whether the watch was open until now, and on
 * this thread.
 */
PHASELOCK_API bool phaselock_watch_begin_sized(struct phaselock_watch *watch, size_t size);
PHASELOCK_API bool phaselock_watch_end(struct phaselock_watch *watch);

static inline bool phaselock_watch_begin(struct phaselock_watch *watch)
{
	return phaselock_watch_begin_sized(watch, sizeof(*watch));
}

/**
 * Begin to watch every thread. As above, but the watcher is called on many threads at once, any
 * thread may end it, in any order, and the end leaves all other watches open. It waits for those
 * who are in a watcher: when it returns, nobody is in this one.
 */
PHASELOCK_API bool phaselock_watch_process_begin_sized(struct phaselock_watch *watch, size_t size);
PHASELOCK_API bool phaselock_watch_process_end(struct phaselock_watch *watch);

static inline bool phaselock_watch_process_begin(struct phaselock_watch *watch)
{
	return phaselock_watch_process_begin_sized(watch, sizeof(*watch));
}

/**
 * The scopes that are open on this thread, as a word for the restore, which ends those that were
 * begun since, and returns whether there were any: for frameworks that end a test by longjmp(), out
 * of its scopes. What was open at the save must still be.
 */
PHASELOCK_API uint64_t phaselock_scopes_save(void);
PHASELOCK_API bool phaselock_scopes_restore(uint64_t scopes);

/**
 * For a child of fork() in which a violation is what is tested: from now on `phaselock run` does
 * not count this process, whatever it does, and its reports go to stderr, whatever report= says.
 * Does nothing in the process in which the library started. Threads: while the process has one.
 */
PHASELOCK_API void phaselock_detach_child(void);

#ifdef __cplusplus
}
#endif

#endif
