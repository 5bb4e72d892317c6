/* SPDX-License-Identifier: MIT */
/*
 * Starts programs on Linux. It must not know what they are used for.
 */
#define _GNU_SOURCE
#include "common/os.h"

#include "common/os_call.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KERNEL_SIGNAL_SET_SIZE sizeof(uint64_t)
#define KERNEL_SIGNALS 64
#define STACK_SIZE 32768
#define POLL_NS 2000000 /* between two checks whether a program has ended */
#define CANNOT_START 127

/* ---- which program it is --------------------------------------------------------------------- */

#define WANTED 0x1183 /* of statx(2): type and mode, time of the last change, inode, mount */
#define SIZE_OF_STATX 256

/* The kernel's structure: not every libc's has the mount. */
struct file {
	uint32_t had;
	uint32_t unused[6];
	uint16_t mode;
	uint64_t inode;
	uint64_t sizes[3];
	struct {
		uint64_t seconds;
		uint32_t nanoseconds;
	} accessed, made, changed, written;
	uint32_t device_of_node[2];
	uint32_t device[2];
	uint64_t mount;
	uint64_t rest[13];
};

_Static_assert(sizeof(struct file) == SIZE_OF_STATX, "statx(2) fills it");

static bool ask(long fd, const char *path, struct file *file)
{
	return pl_os_call(SYS_statx, fd, path, AT_EMPTY_PATH, WANTED, file) == 0;
}

/* An older kernel does not tell the mount, which is then always 0. */
static bool identify(long fd, struct pl_os_identity *identity)
{
	struct file root = {.had = 0}, file = {.had = 0};
	uid_t users[3] = {0}, groups[3] = {0};

	if (!ask(fd, "", &file) || (file.mode & S_IFMT) != S_IFREG || !ask(AT_FDCWD, "/", &root))
		return false;
	pl_os_call(SYS_getresuid, &users[0], &users[1], &users[2]);
	pl_os_call(SYS_getresgid, &groups[0], &groups[1], &groups[2]);
	*identity = (struct pl_os_identity){
		.file = {file.device[0], file.device[1], file.inode, file.changed.seconds,
			 file.changed.nanoseconds},
		.root = {root.device[0], root.device[1], root.inode, root.mount},
		.rights = {users[0], users[1], users[2], groups[0], groups[1], groups[2]},
	};
	return true;
}

/* Not for reading: whoever may execute a program need not have the right to read it. */
static long open_program(const char *path)
{
	return pl_os_call(SYS_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC);
}

bool pl_os_find_program(const char *path, struct pl_os_identity *identity)
{
	long fd = open_program(path);
	bool found;

	if (fd < 0)
		return false;
	found = identify(fd, identity) && pl_os_call(SYS_faccessat, AT_FDCWD, path, X_OK) == 0;
	pl_os_call(SYS_close, fd);
	return found;
}

/* ---- a program -------------------------------------------------------------------------------
 *
 * Makes two processes, both in the memory of this one, as vfork() does. Only the first is this
 * program's child. It never calls exec(), so it keeps having no exit signal. It waits for the
 * second, which does call exec() and from then on sends SIGCHLD when it ends: to the first.
 */

struct run {
	const struct pl_os_program *program;
	int input;
	int output;
	char *stack; /* the end of the second process's stack */
};

/* The kernel's structure; all zero is the default action. */
struct kernel_action {
	uint64_t words[4];
};

static void reset_signals(void)
{
	static const struct kernel_action plain;
	static const uint64_t none;

	for (int signal = 1; signal <= KERNEL_SIGNALS; signal++)
		pl_os_call(SYS_rt_sigaction, signal, &plain, NULL, KERNEL_SIGNAL_SET_SIZE);
	pl_os_call(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, KERNEL_SIGNAL_SET_SIZE);
}

/*
 * Executes the file that was checked, whatever lies at its path by now. The second try is for a
 * script: its interpreter opens it by the descriptor, so the descriptor must survive exec().
 */
static void execute(long fd, char *const *words, char *const *environment)
{
	for (int i = 0; i < 2; i++) {
		pl_os_call(SYS_execveat, fd, "", words, environment, AT_EMPTY_PATH);
		pl_os_call(SYS_fcntl, fd, F_SETFD, 0);
	}
}

/*
 * The second process. It has a root folder of its own, which no other thread of the program can
 * change between the check and the use.
 */
