/* SPDX-License-Identifier: MIT */
/**
 * phaselock: freeze the heap after initialisation.
 *
 * A program allocates while it initialises, calls lock_allocations(), and from then on a heap
 * request is a violation: recorded, reported with its call stack and, by default, fatal. The rule
 * is number 3 of NASA/JPL's "The Power of Ten", JSF AV rule 206 and MISRA C:2012 Dir 4.12.
 *
 * For every function here, unless its comment says otherwise:
 * - Threads: any thread may call it, at any time.
 * - Signals: it may be called from a signal handler.
 * - Heap: it makes no heap request and frees nothing.
 * - Errors: it cannot fail, and it leaves errno alone.
 *
 * PHASELOCK_NO_SHORT_NAMES, defined before the include, hides the names without prefix.
 * PHASELOCK_OPTIONAL, defined before the include, makes every reference weak: the program also
 * links and runs without the library, and phaselock_present() tells which. Then the short names and
 * the scopes do nothing when the library is absent; any other function may be called only when it
 * is present.
 *
 * A program works with a later library of the same soname without being compiled again, and the
 * structures below may get fields meanwhile, at their ends. So the program tells the library the
 * size of each structure. The library touches no byte behind that. A field that the program does
 * not have counts as zero, and a field that the library does not know is set to zero. The functions
 * that do so end in _sized, and the inline functions of this header call them: use those. The words
 * `reserved` are room for later fields: start a structure that you fill in as zeros. A size below
 * that of the first version gets what fits.
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

/* A structure of zeros, as an initializer. */
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
 * Once it has returned, every request that any thread begins is judged as locked, even one whose
 * arguments make it fail, such as calloc(-1, 16). A request that was already under way in another
 * thread may still finish. Locking twice is locking once; a sealed heap stays sealed. A child
 * process after fork() inherits the phase; exec() starts afresh. Time: one atomic exchange and one
 * membarrier(2) call, whatever the number of threads. While another thread forks, the exchange
 * waits, as any store, until the kernel has copied what describes its page
 * (docs/decisions/0027-a-store-waits-for-a-fork.md has figures). Where the kernel has no private
 * expedited membarrier (before Linux 4.14, or a filter that refuses it), the store is made visible
 * by the exchange alone: another core then sees it as soon as cache coherence brings it there, and
 * the promise above holds for requests that are ordered after the lock.
 *
 * A program under a filter that kills (seccomp(2)) locks before it installs the filter, or allows
 * membarrier, gettid, rt_sigprocmask and futex here, and mprotect for phaselock_seal_allocations().
 * docs/guarantees.md lists the system calls of every other moment.
 */
PHASELOCK_API void phaselock_lock_allocations(void);

/**
 * Grant heap requests again. Does nothing if the heap is not locked. On a sealed heap it is itself
 * a violation (function "unlock_allocations"): recorded, reported, judged by the policy; the heap
 * stays sealed.
 */
PHASELOCK_API void phaselock_unlock_allocations(void);

/* How phaselock_seal_allocations_with() seals. */
enum phaselock_seal {
	/* Permit scopes, and watches that answer PHASELOCK_SERVE, go on granting requests. */
	PHASELOCK_SEAL_PERMITS_HOLD = 1 << 0,
};

/**
 * Lock for the rest of the process's life; the promise is that of phaselock_lock_allocations().
 *
 * The seal also freezes everything that judges a violation: policy, handler and its context
 * pointer, suppressions and options are in read-only memory from then on, in children of fork()
 * too. phaselock_set_policy() and phaselock_set_handler() are then violations, like an unlock, and
 * change nothing: call them before.
 *
 * Without flags the seal ends all permit scopes, open ones too: inside them the phase decides. A
 * watch that is begun later cannot have a request served. The handler, the suppressions and earlier
 * watches go on as before, since whoever seals knows them.
 *
 * The first seal counts. Another one with the same flags does nothing; with others it is a
 * violation (function "seal_allocations"). A flag that this library does not know is a fault of the
 * caller, and ends the process by abort() under any policy.
 *
 * It is a guard against mistakes and stray writes, not against code that means to get round it.
 * Code in the process can still: make the page writable by mprotect(2), or write to it by
 * /proc/self/mem or process_vm_writev(2); get libc's own malloc() from a handle of libc, by dlsym()
 * on dlopen("libc.so.6") or in another namespace of dlmopen(), which no interposer sees, or bring
 * an allocator of its own; ask the kernel, by mmap(2) or brk(2); write to what cannot be frozen:
 * the words by which its thread counts, memory that a handler or a watcher reads, the library's
 * records. docs/guarantees.md, "Who can disarm what", says what stops whom.
 */
