/* SPDX-License-Identifier: MIT */
/*
 * All that the library uses of the operating system, so that a port changes only a handful of
 * files, os_*.c.
 *
 * For every function here: any thread may call it, signal handlers too; it makes no heap request,
 * takes no lock of libc, uses no stdio, and leaves errno as it was.
 */
#ifndef PL_OS_H
#define PL_OS_H

#include "common/base.h"

struct timespec;

/* ---- memory ---------------------------------------------------------------------------------- */

/* Returns size bytes of zeroed, page-aligned memory that lives as long as the process, or NULL. */
void *pl_os_map(size_t size);

/*
 * Returns size bytes of address space without memory, to be made accessible, or unmapped. Or NULL.
 */
void *pl_os_reserve(size_t size);

/* Returns the size of a page in bytes. */
size_t pl_os_page_size(void);

/*
 * Makes the pages under [address, address + size) writable, or read-only. Returns whether it did.
 */
bool pl_os_protect(void *address, size_t size, bool writable);

/*
 * Makes memory of ours read-only; it fills whole pages of PL_PAGE_SIZE. Where the kernel's pages
 * are larger this does nothing, because other data lies on them too.
 */
void pl_os_freeze(void *address, size_t size);

/* Returns whether the process may have only so much address space (ulimit -v). */
bool pl_os_space_is_limited(void);

/*
 * Maps size bytes of a file in memory from a page on, shared with other processes, to be read and
 * written. NULL if it cannot, if the file is of another kind or shorter, or if somebody could cut
 * it (it lacks F_SEAL_SHRINK), which would end all who have it mapped.
 */
void *pl_os_map_shared(int fd, size_t at, size_t size);

/* The same, but without access: pl_os_protect() gives it, piece by piece. */
void *pl_os_reserve_shared(int fd, size_t at, size_t size);

/*
 * Maps a whole regular file, to be read. NULL if it cannot; else sets *size. Only for a file that
 * nobody can cut: reading the mapping of one that was cut ends the process.
 */
const void *pl_os_map_file(const char *path, size_t *size);

/*
 * Makes [address, address + size) zero in the child of a fork(). It has to be whole pages of
 * anonymous memory. Returns whether it can.
 */
bool pl_os_wipe_on_fork(void *address, size_t size);

/*
 * Returns whether eight bytes can be read, and with them the rest of their page; if not, there is
 * no fault. The answer is no longer true if somebody unmaps the page right afterwards.
 */
bool pl_os_is_readable(const void *address);

/* Gives back unused memory of one of the functions above. */
void pl_os_unmap(const void *memory, size_t size);

/*
 * Makes a file of so many bytes, for its owner alone, and maps it shared, without access. It takes
 * no room on the disk yet. NULL if it cannot, or the file is there. From the constructor.
 */
void *pl_os_make_file(const char *path, size_t size);

/*
 * Has the file system find room for a part of such a mapping that may be written. Returns false if
 * it has none, where a write would end the process. Linux 5.14.
 */
bool pl_os_fill(void *address, size_t size);

/* Renames a file, unless there is one of the new name. Returns whether it did. */
bool pl_os_rename_new(const char *from, const char *to);
void pl_os_remove(const char *path);
bool pl_os_file_is_there(const char *path);

/*
 * Reads up to size bytes of a regular file and sets *length. Returns NULL, or in words why it
 * failed. From the constructor only: libc finds the words.
 */
const char *pl_os_read_file(const char *path, char *buffer, size_t size, size_t *length);

/* ---- output ---------------------------------------------------------------------------------- */

#define PL_OS_STDERR 2
#define PL_OS_LAST_WORDS_MS 1000 /* how long the last words of a process may wait for room */

/* How a descriptor is written to. */
enum pl_os_way {
	PL_OS_PLAIN,  /* write(2), which waits if the descriptor is a blocking one */
	PL_OS_PIPE,   /* poll(2) first, for a pipe that may be full */
	PL_OS_SOCKET, /* send(2), which does not wait */
};

/*
 * Writes a text, however often it is interrupted. Waits for room, up to wait_ms in all; after that
 * it writes as many lines as fit. Returns how many bytes were written. This thread gets no SIGPIPE
 * or SIGXFSZ from it, and is not stopped by SIGTTOU.
 */
