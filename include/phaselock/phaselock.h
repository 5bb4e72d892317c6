/* SPDX-License-Identifier: MIT */
/**
 * phaselock: freeze the heap after initialisation.
 *
 * A program allocates while it initialises and then calls lock_allocations(). From then on, every
 * heap request is a violation: recorded, reported with its call stack and, by default, fatal. This
 * is rule 3 of NASA/JPL's "The Power of Ten", JSF AV rule 206 and MISRA C:2012 Dir 4.12.
 *
 * For every function here, unless its comment says otherwise:
 * - Threads: any thread may call it, at any time.
 * - Signals: a signal handler may call it.
 * - Heap: it makes no heap request and frees nothing.
 * - Errors: it cannot fail, and it leaves errno alone.
 *
 * Two macros, if you define them before the include:
 * - PHASELOCK_NO_SHORT_NAMES hides the names without prefix.
 * - PHASELOCK_OPTIONAL makes every reference weak, so the program also links and runs without the
 *   library; phaselock_present() says whether it is there. If it is not, the short names and the
 *   scopes do nothing, and the program must not call any other function.
 *
 * A program works with every later library of the same soname, without a rebuild, although the
 * structures below may get more fields at their ends. To make this work, the program passes the
 * size of each structure, and the library touches no byte beyond it. A field that the program does
 * not have counts as zero, and a field that the library does not know is set to zero. If a size is
 * below that of the first version, the library writes what fits. Call the inline functions of this
 * header: they pass the size to the functions that end in _sized. `reserved` is room for later
 * fields, so start with zeros when you fill in a structure.
 */
#ifndef PHASELOCK_PHASELOCK_H
#define PHASELOCK_PHASELOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PHASELOCK_VERSION_MAJOR 0
#define PHASELOCK_VERSION_MINOR 1
#define PHASELOCK_VERSION_PATCH 0

#ifdef PHASELOCK_OPTIONAL
#define PHASELOCK_API __attribute__((visibility("default"), weak))
#else
#define PHASELOCK_API __attribute__((visibility("default")))
#endif

/* An initializer that zeroes a structure. */
#ifdef __cplusplus
#define PHASELOCK_ZEROS_                                                                           \
	{                                                                                          \
	}
#else
#define PHASELOCK_ZEROS_                                                                           \
	{                                                                                          \
		0                                                                                  \
	}
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- phase: process-wide --------------------------------------------------------------------- */

enum phaselock_phase {
	PHASELOCK_INIT = 0,   /* requests are granted, unless this thread forbids them */
	PHASELOCK_LOCKED = 1, /* requests are violations, unless this thread permits them */
	PHASELOCK_SEALED = 2, /* locked until the process ends */
};

/**
 * Forbid heap requests on every thread until phaselock_unlock_allocations().
 *
 * After it returns, every request that any thread begins is judged as locked, even one whose
 * arguments make it fail, such as calloc(-1, 16). A request already under way in another thread may
 * still finish. Locking twice is locking once; a sealed heap stays sealed. A child process after
 * fork() inherits the phase; exec() starts afresh.
 *
 * Time: one atomic exchange and one membarrier(2) call, whatever the number of threads. While
 * another thread forks, the exchange waits, like any store, until the kernel has copied the
 * description of its page (docs/decisions/0027-a-store-waits-for-a-fork.md has figures).
 *
 * If the kernel has no private expedited membarrier (before Linux 4.14), or a filter refuses it,
 * only the exchange makes the lock visible: another core sees it as soon as cache coherence
 * delivers it, and the promise above holds for requests that are ordered after the lock.
 *
 * Under a filter that kills (seccomp(2)), lock before you install the filter, or allow membarrier,
 * gettid, rt_sigprocmask and futex here, and mprotect for phaselock_seal_allocations().
 * docs/guarantees.md lists the system calls of every other moment.
 */
PHASELOCK_API void phaselock_lock_allocations(void);