PHASELOCK_API void phaselock_seal_allocations(void);
PHASELOCK_API void phaselock_seal_allocations_with(unsigned flags); /* of enum phaselock_seal */

/** Returns the phase of the process at some moment during the call. */
PHASELOCK_API enum phaselock_phase phaselock_get_phase(void);

/**
 * Make the first uses of libc that allocate and that the program cannot notice, so that none of
 * them happens while allocations are locked: buffers for stdin and stdout, if they have none yet;
 * the time zone, as tzset(3) does; the tables by which this thread's locale converts characters;
 * the unwinder behind backtrace(3), pthread_exit(3) and pthread_cancel(3). docs/libc-allocations.md
 * says for each function what it allocates after that. If the program changes TZ, the locale or the
 * file behind stdout later, libc may allocate again; and while TZ is not set at all, glibc's
 * tzset(), localtime(), mktime() and strftime() allocate at every call.
 *
 * Writes and reads nothing, starts no thread, asks no name service; buffers are of the kind and
 * size that the streams would have got. Signals: not from a handler. Heap: some, so call it before
 * the lock.
 */
PHASELOCK_API void phaselock_prewarm(void);

/* ---- scopes: this thread only ---------------------------------------------------------------- */

/* How deep forbid and permit scopes may nest on one thread, both kinds together. */
#define PHASELOCK_SCOPE_DEPTH_MAX 63

/**
 * Begin and end a stretch in which this thread's heap requests are violations, whatever the phase.
 *
 * Scopes of both kinds nest in any order and the innermost one decides: a permit inside a forbid
 * grants, a forbid inside a permit forbids, and outside every scope the phase decides. To end a
 * scope that is not the innermost open one, or to nest deeper than PHASELOCK_SCOPE_DEPTH_MAX, is
 * the caller's fault: it is reported and ends the process by abort(), under any policy. Signals: a
 * handler may begin scopes, and must end them before it returns.
 */
PHASELOCK_API void phaselock_forbid_begin(void);
PHASELOCK_API void phaselock_forbid_end(void);

/**
 * Begin and end a stretch in which this thread may allocate. The rules are those above. On a sealed
 * heap they grant nothing, unless it was sealed with PHASELOCK_SEAL_PERMITS_HOLD.
 */
PHASELOCK_API void phaselock_permit_begin(void);
PHASELOCK_API void phaselock_permit_end(void);

/* ---- statistics ------------------------------------------------------------------------------ */

/*
 * Each thread counts for itself; a snapshot sums all threads, ended ones too. A thread's counts are
 * exact when the thread itself reads them, or after it was joined; a snapshot may or may not
 * include requests that other threads are making. "Flow" fields count from the start of the
 * process, or of the thread, or from the last reset_stats(), and never decrease between two resets.
 * "Level" fields are what is now; a reset does not move them.
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

	/* Flow, requests: those of allocations and reallocations that the allocator then could not
	 * serve. Exact for the thread itself and after it was joined. */
	uint64_t failed_allocations;

	/* Flow, bytes: the sizes that allocations and reallocations asked for. */
	uint64_t bytes_requested;

	/* Flow, bytes: the usable size of each block handed out, which is the memory really taken.
	 * A reallocation takes a block of the new size and gives one of the old size back. */
	uint64_t bytes_allocated;
	uint64_t bytes_deallocated;

	/* Flow, bytes, signed (two's complement; read it as int64_t): usable bytes that
	 * reallocations gained, less those they lost. The only flow that may decrease. */
	uint64_t bytes_reallocated;

	/* Level, blocks: allocations that succeeded, less deallocations. */
	uint64_t live_allocations;

	/* Level, bytes: bytes_allocated less bytes_deallocated. */
	uint64_t live_bytes;

	/* Flow, requests: judged as violations, whatever the verdict. */
	uint64_t locked_attempts;

	/* Flow, requests: granted by a permit scope in a locked phase. */
	uint64_t permitted_attempts;

	/* Flow, requests: those of deallocations that were made in a locked phase. */
	uint64_t locked_deallocations;

	/* Level, threads: alive, and having made a request or begun a scope; 1 in a thread's own
	 * statistics. */
	uint64_t threads;

	/* Level: enum phaselock_phase. */
	uint64_t phase;

	/* Flow, requests: served in spite of the lock because a pattern of suppressions= matched
	 * them. Not among locked_attempts. */
	uint64_t suppressed_attempts;
};

