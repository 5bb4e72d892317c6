/* SPDX-License-Identifier: MIT */
/*
 * Processes, threads and signals on Linux. It must not know what they are used for.
 */
#define _GNU_SOURCE
#include "common/os.h"

#include "common/os_call.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

/*
 * The size of the kernel's signal set. libc's functions would keep the signals of cancellation
 * unblocked.
 */
#define KERNEL_SIGNAL_SET_SIZE sizeof(uint64_t)

/* Where the kernel put arguments and environment; only glibc's dynamic linker has it. */
extern uintptr_t *__libc_stack_end __attribute__((weak));

void pl_os_executable(char *path, size_t size)
{
	long length = pl_os_call(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", path, size - 1);

	path[length > 0 ? length : 0] = '\0';
}

bool pl_os_folder(char *path, size_t size)
{
	return pl_os_call(SYS_getcwd, path, size) > 0 && path[0] == '/';
}

uint64_t pl_os_process_id(void)
{
	return (uint64_t)pl_os_call(SYS_getpid);
}

uint64_t pl_os_parent_id(void)
{
	return (uint64_t)pl_os_call(SYS_getppid);
}

uint64_t pl_os_thread_id(void)
{
	return (uint64_t)pl_os_call(SYS_gettid);
}

/* The second number of /proc/self/statm, in pages. */
uint64_t pl_os_resident(void)
{
	char text[64] = "";
	uint64_t pages = 0;
	const char *next;
	long fd = pl_os_call(SYS_openat, AT_FDCWD, "/proc/self/statm", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	pl_os_call(SYS_read, fd, text, sizeof(text) - 1);
	pl_os_call(SYS_close, fd);
	next = strchr(text, ' ');
	if (next != NULL)
		for (next++; *next >= '0' && *next <= '9'; next++)
			pages = pages * 10 + (uint64_t)(*next - '0');
	return pages * pl_os_page_size();
}

void pl_os_thread_name(char name[16])
{
	name[0] = '\0';
	pl_os_call(SYS_prctl, PR_GET_NAME, name);
	name[15] = '\0';
}

bool pl_os_thread_is_gone(uint64_t thread_id)
{
	return pl_os_call(SYS_tgkill, pl_os_call(SYS_getpid), thread_id, 0) == -ESRCH;
}

/*
 * When the very first constructor of a process runs, libc has not set environ yet. The environment
 * is then where the kernel put it, after the arguments.
 */
char **pl_os_environment_all(void)
{
	static char *none[] = {NULL};
	uintptr_t *start = &__libc_stack_end != NULL ? __libc_stack_end : NULL;

	if (environ != NULL)
		return environ;
	return start != NULL ? (char **)(start + 1 + *start + 1) : none;
}

const char *pl_os_environment(const char *name)
{
	size_t length = strlen(name);

	if (getauxval(AT_SECURE) != 0)
		return NULL;
	for (char **entry = pl_os_environment_all(); *entry != NULL; entry++)
		if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
			return *entry + length + 1;
	return NULL;
}

const char *pl_os_name(void)
{
	uintptr_t *start = &__libc_stack_end != NULL ? __libc_stack_end : NULL;

	return start != NULL && *start > 0 ? (const char *)start[1] : NULL;
}

_Noreturn void pl_os_abort(void)
{
	abort();
}

/* If the signal of a fault is blocked, the kernel runs no handler and ends the process. */
_Noreturn void pl_os_trap(void)
{
	static const uint64_t all = UINT64_MAX;

	pl_os_call(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, KERNEL_SIGNAL_SET_SIZE);
	__builtin_trap();
}

_Noreturn void pl_os_end_at_once(void)
{
	static const uint64_t none;

	pl_os_call(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, KERNEL_SIGNAL_SET_SIZE);
	pl_os_call(SYS_tgkill, pl_os_call(SYS_getpid), pl_os_call(SYS_gettid), SIGABRT);
	pl_os_exit(128 + SIGABRT); /* SIGABRT is ignored, or handled */
}

_Noreturn void pl_os_exit(int status)
{
	for (;;)
		pl_os_call(SYS_exit_group, status);
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

/* The kernel's structure: libc's sigaction() refuses the signals that libc keeps to itself. */
struct kernel_action {
	void (*handler)(int signal);
	unsigned long flags;
	void (*restorer)(int signal);
	uint64_t mask;
};

bool pl_os_is_on_signal(int signal)
{
	struct kernel_action action = {SIG_DFL, 0, NULL, 0};

	return pl_os_call(SYS_rt_sigaction, signal, NULL, &action, KERNEL_SIGNAL_SET_SIZE) == 0 &&
	       action.handler == run_signal_function;
}

#define KERNEL_HAS_RESTORER 0x04000000ul

/* If the signal is sent nevertheless, it ends the process, as without a handler. */
static void end_by_mark(int signal)
{
	pl_os_call(SYS_exit_group, 128 + signal);
}

void pl_os_mark_image(int signal)
{
	struct kernel_action mark = {end_by_mark, KERNEL_HAS_RESTORER, end_by_mark, 0};
	struct kernel_action before = {SIG_DFL, 0, NULL, 0};

	if (pl_os_call(SYS_rt_sigaction, signal, NULL, &before, KERNEL_SIGNAL_SET_SIZE) == 0 &&
	    (before.handler == SIG_DFL || before.handler == SIG_IGN))
		pl_os_call(SYS_rt_sigaction, signal, &mark, NULL, KERNEL_SIGNAL_SET_SIZE);
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
	pl_os_block_signals(&before); /* the thread inherits this */
	started = pthread_create(&thread, &attributes, run_alarm, NULL) == 0;
	pl_os_restore_signals(&before);
	pthread_attr_destroy(&attributes);
	return started;
}