/**
 * Grant heap requests again. Does nothing if the heap is not locked. On a sealed heap the call is
 * itself a violation (function "unlock_allocations"), recorded, reported and judged by the policy,
 * and the heap stays sealed.
 */
PHASELOCK_API void phaselock_unlock_allocations(void);

/* Flags for phaselock_seal_allocations_with(). */
enum phaselock_seal {
	/* Permit scopes, and watches that answer PHASELOCK_SERVE, still grant requests. */
	PHASELOCK_SEAL_PERMITS_HOLD = 1 << 0,
};

/**
 * Lock until the process ends, with the promise of phaselock_lock_allocations().
 *
 * The seal also freezes everything that judges a violation: policy, handler and its context
 * pointer, suppressions and options are in read-only memory from then on, in children of fork()
 * too. Call phaselock_set_policy() and phaselock_set_handler() before: on a sealed heap they are
 * violations, like an unlock, and change nothing.
 *
 * Without flags, the seal ends all permit scopes, open ones too: inside them the phase decides. A
 * watch begun after the seal cannot have requests served. The handler, the suppressions and watches
 * begun earlier stay in force: whoever seals knows them.
 *
 * The first seal counts. Another one with the same flags does nothing; with other flags it is a
 * violation (function "seal_allocations"). A flag that this library does not know is misuse, which
 * ends the process by abort() under any policy.
 *
 * The seal guards against mistakes and stray writes, not against code that means to get round it.
 * Code in the process can still:
 * - make the page writable with mprotect(2), or write to it with process_vm_writev(2) or through
 *   /proc/self/mem;
 * - get libc's own malloc(), which no interposer sees, from a handle of libc: with dlsym() on
 *   dlopen("libc.so.6"), or from another namespace of dlmopen(); or bring its own allocator;
 * - ask the kernel for memory, with mmap(2) or brk(2);
 * - write to what cannot be frozen: the words in which its thread counts, memory that a handler or
 *   a watcher reads, the library's records.
 * docs/guarantees.md, "Who can disarm what", says what stops whom.
 */
PHASELOCK_API void phaselock_seal_allocations(void);
PHASELOCK_API void phaselock_seal_allocations_with(unsigned flags); /* of enum phaselock_seal */

/** Returns the phase of the process at some moment during the call. */
PHASELOCK_API enum phaselock_phase phaselock_get_phase(void);

/**
 * Trigger what libc allocates at a first use, as far as the program cannot notice it, so that none
 * of it happens while allocations are locked: buffers for stdin and stdout, if they have none yet;
 * the time zone, as tzset(3) does; the tables with which this thread's locale converts characters;
 * the unwinder behind backtrace(3), pthread_exit(3) and pthread_cancel(3).
 *
 * docs/libc-allocations.md says what each function still allocates after that. libc may allocate
 * again if the program later changes TZ, the locale or the file behind stdout. While TZ is not set
 * at all, glibc's tzset(), localtime(), mktime() and strftime() allocate at every call.
 *
 * Writes and reads nothing, starts no thread, asks no name service. The buffers have the kind and
 * size that the streams would have got. Signals: not from a handler. Heap: allocates, so call it
 * before the lock.
 */
PHASELOCK_API void phaselock_prewarm(void);

/* ---- scopes: this thread only ---------------------------------------------------------------- */

/* How deep scopes may nest on one thread, forbid and permit scopes together. */
#define PHASELOCK_SCOPE_DEPTH_MAX 63

/**
 * Begin and end a scope in which this thread's heap requests are violations, whatever the phase.
 *
 * Scopes of both kinds nest in any order, and the innermost one decides: a permit inside a forbid
 * grants, a forbid inside a permit forbids. Outside every scope the phase decides. It is misuse to
 * end a scope that is not the innermost open one, or to nest deeper than PHASELOCK_SCOPE_DEPTH_MAX:
 * it is reported and ends the process by abort(), under any policy. Signals: a handler may begin
 * scopes, and must end them before it returns.
 */