/**
 * Write the statistics of the process (or of the calling thread, since its start) to *out.
 *
 * At most out_size bytes are written: pass sizeof(struct phaselock_stats); a program built against
 * an older, shorter structure gets its own fields, one built against a newer structure gets zeros
 * after ours. Time: linear in the largest number of threads that lived at once; constant for the
 * calling thread. The process's form takes an internal lock with all signals blocked, so it never
 * waits for the caller's own thread, and waits for others only as long as a thread takes to
 * register, to exit or to sum.
 */
PHASELOCK_API void phaselock_get_stats(struct phaselock_stats *out, size_t out_size);
PHASELOCK_API void phaselock_get_thread_stats(struct phaselock_stats *out, size_t out_size);

/**
 * Make the process's flows count from now. Never changes the phase, the levels, a thread's own
 * statistics or the recorded violations.
 */
PHASELOCK_API void phaselock_reset_stats(void);

/** Returns end - begin for each flow, and end's levels. */
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
	/* Bytes, usable: what it was handed out, less what it gave back. Below zero if it gives
	 * back what others took. */
	int64_t live_bytes;
	uint64_t allocations;	/* as in struct phaselock_stats */
	uint64_t deallocations; /* likewise */
};

/* The caller's memory, for as long as the request lives; its contents are the library's. */
struct phaselock_stage {
	struct phaselock_stage_counts begin;
	struct phaselock_stage_counts last; /* at the last begin or mark */
	uint64_t reserved[4];
};

/**
 * Tell, with stages=1, what this thread did up to a named moment of a request's life, each in one
 * line where the reports go, written at once:
 *
 *	[MEMORY-TRACK] NAME: bytes_allocated=LIVE (+N), allocations=N (+N), deallocations=N (+N)
 *
 * LIVE is live_bytes; the numbers in parentheses are against the begin or mark before, and a begin
 * has none. If at the end more was allocated since the begin than given back, another line says so,
 * with the change of live_bytes since the begin:
 *
 *	[MEMORY-LEAK] Potential leak at NAME: N net allocations, N bytes potentially leaked
 *
 * All calls for one request must come from one thread, and the counts are of all that it does
 * meanwhile; any number of requests may be open. Without stages=1 each is one look at a flag, and
 * the structure is not touched.
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

/* What becomes of a request that was judged a violation. */
enum phaselock_verdict {
	/* The process ends by abort(). A handler of SIGABRT runs first, and may end it in another
	 * way, by exit(0) too, or leave by longjmp(): then it goes on, and its next violation is
	 * reported and ends in abort() again. With the option abort=trap it ends by a trap
	 * instruction (SIGILL, SIGTRAP on arm64), and no handler runs. */
	PHASELOCK_ABORT = 0,
	/* The request is served. */
	PHASELOCK_ALLOW = 1,
	/* The request fails as libc fails it: NULL and ENOMEM, std::bad_alloc; the old block of a
	 * realloc stays whole; a denied free leaves the block allocated. To throw, the C++ library
	 * asks for memory too, which is a violation of its own, and then uses its reserve. */
	PHASELOCK_DENY = 2,
};

/* What made a request a violation. */
enum phaselock_cause {
	PHASELOCK_CAUSE_PHASE = 0,  /* the process was locked or sealed */
	PHASELOCK_CAUSE_FORBID = 1, /* a forbid scope of the thread */
	PHASELOCK_CAUSE_SEAL = 2,   /* it would have unlocked a sealed heap, or changed its guard */
};

struct phaselock_violation {
	/* The entry point, as the program called it: "malloc", "operator new[]", ...; a string of
	 * the library, valid for ever. */
	const char *function;
	size_t size;		 /* bytes asked for; 0 for free */
	size_t alignment;	 /* bytes; 0 where none was asked for */
	const void *old_pointer; /* the block of realloc and free; NULL otherwise */
	enum phaselock_cause cause;
	unsigned frame_count; /* how many frames are valid */
	uint64_t thread_id;   /* as gettid(2) */
	uint64_t time_ns;     /* CLOCK_MONOTONIC, nanoseconds */
	uint64_t sequence;    /* rises from 1; suppressed requests take numbers too */
	uint64_t count;	      /* times this site was seen, this one included; 0: not kept */
	/* As pthread_setname_np(3), terminated. That of the process, if the thread may be under a
	 * filter of system calls and reports go to stderr (docs/guarantees.md). */
	char thread_name[16];
	/* Return addresses, the entry point's caller first. Of a function that a signal interrupted
	 * it is the address one behind the interrupted instruction. */
	void *frames[PHASELOCK_FRAMES_MAX];
	uint64_t reserved[4];
};

