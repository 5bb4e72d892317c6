/* SPDX-License-Identifier: MIT */
/*
 * The program of symbolize= runs only if it is the file that was found at the start, unchanged,
 * seen from the same root and run by the same user; otherwise the report stays raw. So it does in a
 * jail that somebody else fills, and when somebody has replaced the file or its folder, or has
 * written to the file. PATH is not searched again, and the dynamic linker's own variables do not
 * reach the symbolizer.
 *
 * shows: PL-650
 * needs: root gcc
 * exit: SIGABRT
 * environment: SYMBOLIZER=names
 * run: {source}/tests/behaviour/parts/jail.sh {self} {deed}
 * each: symbolize {tmp}/folder/phaselock 1
 * each: deed chroot chroot_of_thread pivot_root unshare setns setuid setgid replace
 *     replace_by_link write change_folder
 * environment: PHASELOCK_OPTIONS=symbolize={symbolize}
 * environment: PATH={tmp}/first:{tmp}/folder:/usr/bin:/bin
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: {source}/tests/behaviour/parts/jail.sh {self} {deed}
 * each: symbolize {tmp}/folder/phaselock 1
 * each: deed nothing fill_path change_directory
 * environment: PHASELOCK_OPTIONS=symbolize={symbolize}
 * environment: LD_LIBRARY_PATH=:other:
 * environment: PATH={tmp}/first:{tmp}/folder:/usr/bin:/bin
 * stderr:
 * | phaselock: named violation: malloc(48) while allocations are locked
 * | {details}
 * | phaselock: aborting (policy=abort)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static void go_to_jail(void)
{
	CHECK_EQUAL(chroot("jail"), 0);
	CHECK_EQUAL(chdir("/"), 0);
}

static void *go_to_jail_on_thread(void *unused)
{
	go_to_jail();
	return unused;
}

static void go_to_jail_by_thread(void)
{
	pthread_t thread;

	CHECK_EQUAL(pthread_create(&thread, NULL, go_to_jail_on_thread, NULL), 0);
	CHECK_EQUAL(pthread_join(thread, NULL), 0);
}

static void leave_mounts(void)
{
	CHECK_EQUAL(unshare(CLONE_NEWNS), 0);
	CHECK_EQUAL(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
}

static void pivot(void)
{
	leave_mounts();
	CHECK_EQUAL(mount("jail", "jail", NULL, MS_BIND, NULL), 0);
	CHECK_EQUAL(chdir("jail"), 0);
	CHECK_EQUAL(syscall(SYS_pivot_root, ".", "."), 0);
	CHECK_EQUAL(umount2(".", MNT_DETACH), 0);
	CHECK_EQUAL(chdir("/"), 0);
}

/* Joins the mounts of a child. */
static void join_mounts(void)
{
	char path[64];
	int ends[2], fd;
	pid_t child;
	char byte = 0;

	CHECK_EQUAL(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		leave_mounts();
		CHECK_EQUAL(write(ends[1], &byte, 1), 1);
		pause();
	}
	CHECK_EQUAL(read(ends[0], &byte, 1), 1);
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)child);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0);
	CHECK_EQUAL(setns(fd, CLONE_NEWNS), 0);
	CHECK_EQUAL(kill(child, SIGKILL), 0);
	CHECK_EQUAL(waitpid(child, NULL, 0), child);
}

static void change_user(void)
{
	CHECK_EQUAL(setresuid(65534, 65534, 65534), 0);
}

static void change_group(void)
{
	CHECK_EQUAL(setegid(65534), 0);
}

static void replace(void)
{
	CHECK_EQUAL(rename("other/phaselock", "folder/phaselock"), 0);
}

static void replace_by_link(void)
{
	CHECK_EQUAL(unlink("folder/phaselock"), 0);
	CHECK_EQUAL(symlink("../other/phaselock", "folder/phaselock"), 0);
}

static void write_to_it(void)
{
	int fd = open("folder/phaselock", O_WRONLY | O_APPEND);

	CHECK(fd >= 0);
	CHECK_EQUAL(write(fd, "\n", 1), 1);
	CHECK_EQUAL(close(fd), 0);
}

static void change_folder(void)
{
	CHECK_EQUAL(rename("folder", "away"), 0);
	CHECK_EQUAL(rename("other", "folder"), 0);
}

static void fill_path(void)
{
	CHECK_EQUAL(rename("other", "first"), 0);
}

static void change_directory(void)
{
	CHECK_EQUAL(chdir("other"), 0);
}

static void do_nothing(void)
{
}

static const struct {
	const char *name;
	void (*function)(void);
} deeds[] = {
	{"nothing", do_nothing},
	{"chroot", go_to_jail},
	{"chroot_of_thread", go_to_jail_by_thread},
	{"pivot_root", pivot},
	{"unshare", leave_mounts},
	{"setns", join_mounts},
	{"setuid", change_user},
	{"setgid", change_group},
	{"replace", replace},
	{"replace_by_link", replace_by_link},
	{"write", write_to_it},
	{"change_folder", change_folder},
	{"fill_path", fill_path},
	{"change_directory", change_directory},
};

int main(int argc, char **argv)
{
	void (*deed)(void) = NULL;

	require_armed();
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (argc == 2 && strcmp(argv[1], deeds[i].name) == 0)
			deed = deeds[i].function;
	CHECK(deed != NULL);
	usleep(20000); /* files have the time of their last change from a coarse clock */
	deed();
	lock_allocations();
	free(opaque(malloc(48)));
	return 0;
}