PHASELOCK_API void phaselock_forbid_begin(void);
PHASELOCK_API void phaselock_forbid_end(void);

/**
 * Begin and end a scope in which this thread may allocate. The rules are those above. On a sealed
 * heap such a scope grants nothing, unless the seal had PHASELOCK_SEAL_PERMITS_HOLD.
 */
PHASELOCK_API void phaselock_permit_begin(void);
PHASELOCK_API void phaselock_permit_end(void);

/* ---- statistics ------------------------------------------------------------------------------ */

/*
 * Each thread counts for itself, and a snapshot sums all threads, ended ones too. A thread's counts
 * are exact when it reads them itself, and after it was joined. A snapshot may or may not include
 * requests that other threads are just making.
 *
 * "Flow" fields count from the start of the process or thread, or from the last reset_stats(), and
 * never decrease between two resets. "Level" fields say what is now; a reset does not change them.
 *
 * Three fields have other names in the Rust allocator that these statistics follow: its
 * total_allocations is allocations, its total_bytes is bytes_requested, and its locked is a phase
 * above 0.
 */
struct phaselock_stats {
	/* Flow, requests: calls that asked for memory and passed the gate: malloc, calloc, the
	 * aligned family, operator new, realloc(NULL, n). */
	uint64_t allocations;

	/* Flow, requests: blocks given back: free and its forms, operator delete, realloc(p, 0).
	 * A null pointer is not counted. */
	uint64_t deallocations;

	/* Flow, requests: realloc and reallocarray of a block to a size above 0. */
	uint64_t reallocations;

	/* Flow, requests: those among allocations and reallocations that the allocator could not
	 * serve. Exact when the thread itself reads it, and after it was joined. */
	uint64_t failed_allocations;

	/* Flow, bytes: the sizes that allocations and reallocations asked for. */
	uint64_t bytes_requested;

	/* Flow, bytes: the usable size of each block, which is the memory really taken. A
	 * reallocation takes a block of the new size and gives back one of the old size. */
	uint64_t bytes_allocated;
	uint64_t bytes_deallocated;

	/* Flow, bytes, signed (two's complement; read it as int64_t): usable bytes that
	 * reallocations gained, minus those they lost. The only flow that may decrease. */
	uint64_t bytes_reallocated;

	/* Level, blocks: allocations that succeeded, minus deallocations. */
	uint64_t live_allocations;

	/* Level, bytes: bytes_allocated minus bytes_deallocated. */
	uint64_t live_bytes;

	/* Flow, requests: judged as violations, whatever the verdict. */
	uint64_t locked_attempts;

	/* Flow, requests: granted by a permit scope in a locked phase. */
	uint64_t permitted_attempts;

	/* Flow, requests: those among deallocations that were made in a locked phase. */
	uint64_t locked_deallocations;

	/* Level, threads: living ones that have made a request or begun a scope; 1 in a thread's
	 * own statistics. */
	uint64_t threads;

	/* Level: enum phaselock_phase. */
	uint64_t phase;

	/* Flow, requests: served despite the lock because a pattern of suppressions= matched. Not
	 * included in locked_attempts. */
	uint64_t suppressed_attempts;
};

/**
 * Write the statistics of the process, or of the calling thread since its start, to *out.
 *
 * At most out_size bytes are written: pass sizeof(struct phaselock_stats). A program built against
 * an older, shorter structure gets its own fields; one built against a newer structure gets zeros
 * after ours.
 *
 * Time: for the process, linear in the largest number of threads that ever lived at once; constant
 * for the calling thread. The process's form takes an internal lock with all signals blocked. So it
 * never waits for its own thread, and waits for others only while they register, exit or sum.
 */
PHASELOCK_API void phaselock_get_stats(struct phaselock_stats *out, size_t out_size);
PHASELOCK_API void phaselock_get_thread_stats(struct phaselock_stats *out, size_t out_size);