size_t pl_os_write(int fd, enum pl_os_way way, const void *text, size_t size, uint64_t wait_ms);

/* Notes what descriptor 2 is, for pl_os_write_stderr(). From the constructor. */
void pl_os_note_stderr(void);

/*
 * Writes to descriptor 2 as pl_os_write() does. If the descriptor is not what it was at the start,
 * it may be a file or a connection of the program's, and nothing is written, except in two cases.
 * Either it is a pipe, a character device or a regular file open to append, and is write-only and
 * not closed on exec. Or what was there at the start is open under another number.
 */
size_t pl_os_write_stderr(const void *text, size_t size, uint64_t wait_ms);

#define PL_OS_ADDED_MAX ((uint64_t)64 << 20) /* what one run may add to a file, in bytes */

/*
 * Opens a regular file to append to, and creates it for its owner alone if there is none. Does not
 * follow a link in the last part of the path, refuses the kernel's files, as in /proc, and does not
 * wait. Sets *size to what is in the file. Returns -1 if it cannot.
 */
int pl_os_open_append(const char *path, uint64_t *size);

/* Identifies the process's root folder, by device and inode. Returns false if it is not known. */
bool pl_os_root(uint64_t root[2]);

void pl_os_close(int fd);

/*
 * Writes the path of the running executable to path, terminated and cut to size; "" if it is not
 * known.
 */
void pl_os_executable(char *path, size_t size);

/* Writes the path of the current folder. Returns false if it does not fit, or is not known. */
bool pl_os_folder(char *path, size_t size);

/*
 * Returns the first word of the program's command line; NULL if it is not known. From the
 * constructor.
 */
const char *pl_os_name(void);

/* ---- pipes and programs (os_process.c) ------------------------------------------------------- */

/*
 * Opens the pipe at path, which leads through /proc of the process that made it, for writing. *id
 * tells pipes apart: if it is 0, it becomes the pipe's; else any other pipe is refused, because the
 * number of the process may belong to another one by now. Returns -1 if it cannot or nobody reads;
 * PL_OS_DENIED if that process is there, but is another user's.
 */
#define PL_OS_DENIED (-2)
int pl_os_open_pipe(const char *path, uint64_t *id);

/*
 * Writes head and text in one piece, of at most PIPE_BUF (4096) bytes, and waits for room, wait_ms
 * at most. Returns false if there was none, or if nobody reads the pipe any more; this thread gets
 * no SIGPIPE for that.
 */
bool pl_os_write_pipe(int fd, const void *head, size_t head_size, const void *text, size_t size,
		      uint64_t wait_ms);

/*
 * What identifies a program: its file, when that was last changed, the root folder, and the rights
 * that it is run with.
 */
struct pl_os_identity {
	uint64_t file[5];
	uint64_t root[4];
	uint64_t rights[6];
};

/*
 * Returns whether path is a regular file that this process may execute, and sets *identity to what
 * identifies it.
 */
bool pl_os_find_program(const char *path, struct pl_os_identity *identity);

/*
 * Gets count descriptors, 8 at most, closed on exec, from the process that listens at an abstract
 * name (os_socket.c). Returns false, with none open, if they do not come within wait_ms.
 */
bool pl_os_receive_files(const char *name, int *files, unsigned count, uint64_t wait_ms);

/* A program to run; input is what it reads, until its end. */
struct pl_os_program {
	const char *path;
	const struct pl_os_identity *identity; /* the program is not run if this has changed */
	char *const *words;
	char *const *environment;
	const char *input; /* no more than fits into a pipe (64 KiB) */
	size_t input_size;
	uint64_t wait_ms; /* after that its process group is killed */
};

/*
 * Runs a program with all signals at their defaults, and with the first three descriptors only; an
 * interpreter also gets one of its script. The calling program does not notice: no handler of
 * fork() or SIGCHLD is called, and only a wait() with __WALL finds the child. All signals of this
 * thread are blocked meanwhile.
 *
 * If the program ends with status 0, returns what it wrote to its standard output, output_max bytes
 * at most, and its size; else NULL. pl_os_unmap() gives the memory back.
 */
char *pl_os_run_program(const struct pl_os_program *program, size_t output_max, size_t *size);

/* ---- process, threads, time ------------------------------------------------------------------ */

uint64_t pl_os_process_id(void);
uint64_t pl_os_parent_id(void);
uint64_t pl_os_thread_id(void);

