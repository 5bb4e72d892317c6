/* SPDX-License-Identifier: MIT */
/*
 * The program that the cases of this folder put under the guard: its arguments are what it does, in
 * their order. It knows the library only if it is there, and makes no heap request but those it is
 * told to make.
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <phaselock/phaselock.h>
#include <phaselock/watch.h>

#define NOBODY 65534

static void *volatile block;

static void say(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0 || write(STDOUT_FILENO, "\n", 1) < 0)
		_exit(120);
}

/* Blocked before anybody hears that it is waited for, the signal cannot come too early. */
static void await_signal(int number)
{
	siginfo_t found;
	sigset_t awaited;

	sigemptyset(&awaited);
	sigaddset(&awaited, number);
	sigprocmask(SIG_BLOCK, &awaited, NULL);
	say("ready");
	sigwaitinfo(&awaited, &found);
	if (found.si_code == SI_QUEUE && found.si_value.sival_int != 7)
		_exit(115);
}

/* What has come since then, and has not been taken. */
static void say_pending(void)
{
	sigset_t pending;

	sigpending(&pending);
	say(sigisemptyset(&pending) ? "no other" : "another");
}

static int await(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child)
		return 121;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The words are a program: run it as a child. */
static int spawn(char **words)
{
	pid_t child;

	if (posix_spawn(&child, words[0], NULL, NULL, words, environ) != 0)
		return 122;
	return await(child);
}

static int spawn_on_path(char **words)
{
	pid_t child;

	if (posix_spawnp(&child, words[0], NULL, NULL, words, environ) != 0)
		return 122;
	return await(child);
}

static int spawn_by_vfork(char **words)
{
	pid_t child = vfork();

	if (child == 0) {
		execv(words[0], words);
		_exit(122);
	}
	return await(child);
}

/* Runs a program without arguments as a child, and goes on. */
static void run(int (*way)(char **), char *program)
{
	char *words[] = {program, NULL};

	if (way(words) != 0)
		_exit(116);
}

/* Waits until somebody has written to a file. */
static void read_from(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, &byte, 1) < 0)
		_exit(123);
	close(fd);
}

static void say_process(void)
{
	char text[24] = "", *digit = text + sizeof(text) - 1;

	for (pid_t id = getpid(); id > 0; id /= 10)
		*--digit = (char)('0' + id % 10);
	say(digit);
}

/* Two other processes in the memory of this one, which _exit() must leave as it was. */
static void end_vfork(void)
{
	pid_t child = vfork();

	if (child == 0)
		_exit(0);
	if (await(child) != 0)
		_exit(117);
}

/* Another process, whose parent is gone: it says its id and waits for a signal. */
static void leave_orphan(void)
{
	pid_t child = fork();

	if (child == 0) {
		if (fork() != 0)
			_exit(0);
		say_process();
		pause();
		_exit(0);
	}
	if (await(child) != 0)
		_exit(114);
}

static int end(void *nothing)
{
	(void)nothing;
	_Exit(0);
}

static void end_clone(void)
{
	static char stack[65536];
	pid_t child = clone(end, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);

	if (await(child) != 0)
		_exit(117);
}

/* The parent ends; the child goes on with the rest when it has. */
static void daemonise(void)
{
	struct timespec rest = {0, 1000000};
	pid_t parent = getpid();

	if (fork() != 0)
		exit(0);
	setsid();
	while (getppid() == parent)
		nanosleep(&rest, NULL);
}

static void write_to(const char *path)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, "", 1) != 1)
		_exit(113);
	close(fd);
}

static void rest(int milliseconds)
{
	struct timespec rest = {milliseconds / 1000, milliseconds % 1000 * 1000000L};

	while (nanosleep(&rest, &rest) != 0)
		;
}

static void ignore(int number)
{
	(void)number;
}

/* Waits until the library has locked the heap, or unlocked it, by an alarm or a signal. */
static void await_phase(bool locked)
{
	struct timespec rest = {0, 1000000};

	while (phaselock_present() && (phaselock_get_phase() != PHASELOCK_INIT) != locked)
		nanosleep(&rest, NULL);
}

/* Tells of an assertion that came to this. */
static void judge(enum phaselock_result result)
{
	const struct phaselock_judgement judgement = {
		.result = result,
		.line = 7,
		.test = "a_test",
		.name = "no requests",
		.file = "act.c",
		.message = "asserted no requests: 1 request (first: malloc(1) in f)\nand more",
	};

	phaselock_judged(&judgement);
}