/**
 * Restart the process's flows at 0. Does not change the phase, the levels, any thread's own
 * statistics or the recorded violations.
 */
PHASELOCK_API void phaselock_reset_stats(void);

/** Compute the difference of two snapshots: flows are end's minus begin's, levels are end's. */
PHASELOCK_API void phaselock_stats_delta_sized(struct phaselock_stats *out,
					       const struct phaselock_stats *begin,
					       const struct phaselock_stats *end, size_t size);

static inline struct phaselock_stats phaselock_stats_delta(const struct phaselock_stats *begin,
							   const struct phaselock_stats *end)
{
	struct phaselock_stats delta = PHASELOCK_ZEROS_;

	phaselock_stats_delta_sized(&delta, begin, end, sizeof(delta));
	return delta;
}

/* ---- stages of a request's life -------------------------------------------------------------- */

/* What a thread has done since its start. */
struct phaselock_stage_counts {
	/* Usable bytes that it was handed out, minus those that it gave back. Negative if it gives
	 * back what others took. */
	int64_t live_bytes;
	uint64_t allocations;	/* as in struct phaselock_stats */
	uint64_t deallocations; /* likewise */
};

/* Lives in the caller's memory as long as the request; its contents belong to the library. */
struct phaselock_stage {
	struct phaselock_stage_counts begin;
	struct phaselock_stage_counts last; /* at the last begin or mark */
	uint64_t reserved[4];
};

/**
 * With stages=1, tell what this thread did up to a named moment of a request's life. Each call
 * writes one line at once, where the reports go:
 *
 *	[MEMORY-TRACK] NAME: bytes_allocated=LIVE (+N), allocations=N (+N), deallocations=N (+N)
 *
 * LIVE is live_bytes. The numbers in parentheses are the change since the previous begin or mark; a
 * begin has none. If more was allocated than given back between begin and end, the end writes
 * another line, with the change of live_bytes since the begin:
 *
 *	[MEMORY-LEAK] Potential leak at NAME: N net allocations, N bytes potentially leaked
 *
 * All calls for one request must come from one thread; the counts include everything that it does
 * meanwhile. Any number of requests may be open. Without stages=1, each call only looks at a flag
 * and leaves the structure alone.
 */
PHASELOCK_API void phaselock_stage_begin_sized(struct phaselock_stage *stage, const char *name,
					       size_t size);
PHASELOCK_API void phaselock_stage_mark_sized(struct phaselock_stage *stage, const char *name,
					      size_t size);
PHASELOCK_API void phaselock_stage_end_sized(struct phaselock_stage *stage, const char *name,
					     size_t size);

static inline void phaselock_stage_begin(struct phaselock_stage *stage, const char *name)
{
	phaselock_stage_begin_sized(stage, name, sizeof(*stage));
}

static inline void phaselock_stage_mark(struct phaselock_stage *stage, const char *name)
{
	phaselock_stage_mark_sized(stage, name, sizeof(*stage));
}

static inline void phaselock_stage_end(struct phaselock_stage *stage, const char *name)
{
	phaselock_stage_end_sized(stage, name, sizeof(*stage));
}

/* ---- violations ------------------------------------------------------------------------------ */

/* No version changes this number. */
#define PHASELOCK_FRAMES_MAX 32

/* What happens to a request that was judged a violation. */
enum phaselock_verdict {
	/* The process ends by abort(). A handler of SIGABRT runs first. It may end the process in
	 * another way, even by exit(0), or leave by longjmp(): then the process goes on, and its
	 * next violation is reported and ends in abort() again. With the option abort=trap, a trap
	 * instruction ends the process (SIGILL, SIGTRAP on arm64), and no handler runs. */
	PHASELOCK_ABORT = 0,
	/* The request is served. */
	PHASELOCK_ALLOW = 1,
	/* The request fails as libc fails it: NULL and ENOMEM, or std::bad_alloc. The old block of
	 * a realloc stays whole, and a denied free leaves the block allocated. To throw, the C++
	 * library asks for memory, too: that is another violation, and it then uses its reserve. */
	PHASELOCK_DENY = 2,
};

