/* SPDX-License-Identifier: MIT */
/*
 * The operating system, as Linux has it. It must not know what it is used for.
 */
#define _GNU_SOURCE
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * The kernel's signal set, without libc's filter that keeps the signals of cancellation unblocked.
 */
#define KERNEL_SIGNAL_SET_SIZE sizeof(uint64_t)

void *pl_os_map(size_t size)
{
	int saved = errno;
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	errno = saved;
	return memory == MAP_FAILED ? NULL : memory;
}

size_t pl_os_page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

bool pl_os_protect(void *address, size_t size, bool writable)
{
	int saved = errno;
	size_t page = pl_os_page_size();
	uintptr_t first = (uintptr_t)address & ~(page - 1);
	uintptr_t end = ((uintptr_t)address + size + page - 1) & ~(page - 1);
	int rights = writable ? PROT_READ | PROT_WRITE : PROT_READ;
	bool done = mprotect((void *)first, end - first, rights) == 0;

	errno = saved;
	return done;
}

void *pl_os_map_shared(const char *path, size_t size)
{
	int saved = errno;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	void *memory = MAP_FAILED;
	struct stat file;

	/* A page beyond the end of the file would be there only until it is touched. */
	if (fd >= 0 && fstat(fd, &file) == 0 && S_ISREG(file.st_mode) &&
	    file.st_size >= (off_t)size)
		memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	errno = saved;
	return memory == MAP_FAILED ? NULL : memory;
}

const void *pl_os_map_file(const char *path, size_t *size)
{
	int saved = errno;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	void *memory = MAP_FAILED;
	struct stat file;

	if (fd >= 0 && fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_size > 0) {
		*size = (size_t)file.st_size;
		memory = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	if (fd >= 0)
		close(fd);
	errno = saved;
	return memory == MAP_FAILED ? NULL : memory;
}

void pl_os_unmap(const void *memory, size_t size)
{
	int saved = errno;

	munmap((void *)(uintptr_t)memory, size);
	errno = saved;
}

/* Reads to the end of the file, or of the buffer; returns 0 or the errno. */
static int read_all(int fd, char *buffer, size_t size, size_t *length)
{
	*length = 0;
	while (*length < size) {
		ssize_t got = read(fd, buffer + *length, size - *length);

		if (got < 0 && errno != EINTR)
			return errno;
		if (got == 0)
			break;
		if (got > 0)
			*length += (size_t)got;
	}
	return 0;
}

const char *pl_os_read_file(const char *path, char *buffer, size_t size, size_t *length)
{
	int saved = errno;
	/* O_NONBLOCK: a FIFO that nobody writes to is refused, not waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *fault = NULL;
	struct stat file;
	int error;

	if (fd < 0) {
		fault = strerror(errno);
	} else if (fstat(fd, &file) == 0 && !S_ISREG(file.st_mode)) {
		fault = "not a regular file";
	} else {
		error = read_all(fd, buffer, size, length);
		fault = error != 0 ? strerror(error) : NULL;
	}
	if (fd >= 0)
		close(fd);
	errno = saved;
	return fault;
}

bool pl_os_write(int fd, const void *text, size_t size)
{
	const char *rest = text;
	int saved = errno;

	while (size > 0) {
		/* Not write(2) of libc, which is a cancellation point. */
		long written = syscall(SYS_write, fd, rest, size);

		if (written < 0 && errno != EINTR)
			break;
		if (written > 0) {
			rest += written;
			size -= (size_t)written;
		}
	}
	errno = saved;
	return size == 0;
}

int pl_os_open_append(const char *path)
{
	int saved = errno;
	/* O_NONBLOCK: a FIFO that nobody reads is refused, not waited for. */
	long fd = syscall(SYS_openat, AT_FDCWD, path,
			  O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
				  O_NOCTTY,
			  0600);
	struct stat file;

	if (fd >= 0 && (fstat((int)fd, &file) != 0 || !S_ISREG(file.st_mode))) {
		syscall(SYS_close, fd);
		fd = -1;
	}
	errno = saved;
	return (int)fd;
}

void pl_os_close(int fd)
{
	int saved = errno;

	syscall(SYS_close, fd);
	errno = saved;
}

void pl_os_executable(char *path, size_t size)
{
	int saved = errno;
	ssize_t length = readlink("/proc/self/exe", path, size - 1);

	path[length > 0 ? length : 0] = '\0';
	errno = saved;
}

uint64_t pl_os_process_id(void)
{
	return (uint64_t)getpid();
}

uint64_t pl_os_thread_id(void)
{
	return (uint64_t)syscall(SYS_gettid);
}

void pl_os_thread_name(char name[16])
{
	int saved = errno;

	name[0] = '\0';
	prctl(PR_GET_NAME, name, 0, 0, 0);
	name[15] = '\0';
	errno = saved;
}

bool pl_os_thread_is_gone(uint64_t thread_id)
{
	int saved = errno;
	bool gone = syscall(SYS_tgkill, getpid(), (pid_t)thread_id, 0) != 0 && errno == ESRCH;

	errno = saved;
	return gone;
}

