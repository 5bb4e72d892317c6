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
static void await_hangup(void)
{
	sigset_t hangup;
	int number;

	sigemptyset(&hangup);
	sigaddset(&hangup, SIGHUP);
	sigprocmask(SIG_BLOCK, &hangup, NULL);
	say("ready");
	sigwait(&hangup, &number);
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

/* Waits until the library has locked the heap, or unlocked it, by an alarm or a signal. */
static void await_phase(bool locked)
{
	struct timespec rest = {0, 1000000};

	while (phaselock_present() && (phaselock_get_phase() != PHASELOCK_INIT) != locked)
		nanosleep(&rest, NULL);
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
	} else if (strcmp(word, "malloc") == 0) {
		block = malloc(100);
	} else if (strcmp(word, "free") == 0) {
		free(block);
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
	} else if (strcmp(word, "await-hangup") == 0) {
		await_hangup();
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
	} else if (strncmp(word, "raise=", 6) == 0) {
		raise(atoi(word + 6));
	} else {
		return false;
	}
	return true;
}

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