/* Why a request is a violation. */
enum phaselock_cause {
	PHASELOCK_CAUSE_PHASE = 0,  /* the process was locked or sealed */
	PHASELOCK_CAUSE_FORBID = 1, /* a forbid scope of the thread */
	PHASELOCK_CAUSE_SEAL = 2,   /* an attempt to unlock a sealed heap, or to change its guard */
	PHASELOCK_CAUSE_HOT = 3,    /* a function that must not allocate (hot=) had not returned */
};

struct phaselock_violation {
	/* The entry point, as the program called it: "malloc", "operator new[]", ... The string
	 * belongs to the library and is valid for ever. */
	const char *function;
	size_t size;		 /* bytes asked for; 0 for free */
	size_t alignment;	 /* bytes; 0 where none was asked for */
	const void *old_pointer; /* the block of realloc and free; NULL otherwise */
	enum phaselock_cause cause;
	unsigned frame_count; /* how many frames are valid */
	uint64_t thread_id;   /* as gettid(2) */
	uint64_t time_ns;     /* CLOCK_MONOTONIC, nanoseconds */
	uint64_t sequence;    /* rises from 1; suppressed requests take numbers too */
	uint64_t count;	      /* times seen at this site, including this one; 0: not kept */
	/* As set by pthread_setname_np(3), terminated. It is the name of the process if the thread
	 * may be under a filter of system calls and reports go to stderr (docs/guarantees.md). At a
	 * known site, with neither a handler nor the policy "abort", it may be an earlier name. */
	char thread_name[16];
	/* Return addresses, the entry point's caller first. For a function that a signal
	 * interrupted, the address of the interrupted instruction plus 1. */
	void *frames[PHASELOCK_FRAMES_MAX];
	uint64_t reserved[4];
};

/**
 * A handler is called at each violation, on the violating thread, after the violation is recorded
 * and before it is reported. Its verdict is final. It runs inside the heap request, so it may do
 * only what a signal handler may; it may also leave by longjmp(). A violation inside the handler is
 * recorded and reported, but the policy decides it: the handler is not called again.
 */
typedef enum phaselock_verdict (*phaselock_handler)(const struct phaselock_violation *violation,
						    void *context);

/**
 * Install the handler of the process. NULL removes it; then the policy decides. Handler and context
 * are replaced as a pair: no call ever gets one handler with another's context. On a sealed heap
 * the call is a violation (function "set_handler"), and the handler stays.
 *
 * Violations that begin after it returns use the new handler. It does not wait for calls that are
 * under way: the old handler may still run on another thread, with the old context. So keep a
 * context, and the module of a handler, until you have joined every thread that could be in it;
 * best, until the process ends.
 */
PHASELOCK_API void phaselock_set_handler(phaselock_handler handler, void *context);

/**
 * A program may define this function to set options for itself. It returns a string in the form of
 * PHASELOCK_OPTIONS, or NULL. The library calls it once, when it is loaded, before main() and all
 * constructors. Let it return a constant: nothing of the program is set up yet, and it must make no
 * heap request. For a preloaded library, link the program with -rdynamic.
 *
 * The environment cannot change a key that this function sets. With environment=0 it changes no key
 * at all, and neither MALLOC_CONF nor /etc/malloc.conf reaches the library's jemalloc. Attempts are
 * named on stderr. Without environment=0, the environment can disarm a sealed program, with
 * suppressions=FILE, or end it, with MALLOC_CONF=abort_conf:true.
 */
const char *phaselock_default_options(void) __attribute__((visibility("default")));

/**
 * Set the verdict for violations that no handler decides. The default is PHASELOCK_ABORT. On a
 * sealed heap the call is a violation (function "set_policy"), and the policy stays.
 */