/* Calls prctl(2): a filter of system calls may kill the process for it. */
void pl_os_thread_name(char name[16]);

/* Returns true only if no thread of this process has that id any more. */
bool pl_os_thread_is_gone(uint64_t thread_id);

/*
 * Returns how many bytes of memory the process has resident, 0 if it is not known. Opens a file: a
 * filter of system calls may kill the process for it.
 */
uint64_t pl_os_resident(void);

/* Like clock_gettime(2), which cannot fail for a clock that exists. */
void pl_os_clock(int clock, struct timespec *now);

/* Sets a function like clock_gettime(2) that pl_os_clock() calls in its place. At the start. */
typedef int (*pl_os_clock_function)(int clock, struct timespec *now);
void pl_os_use_clock(pl_os_clock_function faster);

uint64_t pl_os_monotonic_ns(void);

/* The same, as of the kernel's last tick, some milliseconds ago at most: it costs less. */
uint64_t pl_os_coarse_ns(void);
void pl_os_sleep_ms(uint64_t milliseconds);

/*
 * Returns the value of a variable of the environment, or NULL; always NULL when the program runs
 * with more rights than its user (AT_SECURE). Only from the constructor: a program may rebuild its
 * environment.
 */
const char *pl_os_environment(const char *name);

/* Returns the whole environment, ended by NULL, to be read or changed. As above. */
char **pl_os_environment_all(void);

/* Ends the process with SIGABRT. */
_Noreturn void pl_os_abort(void);

/* Ends the process with a status, and does nothing else. */
_Noreturn void pl_os_exit(int status);

/* Ends the process with the signal of a trap instruction, whatever handlers it has. */
_Noreturn void pl_os_trap(void);

/*
 * Ends the process by SIGABRT, without any function of libc that another library may have replaced:
 * for moments at which that library is not ready.
 */
_Noreturn void pl_os_end_at_once(void);

/* ---- signals --------------------------------------------------------------------------------- */

/*
 * Calls function from the handler of a signal; system calls it interrupts are restarted. Returns
 * whether it can.
 */
bool pl_os_on_signal(int signal, void (*function)(void));

/* Returns whether the handler of pl_os_on_signal() is still there. Signals: safe. */
bool pl_os_is_on_signal(int signal);

/*
 * Marks the process by a handler for a signal, unless that has one. The signal is one that libc
 * refuses to programs and nobody sends. Others can read the mark in /proc/PID/status, even of a
 * process that has ended; exec() removes it.
 */
void pl_os_mark_image(int signal);

/*
 * Calls function once, after a time, from a thread of its own that blocks all signals and makes no
 * heap request. Returns whether it can. Heap: making the thread allocates; call it from the
 * constructor only.
 */
bool pl_os_after(uint64_t milliseconds, void (*function)(void));

/* ---- barrier and lock ------------------------------------------------------------------------ */

/*
 * Makes every store that this thread made before the call visible to every load that any thread of
 * the process begins after it. Returns false where the kernel cannot; then the stores are as
 * visible as a fence makes them.
 */
bool pl_os_barrier(void);

/*
 * Waits while a word has a value, at most until end, a time of CLOCK_REALTIME (NULL: for ever).
 * Returns false if that is past. May return early. pl_os_wake() wakes one waiter.
 */
bool pl_os_wait(_Atomic uint32_t *word, uint32_t value, const struct timespec *end);
void pl_os_wake(_Atomic uint32_t *word);

/*
 * A lock for a few dozen instructions. The holder has all signals blocked, so that no handler can
 * find its own thread holding it. A waiter sleeps in the kernel and lends the holder its priority,
 * so that no thread in between can keep the holder from running. Once a second the waiter lets
 * signals come, so that a process in which it waits for ever can be ended. Zeroed memory is an open
 * lock.
 */
struct pl_os_lock {
	_Atomic uint32_t word; /* 0, or the holder's id as in futex(2); any thread writes */
};

struct pl_os_signals {
	uint64_t mask;
};

void pl_os_block_signals(struct pl_os_signals *before);
void pl_os_restore_signals(const struct pl_os_signals *before);

void pl_os_lock(struct pl_os_lock *lock, struct pl_os_signals *before);
void pl_os_unlock(struct pl_os_lock *lock, const struct pl_os_signals *before);

#endif