static int become(void *argument)
{
	const struct run *run = argument;
	struct pl_os_identity now;
	long program;
	/* Above the first three, so that none is overwritten before it is copied. */
	long input = pl_os_call(SYS_fcntl, run->input, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	long output = pl_os_call(SYS_fcntl, run->output, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	pl_os_call(SYS_setpgid, 0, 0);
	if (input < 0 || output < 0 || pl_os_call(SYS_dup3, input, STDIN_FILENO, 0) < 0 ||
	    pl_os_call(SYS_dup3, output, STDOUT_FILENO, 0) < 0)
		return CANNOT_START;
#ifdef SYS_close_range /* without it, the program gets what is not close-on-exec */
	pl_os_call(SYS_close_range, STDERR_FILENO + 1, UINT32_MAX, 0);
#endif
	reset_signals();
	program = open_program(run->program->path);
	if (program >= 0 && identify(program, &now) &&
	    memcmp(&now, run->program->identity, sizeof(now)) == 0)
		execute(program, run->program->words, run->program->environment);
	return CANNOT_START;
}

/* The first process; returns its exit status. */
static int watch(void *argument)
{
	static const struct kernel_action plain;
	const struct timespec rest = {0, POLL_NS};
	struct run *run = argument;
	uint64_t end = pl_os_monotonic_ns() + run->program->wait_ms * 1000000;
	int status = -1;
	long child, ended;

	/*
	 * If SIGCHLD stayed ignored, as the program may have it, the kernel would forget the child.
	 */
	pl_os_call(SYS_rt_sigaction, SIGCHLD, &plain, NULL, KERNEL_SIGNAL_SET_SIZE);
	child = clone(become, run->stack, CLONE_VM | CLONE_VFORK | SIGCHLD, run);
	if (child < 0)
		return CANNOT_START;
	while ((ended = pl_os_call(SYS_wait4, child, &status, WNOHANG | __WALL, NULL)) == 0 &&
	       pl_os_monotonic_ns() < end)
		pl_os_call(SYS_nanosleep, &rest, NULL);
	if (ended != 0)
		return ended == child && status == 0 ? 0 : 1;
	pl_os_call(SYS_kill, -child, SIGKILL);
	pl_os_call(SYS_kill, child, SIGKILL); /* it may not have reached setpgid() */
	pl_os_call(SYS_wait4, child, &status, __WALL, NULL);
	return 1;
}

/* Returns the reading end of a pipe that holds all of the input; -1 if it does not fit. */
static int pipe_with(const char *input, size_t size)
{
	int ends[2] = {-1, -1};
	long written;

	if (pl_os_call(SYS_pipe2, ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return -1;
	written = pl_os_call(SYS_write, ends[1], input, size);
	pl_os_call(SYS_close, ends[1]);
	/*
	 * A program that does not expect a non-blocking stream would take "try again" for an error.
	 */
	if (written == (long)size && pl_os_call(SYS_fcntl, ends[0], F_SETFL, O_RDONLY) == 0)
		return ends[0];
	pl_os_call(SYS_close, ends[0]);
	return -1;
}

/* Returns a file in memory that cannot grow, or -1. */
static int output_of(size_t most)
{
	int fd = (int)pl_os_call(SYS_memfd_create, "phaselock", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && (pl_os_call(SYS_ftruncate, fd, most) != 0 ||
			pl_os_call(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_GROW) != 0)) {
		pl_os_call(SYS_close, fd);
		fd = -1;
	}
	return fd;
}

static bool run_to_end(struct run *run)
{
	char *stacks = pl_os_map(2 * (size_t)STACK_SIZE);
	struct pl_os_signals before;
	int status = -1;
	long child;

	if (stacks == NULL)
		return false;
	run->stack = stacks + 2 * (size_t)STACK_SIZE;
	pl_os_block_signals(&before);
	child = clone(watch, stacks + STACK_SIZE, CLONE_VM | CLONE_VFORK, run);
	if (child > 0)
		pl_os_call(SYS_wait4, child, &status, __WALL, NULL);
	pl_os_restore_signals(&before);
	pl_os_unmap(stacks, 2 * (size_t)STACK_SIZE);
	return child > 0 && status == 0;
}

char *pl_os_run_program(const struct pl_os_program *program, size_t output_max, size_t *size)
{
	struct run run = {.program = program,
			  .input = pipe_with(program->input, program->input_size),
			  .output = output_of(output_max)};
	long output = -ENOENT, written;

	if (run.input >= 0 && run.output >= 0 && run_to_end(&run)) {
		/* The file position is shared with the program: it is how much it has written. */
		written = pl_os_call(SYS_lseek, run.output, 0, SEEK_CUR);
		*size = written > 0 ? (size_t)written : 0;
		if (*size > 0 && *size <= output_max)
			output = pl_os_call(SYS_mmap, NULL, *size, PROT_READ, MAP_SHARED,
					    run.output);
	}
	if (run.input >= 0)
		pl_os_call(SYS_close, run.input);
	if (run.output >= 0)
		pl_os_call(SYS_close, run.output);
	return output < 0 && output >= -4095 ? NULL : (char *)output;
}
