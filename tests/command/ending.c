/* SPDX-License-Identifier: MIT */
/*
 * A program that ends in every way there is: its arguments are what it does, in their order. It
 * makes no heap request but those it is told to make. Without a last word it returns 0 from main().
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <phaselock/phaselock.h>

static void *volatile block;
static sigjmp_buf back;

static void request(void)
{
	block = malloc(100);
}

/* ---- what becomes of SIGABRT ----------------------------------------------------------------- */

static void end_well(int signal)
{
	(void)signal;
	exit(0);
}

static void jump(int signal)
{
	(void)signal;
	siglongjmp(back, 1);
}

static void come_back(int signal)
{
	(void)signal;
}

static void block_abort(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGABRT);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static bool take_abort(const char *how)
{
	static const struct {
		const char *how;
		void (*handler)(int signal);
	} all[] = {{"exit", end_well}, {"jump", jump}, {"return", come_back}, {"ignore", SIG_IGN}};

	if (strcmp(how, "block") == 0) {
		block_abort();
		return true;
	}
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(how, all[i].how) == 0)
			return signal(SIGABRT, all[i].handler) != SIG_ERR;
	return false;
}

/* ---- what becomes of a handler of violations ------------------------------------------------- */

static enum phaselock_verdict leave_by_exit(const struct phaselock_violation *violation,
					    void *unused)
{
	(void)violation, (void)unused;
	_exit(0);
}

static enum phaselock_verdict leave_by_jump(const struct phaselock_violation *violation,
					    void *unused)
{
	(void)violation, (void)unused;
	siglongjmp(back, 1);
}

/* ---- ways to end ----------------------------------------------------------------------------- */

/* Ends by a filter of system calls. */
static void break_filter(void)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {sizeof(rules) / sizeof(rules[0]), rules};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
	getppid();
}

/* Stops, until a child has it go on. */
static void stop(void)
{
	pid_t self = getpid();
	siginfo_t seen;

	if (vfork() == 0) {
		/* Not a word about it to the library: it is not a process of its own. */
		execl("/bin/sh", "sh", "-c",
		      "while read -r word state rest; do [ \"$word\" != State: ] || break; done "
		      "</proc/$PPID/status; sleep 0.1; kill -CONT $PPID",
		      (char *)NULL);
		_exit(1);
	}
	kill(self, SIGSTOP);
	waitid(P_ALL, 0, &seen, WEXITED);
}

static void end_child_of_vfork(bool by_request)
{
	pid_t child = vfork();

	if (child == 0) {
		if (by_request)
			request();
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static bool end(const char *way)
{
	if (strcmp(way, "abort") == 0)
		abort();
	else if (strcmp(way, "atexit:abort") == 0)
		atexit(abort);
	else if (strcmp(way, "atexit:malloc") == 0)
		atexit(request);
	else if (strncmp(way, "quick_exit:", 11) == 0)
		quick_exit(atoi(way + 11));
	else if (strcmp(way, "pthread_exit") == 0)
		pthread_exit(NULL);
	else if (strcmp(way, "vfork") == 0)
		end_child_of_vfork(false);
	else if (strcmp(way, "vfork:malloc") == 0)
		end_child_of_vfork(true);
	else if (strcmp(way, "filter") == 0)
		break_filter();
	else if (strcmp(way, "stop") == 0)
		stop();
	else if (strncmp(way, "command:", 8) == 0) /* a signal to the command, which passes it on */
		while (kill(getppid(), atoi(way + 8)) == 0)
			pause();
	else if (strcmp(way, "exec") == 0)
		execl("/bin/true", "true", (char *)NULL);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	if (phaselock_present())
		phaselock_prewarm(); /* pthread_exit() allocates at its first use */
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (strcmp(word, "lock") == 0)
			lock_allocations();
		else if (strcmp(word, "seal") == 0)
			phaselock_seal_allocations();
		else if (strcmp(word, "unlock") == 0)
			unlock_allocations();
		else if (strcmp(word, "malloc") == 0 && sigsetjmp(back, 1) == 0)
			request();
		else if (strcmp(word, "malloc") == 0)
			continue; /* jumped back */
		else if (strcmp(word, "handler:exit") == 0)
			phaselock_set_handler(leave_by_exit, NULL);
		else if (strcmp(word, "handler:jump") == 0)
			phaselock_set_handler(leave_by_jump, NULL);
		else if (strncmp(word, "abrt:", 5) == 0 ? !take_abort(word + 5) : !end(word))
			return 119;
	}
	return 0;
}