PHASELOCK_API void phaselock_set_policy(enum phaselock_verdict policy);

/*
 * How many distinct sites are kept. Violations at further sites are counted but not listed, and are
 * reported only if they end the process.
 */
#define PHASELOCK_SITES_MAX 1024

/**
 * Copy up to capacity distinct violations to out, oldest first: each as it was first seen, with its
 * present count. Sites differ by function, cause or call stack. Returns how many distinct
 * violations there are, which may be more than capacity. out may be NULL if capacity is 0.
 */
PHASELOCK_API size_t phaselock_get_violations_sized(struct phaselock_violation *out,
						    size_t capacity, size_t size);

static inline size_t phaselock_get_violations(struct phaselock_violation *out, size_t capacity)
{
	return phaselock_get_violations_sized(out, capacity, sizeof(*out));
}

/** Called at each violation after it is recorded. It does nothing: it is for breakpoints. */
PHASELOCK_API void phaselock_on_violation(const struct phaselock_violation *violation);

/**
 * Write a violation's call and call stack, one line each, as a report does, for a handler that has
 * its own log. Control characters in names are escaped. Returns the length of the text, which is
 * cut to size - 1 bytes.
 */
PHASELOCK_API size_t phaselock_describe_sized(const struct phaselock_violation *violation,
					      size_t violation_size, char *text, size_t size);

static inline size_t phaselock_describe(const struct phaselock_violation *violation, char *text,
					size_t size)
{
	return phaselock_describe_sized(violation, sizeof(*violation), text, size);
}

/**
 * Returns whether a violation's call stack contains a function of this name. Names are those of the
 * symbol table, as in reports. "copy_of" also finds copies that a compiler made, such as
 * copy_of.constprop.0.
 */
PHASELOCK_API bool phaselock_has_function_sized(const struct phaselock_violation *violation,
						size_t violation_size, const char *function);

static inline bool phaselock_has_function(const struct phaselock_violation *violation,
					  const char *function)
{
	return phaselock_has_function_sized(violation, sizeof(*violation), function);
}

/*
 * What to do instead of calling a C or C++ library function that allocates. The strings live for
 * ever.
 */
struct phaselock_advice {
	const char *function; /* the library function that was called */
	const char *when;     /* when it allocates: "at every call" */
	const char *cure;     /* what to do instead */
};

/**
 * Write the advice with which a report of this violation ends; returns whether there is any. Call
 * it in the handler or watcher that is told of the request: it reads the code of the callers, which
 * may be unloaded later.
 */
PHASELOCK_API bool phaselock_advise_sized(const struct phaselock_violation *violation,
					  size_t violation_size, struct phaselock_advice *advice,
					  size_t advice_size);

static inline bool phaselock_advise(const struct phaselock_violation *violation,
				    struct phaselock_advice *advice)
{
	return phaselock_advise_sized(violation, sizeof(*violation), advice, sizeof(*advice));
}

/**
 * The violation that was judged last, or NULL. In a core dump it is the one that ended the process,
 * or one of the same moment on another thread. It lies in the library and is overwritten after 63
 * further violations, so it is for debuggers. A program copies what it wants to keep in its
 * handler.
 */
PHASELOCK_API extern const struct phaselock_violation *phaselock_last_violation;

/* ---- proof ----------------------------------------------------------------------------------- */