/**
 * A handler is called at each violation, on the violating thread, after the violation was recorded
 * and before it is reported; its verdict is final. It runs inside the heap request of whoever made
 * it, so it may do what a signal handler may, besides longjmp() out. A violation inside the handler
 * is recorded and reported, and the policy decides on it; the handler is not called again.
 */
typedef enum phaselock_verdict (*phaselock_handler)(const struct phaselock_violation *violation,
						    void *context);

/**
 * Install the handler of the process, or remove it with NULL; then the policy decides.
 * The pair is replaced as one: no call ever sees one handler with another's context.
 * On a sealed heap it is a violation (function "set_handler"), and the handler stays.
 *
 * Violations that begin after it has returned meet the new one. It does not wait for calls that are
 * under way: the old handler may still run on another thread, with the old context. So keep a
 * context, and the module of a handler, until every thread that could be in it has been joined;
 * best, for the life of the process.
 */
PHASELOCK_API void phaselock_set_handler(phaselock_handler handler, void *context);

/**
 * A program may define this function, which the library then calls once, when it is loaded and
 * before main() and all constructors: its result has the form of PHASELOCK_OPTIONS, or is NULL. The
 * environment cannot change a key that it sets. With environment=0 the environment changes no key
 * at all, and neither MALLOC_CONF nor /etc/malloc.conf reaches the library's jemalloc. Attempts are
 * named on stderr. Otherwise the environment can disarm a sealed program, by suppressions=FILE, or
 * end it, by MALLOC_CONF=abort_conf:true. Let the function return a constant: it runs before the
 * program has set up anything, and must make no heap request. For a preloaded library, link the
 * program with -rdynamic.
 */
const char *phaselock_default_options(void) __attribute__((visibility("default")));

/**
 * Set the verdict for violations that no handler decides. The default is PHASELOCK_ABORT. On a
 * sealed heap it is a violation (function "set_policy"), and the policy stays.
 */
PHASELOCK_API void phaselock_set_policy(enum phaselock_verdict policy);

/*
 * How many distinct sites are kept; violations at further ones are counted, but not listed, and
 * reported only if the process ends by one.
 */
#define PHASELOCK_SITES_MAX 1024

/**
 * Copy up to capacity distinct violations to out, oldest first: each as it was when first seen,
 * with the count of now. Sites differ by function, cause or call stack. Returns how many distinct
 * violations there are, which may be more than capacity. out may be NULL if capacity is 0.
 */
PHASELOCK_API size_t phaselock_get_violations_sized(struct phaselock_violation *out,
						    size_t capacity, size_t size);

static inline size_t phaselock_get_violations(struct phaselock_violation *out, size_t capacity)
{
	return phaselock_get_violations_sized(out, capacity, sizeof(*out));
}

/** Called at each violation once it is recorded; does nothing. It is there for a debugger's
 * breakpoint. */
PHASELOCK_API void phaselock_on_violation(const struct phaselock_violation *violation);

/**
 * Write a violation's call and its call stack as a report has them, a line for each: for a handler
 * that has a log of its own. Control characters in names are escaped. Returns the length of the
 * text, which is cut to size - 1 bytes.
 */
PHASELOCK_API size_t phaselock_describe_sized(const struct phaselock_violation *violation,
					      size_t violation_size, char *text, size_t size);

static inline size_t phaselock_describe(const struct phaselock_violation *violation, char *text,
					size_t size)
{
	return phaselock_describe_sized(violation, sizeof(*violation), text, size);
}

/**
 * Return whether a function of that name is in a violation's call stack. The name is that of the
 * symbol table, as reports show it; "copy_of" also finds copies that a compiler made, such as
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
 * What to do instead of a call of the C or C++ library that allocates. The strings live for ever.
 */
struct phaselock_advice {
	const char *function; /* of the library, that was called */
	const char *when;     /* it allocates, as "at every call" */
	const char *cure;     /* what to do instead */
};