/* Does one thing that has no rest. Returns false if it is none of those. */
static bool act(char *word)
{
	if (strcmp(word, "lock") == 0) {
		lock_allocations();
	} else if (strcmp(word, "unlock") == 0) {
		unlock_allocations();
	} else if (strcmp(word, "seal") == 0) {
		phaselock_seal_allocations();
	} else if (strcmp(word, "forbid") == 0) {
		PHASELOCK_FORBID_SCOPE;
	} else if (strcmp(word, "watch") == 0) {
		struct phaselock_watch watch = {.context = NULL};

		phaselock_watch_begin(&watch);
		phaselock_watch_end(&watch);
	} else if (strcmp(word, "malloc") == 0) {
		block = malloc(100);
	} else if (strcmp(word, "free") == 0) {
		free(block);
	} else if (strcmp(word, "calloc") == 0) {
		block = calloc(100, 1);
	} else if (strcmp(word, "realloc") == 0) {
		block = realloc(block, 200);
	} else if (strcmp(word, "present") == 0) {
		say(phaselock_present() ? "guarded" : "not guarded");
	} else if (strcmp(word, "close-all") == 0) {
		closefrom(3);
	} else if (strcmp(word, "say-pid") == 0) {
		say_process();
	} else if (strcmp(word, "await-lock") == 0) {
		await_phase(true);
	} else if (strcmp(word, "await-unlock") == 0) {
		await_phase(false);
	} else if (strcmp(word, "daemonise") == 0) {
		daemonise();
	} else if (strcmp(word, "vfork-exit") == 0) {
		end_vfork();
	} else if (strcmp(word, "clone-exit") == 0) {
		end_clone();
	} else if (strcmp(word, "detach") == 0) {
		phaselock_detach_child();
	} else if (strcmp(word, "no-environment") == 0) {
		environ = NULL;
	} else if (strcmp(word, "nobody") == 0) {
		if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
			_exit(118);
	} else if (strcmp(word, "pause") == 0) {
		pause();
	} else if (strcmp(word, "say-pending") == 0) {
		say_pending();
	} else if (strcmp(word, "orphan") == 0) {
		leave_orphan();
	} else if (strncmp(word, "await-signal=", 13) == 0) {
		await_signal(atoi(word + 13));
	} else if (strncmp(word, "deaf=", 5) == 0) {
		signal(atoi(word + 5), SIG_IGN);
	} else if (strncmp(word, "tell-parent=", 12) == 0) {
		kill(getppid(), atoi(word + 12));
	} else if (strncmp(word, "vfork=", 6) == 0) {
		run(spawn_by_vfork, word + 6);
	} else if (strncmp(word, "spawn=", 6) == 0) {
		run(spawn, word + 6);
	} else if (strncmp(word, "spawnp=", 7) == 0) {
		run(spawn_on_path, word + 7);
	} else if (strncmp(word, "say=", 4) == 0) {
		say(word + 4);
	} else if (strncmp(word, "read=", 5) == 0) {
		read_from(word + 5);
	} else if (strncmp(word, "write=", 6) == 0) {
		write_to(word + 6);
	} else if (strncmp(word, "rest=", 5) == 0) {
		rest(atoi(word + 5));
	} else if (strncmp(word, "handle=", 7) == 0) {
		signal(atoi(word + 7), ignore);
	} else if (strcmp(word, "misuse") == 0) {
		phaselock_forbid_end();
	} else if (strncmp(word, "judge=", 6) == 0) {
		judge((enum phaselock_result)atoi(word + 6));
	} else if (strncmp(word, "raise=", 6) == 0) {
		raise(atoi(word + 6));
	} else {
		return false;
	}
	return true;
}

int main(int argc, char **argv);

/* Does the words behind the first one. Returns the status. */
static int perform(char **words)
{
	int count = 0;

	while (words[count] != NULL)
		count++;
	return main(count, words);
}

static void *perform_in_thread(void *words)
{
	exit(perform(words));
}

/* A thread does the words behind the first one; the process ends with it. */
static int start_thread(char **words)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, perform_in_thread, words) != 0)
		return 112;
	pthread_join(thread, NULL);
	return 111;
}

/* A child does the words up to "parent", this process those behind it at the same time. */
static int share(char **words)
{
	pid_t child = fork();
	char **mine = words;
	int status;

	while (*mine != NULL && strcmp(*mine, "parent") != 0)
		mine++;
	if (child == 0) {
		*mine = NULL;
		return perform(words);
	}
	status = perform(mine);
	return status != 0 ? status : await(child);
}

/* Here, and not in a function, for cases expect main() on the stack of a request. */
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char *word = argv[i];

		if (act(word))
			continue;
		if (strncmp(word, "exit=", 5) == 0)
			return atoi(word + 5);
		if (strncmp(word, "_exit=", 6) == 0)
			_exit(atoi(word + 6));
		if (strcmp(word, "spawn") == 0)
			return spawn(argv + i + 1);
		if (strcmp(word, "thread") == 0)
			return start_thread(argv + i);
		if (strcmp(word, "share") == 0)
			return share(argv + i);
		if (strcmp(word, "exec") == 0) {
			execv(argv[i + 1], argv + i + 1);
			return 124;
		}
		if (strcmp(word, "fork") == 0) {
			pid_t child = fork(); /* the child goes on with the rest */

			if (child != 0)
				return await(child);
			continue;
		}
		say("act: no such word");
		return 119;
	}
	return 0;
}