enum phaselock_entry {
	PHASELOCK_ENTRY_MALLOC = 1 << 0,
	PHASELOCK_ENTRY_CALLOC = 1 << 1,
	PHASELOCK_ENTRY_REALLOC = 1 << 2,
	PHASELOCK_ENTRY_REALLOCARRAY = 1 << 3,
	PHASELOCK_ENTRY_FREE = 1 << 4,
	PHASELOCK_ENTRY_CFREE = 1 << 5,
	PHASELOCK_ENTRY_POSIX_MEMALIGN = 1 << 6,
	PHASELOCK_ENTRY_ALIGNED_ALLOC = 1 << 7,
	PHASELOCK_ENTRY_MEMALIGN = 1 << 8,
	PHASELOCK_ENTRY_VALLOC = 1 << 9,
	PHASELOCK_ENTRY_PVALLOC = 1 << 10,
	PHASELOCK_ENTRY_MALLOC_USABLE_SIZE = 1 << 11,
	PHASELOCK_ENTRY_FREE_SIZED = 1 << 12,
	PHASELOCK_ENTRY_FREE_ALIGNED_SIZED = 1 << 13,
	PHASELOCK_ENTRY_NEW = 1 << 14,		  /* all four forms without alignment */
	PHASELOCK_ENTRY_NEW_ALIGNED = 1 << 15,	  /* all four forms with alignment */
	PHASELOCK_ENTRY_DELETE = 1 << 16,	  /* all six forms without alignment */
	PHASELOCK_ENTRY_DELETE_ALIGNED = 1 << 17, /* all six forms with alignment */
#ifdef __wasm__
	PHASELOCK_ENTRY_ALL = (1 << 14) - 1, /* the guard inside a module is for C */
#else
	PHASELOCK_ENTRY_ALL = (1 << 18) - 1,
#endif
};

/**
 * Call every entry point as the program calls it, by its public name through the dynamic linker,
 * and check that the call comes to this library.
 *
 * Returns the set of PHASELOCK_ENTRY_* whose calls came here, directly or through a function of the
 * program that takes its memory from the library. If that is not PHASELOCK_ENTRY_ALL, another
 * allocator stands in front, and its requests are not seen. The check is never a violation.
 *
 * Heap, counts: none where a name leads to the library. An entry point whose name leads elsewhere,
 * such as a program's own operator new, is really used: it takes a block, which is given back. What
 * it asks of the library is permitted and counted. Signals: safe where such functions are.
 */
PHASELOCK_API unsigned phaselock_armed(void);

/**
 * Returns the name of one PHASELOCK_ENTRY_*, such as "malloc" or "operator delete with alignment",
 * or NULL if it is not exactly one.
 */
PHASELOCK_API const char *phaselock_entry_name(unsigned entry);

/**
 * Returns those entry points of phaselock_armed() that another allocator serves and tells the
 * library of: a sanitizer, through its hooks. A violation there is found after the block was handed
 * out, so it cannot be denied. The hooks do not say which function was called, so reports say
 * "allocation" or "deallocation"; a reallocation is one of each. Requests before the library's
 * constructor, the first of the process, are not heard of. The statistics of usable bytes stay at
 * 0. Heap and errors: as phaselock_armed().
 */
PHASELOCK_API unsigned phaselock_heard(void);

/* Size of a module name, terminator included; longer names are cut. No version changes it. */
#define PHASELOCK_MODULE_NAME_SIZE 64

/* A module whose requests go past the library. */
struct phaselock_unseen {
	/* Its file name, without folders. */
	char module[PHASELOCK_MODULE_NAME_SIZE];
	/* The file name of the module whose functions it calls instead. */
	char allocator[PHASELOCK_MODULE_NAME_SIZE];
	/* The first of these functions, in the order of enum phaselock_entry. If the allocator has
	 * its own names, how they begin. */
	const char *function;
	/* All of them: a set of PHASELOCK_ENTRY_*; mallocx counts as malloc, and so on. */
	unsigned entries;
};