/**
 * Write the advice that a report of this violation ends with; returns whether there is any. Call it
 * in the handler or watcher that is told of the request: it reads the callers' code, which may be
 * unloaded later.
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
 * The violation that was judged last, or NULL; in a core dump, the one that ended the process or
 * one that came at the same moment on another thread. It lies in the library and is overwritten
 * after 63 further violations: for a debugger. A program copies what it wants to keep in its
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
 * and see whether the call comes to this library.
 *
 * Returns the set of PHASELOCK_ENTRY_* that did, directly or through a function of the program that
 * takes its memory from the library. Anything but PHASELOCK_ENTRY_ALL means that another allocator
 * stands in front, whose requests are not seen. It is never a violation. Heap, counts: none where
 * the names lead to the library. An entry point whose name leads elsewhere, such as a program's own
 * operator new, is really used: it takes a block, which is given back, and what comes to the
 * library by that is permitted and counted. Signals: safe where such functions are.
 */
PHASELOCK_API unsigned phaselock_armed(void);

/**
 * Return the name of one PHASELOCK_ENTRY_*, as "malloc" or "operator delete with alignment", or
 * NULL if it is not one. Threads: any. Signals: safe. Heap: none.
 */
PHASELOCK_API const char *phaselock_entry_name(unsigned entry);

/**
 * Returns the entry points of phaselock_armed() that another allocator serves and tells the library
 * of: a sanitizer, through its hooks. Then a violation is found after the block was handed out, and
 * cannot be denied. The hooks do not say which function was called, so reports say "allocation" or
 * "deallocation"; a reallocation is one of each. Requests before the library's constructor, the
 * first of the process, are not heard of, and the statistics of usable bytes stay at 0. Heap and
 * errors: as phaselock_armed().
 */
PHASELOCK_API unsigned phaselock_heard(void);

/* Names of modules are kept up to this size, their end included. No version changes it. */
#define PHASELOCK_MODULE_NAME_SIZE 64

/* A module whose requests go past the library. */
struct phaselock_unseen {
	/* Its file name, without folders. */
	char module[PHASELOCK_MODULE_NAME_SIZE];
	/* The file name of the module whose functions it calls instead. */
	char allocator[PHASELOCK_MODULE_NAME_SIZE];
	/* The first of them, by the order of enum phaselock_entry. Of an allocator's own names, how
	 * it begins. */
	const char *function;
	/* All of them: a set of PHASELOCK_ENTRY_*; mallocx stands for malloc, and so on. */
	unsigned entries;
};

/**
 * List the loaded modules whose own references to malloc, calloc, realloc, reallocarray, free,
 * cfree or the aligned family lead elsewhere than everyone else's, for which phaselock_armed()
 * stands: a plug-in opened with RTLD_DEEPBIND, and what was loaded along with it; and those loaded
 * after the start that define such functions themselves and are bound to them without a reference
 * (-Bsymbolic); and those that refer to an allocator by names of its own, whatever else they call:
 * mallocx, rallocx, dallocx, sdallocx, and je_malloc, tc_malloc, mi_malloc and the like. The same
 * modules are named on stderr when the process exits.
 *
 * Copies up to capacity of them to out, which may be NULL if capacity is 0, and returns how many
 * there are. Not seen: a reference that was not called yet and is bound at its first call
 * (RTLD_LAZY), a function found by dlsym(), a module of another namespace (dlmopen()), a module
 * that has been unloaded, an allocator inside a module that it does not export. Signals: not from
 * a handler; it takes a lock of the dynamic linker. Time: linear in the number of references of
 * all modules.
 */
PHASELOCK_API size_t phaselock_unseen_modules_sized(struct phaselock_unseen *out, size_t capacity,
						    size_t size);

static inline size_t phaselock_unseen_modules(struct phaselock_unseen *out, size_t capacity)
{
	return phaselock_unseen_modules_sized(out, capacity, sizeof(*out));
}

/** Returns "MAJOR.MINOR.PATCH" of the library that is loaded. */
PHASELOCK_API const char *phaselock_version(void);

/** Returns whether the library is there: false only with PHASELOCK_OPTIONAL and without the
 * library. */
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
 * As a statement: forbid, or permit, from here to the end of the enclosing block, however it is
 * left (return, goto, break; in C++ also an exception). longjmp() out of it leaves the scope open.
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
 * Inline, so that the library exports none of them: a dynamic symbol get_stats would take the place
 * of any other library's under LD_PRELOAD.
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