uint64_t pl_os_monotonic_ns(void)
{
	struct timespec now = {0, 0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void pl_os_sleep_ms(uint64_t milliseconds)
{
	struct timespec rest = {(time_t)(milliseconds / 1000),
				(long)(milliseconds % 1000) * 1000000};
	int saved = errno;

	while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
		;
	errno = saved;
}

const char *pl_os_environment(const char *name)
{
	return secure_getenv(name);
}

_Noreturn void pl_os_abort(void)
{
	abort();
}

_Noreturn void pl_os_end_at_once(void)
{
	static const uint64_t none;

	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, KERNEL_SIGNAL_SET_SIZE);
	syscall(SYS_tgkill, syscall(SYS_getpid), syscall(SYS_gettid), SIGABRT);
	for (;;) /* SIGABRT is ignored, or handled */
		syscall(SYS_exit_group, 128 + SIGABRT);
}

/* ---- signals --------------------------------------------------------------------------------- */

/* Written by pl_os_on_signal() before the handler is installed, read by the handler. */
static void (*signal_functions[_NSIG])(void);

static void run_signal_function(int signal)
{
	int saved = errno;

	signal_functions[signal]();
	errno = saved;
}

bool pl_os_on_signal(int signal, void (*function)(void))
{
	struct sigaction action = {.sa_handler = run_signal_function, .sa_flags = SA_RESTART};

	if (signal <= 0 || signal >= _NSIG)
		return false;
	signal_functions[signal] = function;
	sigfillset(&action.sa_mask);
	return sigaction(signal, &action, NULL) == 0;
}

/* As the kernel has it: libc's sigaction() refuses the signals that it keeps to itself. */
struct kernel_action {
	void (*handler)(int signal);
	unsigned long flags;
	void (*restorer)(int signal);
	uint64_t mask;
};

#define KERNEL_HAS_RESTORER 0x04000000ul

/* A signal that is sent nevertheless ends the process, as it does without a handler. */
static void end_by_mark(int signal)
{
	syscall(SYS_exit_group, 128 + signal);
}

void pl_os_mark_image(int signal)
{
	struct kernel_action mark = {end_by_mark, KERNEL_HAS_RESTORER, end_by_mark, 0};
	struct kernel_action before;
	int saved = errno;

	if (syscall(SYS_rt_sigaction, signal, NULL, &before, KERNEL_SIGNAL_SET_SIZE) == 0 &&
	    (before.handler == SIG_DFL || before.handler == SIG_IGN))
		syscall(SYS_rt_sigaction, signal, &mark, NULL, KERNEL_SIGNAL_SET_SIZE);
	errno = saved;
}

/* Written once by pl_os_after() before its thread starts, read by that thread. */
static struct {
	uint64_t milliseconds;
	void (*function)(void);
} alarm_clock;

static void *run_alarm(void *unused)
{
	(void)unused;
	pl_os_sleep_ms(alarm_clock.milliseconds);
	alarm_clock.function();
	return NULL;
}

bool pl_os_after(uint64_t milliseconds, void (*function)(void))
{
	struct pl_os_signals before;
	pthread_attr_t attributes;
	pthread_t thread;
	bool started;

	alarm_clock.milliseconds = milliseconds;
	alarm_clock.function = function;
	if (pthread_attr_init(&attributes) != 0)
		return false;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pl_os_block_signals(&before); /* the thread inherits it */
	started = pthread_create(&thread, &attributes, run_alarm, NULL) == 0;
	pl_os_restore_signals(&before);
	pthread_attr_destroy(&attributes);
	return started;
}

void pl_os_block_signals(struct pl_os_signals *before)
{
	static const uint64_t all = UINT64_MAX;

	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before->mask, KERNEL_SIGNAL_SET_SIZE);
}

void pl_os_restore_signals(const struct pl_os_signals *before)
{
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before->mask, NULL, KERNEL_SIGNAL_SET_SIZE);
}

/* ---- barrier and lock ------------------------------------------------------------------------ */

bool pl_os_barrier(void)
{
	int saved = errno;
	bool done = syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;

	if (!done &&
	    errno == EPERM) { /* not registered yet: by the constructor, or in a child of vfork */
		syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
		done = syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
	}
	if (!done)
		atomic_thread_fence(memory_order_seq_cst);
	errno = saved;
	return done;
}

void pl_os_lock(struct pl_os_lock *lock, struct pl_os_signals *before)
{
	int saved = errno;
	uint32_t open = 0;

	pl_os_block_signals(before);
	/* acquire: pairs with the release of the holder before */
	if (!atomic_compare_exchange_strong_explicit(&lock->word, &open, 1, memory_order_acquire,
						     memory_order_relaxed))
		while (atomic_exchange_explicit(&lock->word, 2, memory_order_acquire) != 0)
			syscall(SYS_futex, &lock->word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
	errno = saved;
}

void pl_os_unlock(struct pl_os_lock *lock, const struct pl_os_signals *before)
{
	int saved = errno;

	/* release: what was done under the lock comes before the next acquire */
	if (atomic_exchange_explicit(&lock->word, 0, memory_order_release) == 2)
		syscall(SYS_futex, &lock->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	pl_os_restore_signals(before);
	errno = saved;
}