/**
 * List the loaded modules whose requests go past the library. A module is listed if
 * - its references to malloc, calloc, realloc, reallocarray, free, cfree or the aligned family lead
 *   elsewhere than everyone else's, which phaselock_armed() tests: a plug-in opened with
 *   RTLD_DEEPBIND, and what was loaded along with it;
 * - it was loaded after the start, defines such functions itself and is bound to them without a
 *   reference (-Bsymbolic);
 * - it refers to an allocator by the allocator's own names, whatever else it calls: mallocx,
 *   rallocx, dallocx, sdallocx, and je_malloc, tc_malloc, mi_malloc and the like.
 * The same modules are named on stderr when the process exits.
 *
 * Copies up to capacity of them to out, which may be NULL if capacity is 0. Returns how many there
 * are.
 *
 * Not seen: a reference that is bound at its first call (RTLD_LAZY) and was not called yet, a
 * function found by dlsym(), a module of another namespace (dlmopen()), a module that has been
 * unloaded, an allocator inside a module that does not export it. Signals: not from a handler,
 * because it takes a lock of the dynamic linker. Time: linear in the number of references of all
 * modules.
 */
PHASELOCK_API size_t phaselock_unseen_modules_sized(struct phaselock_unseen *out, size_t capacity,
						    size_t size);

static inline size_t phaselock_unseen_modules(struct phaselock_unseen *out, size_t capacity)
{
	return phaselock_unseen_modules_sized(out, capacity, sizeof(*out));
}

/** Returns "MAJOR.MINOR.PATCH" of the loaded library. */
PHASELOCK_API const char *phaselock_version(void);

/** Returns whether the library is there: always true, unless PHASELOCK_OPTIONAL is defined. */
static inline bool phaselock_present(void)
{
#ifdef PHASELOCK_OPTIONAL
	return phaselock_version != NULL;
#else
	return true;
#endif
}

/* ---- scopes that end with their block -------------------------------------------------------- */

static inline int phaselock_scope_forbid_(void)
{
	if (phaselock_present())
		phaselock_forbid_begin();
	return 0;
}

static inline void phaselock_scope_forbid_end_(const int *unused)
{
	(void)unused;
	if (phaselock_present())
		phaselock_forbid_end();
}

static inline int phaselock_scope_permit_(void)
{
	if (phaselock_present())
		phaselock_permit_begin();
	return 0;
}

static inline void phaselock_scope_permit_end_(const int *unused)
{
	(void)unused;
	if (phaselock_present())
		phaselock_permit_end();
}

#define PHASELOCK_JOIN2_(a, b) a##b
#define PHASELOCK_JOIN_(a, b) PHASELOCK_JOIN2_(a, b)

/*
 * Statements that forbid or permit requests from here to the end of the enclosing block, however it
 * is left (return, goto, break; in C++ also an exception). Leaving it by longjmp() leaves the scope
 * open.
 */
#define PHASELOCK_FORBID_SCOPE                                                                     \
	__attribute__((cleanup(phaselock_scope_forbid_end_), unused)) const int PHASELOCK_JOIN_(   \
		phaselock_scope_, __LINE__) = phaselock_scope_forbid_()
#define PHASELOCK_PERMIT_SCOPE                                                                     \
	__attribute__((cleanup(phaselock_scope_permit_end_), unused)) const int PHASELOCK_JOIN_(   \
		phaselock_scope_, __LINE__) = phaselock_scope_permit_()

/* ---- short names ----------------------------------------------------------------------------- */

#ifndef PHASELOCK_NO_SHORT_NAMES
/*
 * Inline, so that the library does not export them: under LD_PRELOAD, a dynamic symbol get_stats
 * would replace any other library's.
 */
static inline void lock_allocations(void)
{
	if (phaselock_present())
		phaselock_lock_allocations();
}

static inline void unlock_allocations(void)
{
	if (phaselock_present())
		phaselock_unlock_allocations();
}

static inline struct phaselock_stats get_stats(void)
{
	struct phaselock_stats stats = PHASELOCK_ZEROS_;

	if (phaselock_present())
		phaselock_get_stats(&stats, sizeof(stats));
	return stats;
}

static inline void reset_stats(void)
{
	if (phaselock_present())
		phaselock_reset_stats();
}
#endif

#ifdef __cplusplus
}
#endif

#endif
