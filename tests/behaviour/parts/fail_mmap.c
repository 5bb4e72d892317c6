/* SPDX-License-Identifier: MIT */
/*
 * fail_mmap NUMBER once|on FILE PRELOAD PROGRAM [ARGUMENT...]: runs a program in which the kernel
 * fails an mmap() of memory with ENOMEM: the call of that number, whoever makes it, and with "on"
 * all that come after it. FILE is made when the first one fails. Ends as the program ends, 128+N
 * for signal N; 126 if it cannot do its work. PRELOAD may be empty.
 *
 * Not counted are those of files, and those of the dynamic linker, some of which it takes for
 * granted: what is loaded and who asks for memory come after that.
 *
 * A filter (seccomp) stops each such call until a second process has answered it. That process
 * shares the table of files, and so has the filter's file, until the program begins.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT 126

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define PASS_UNLESS(value, left) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, left)

static void fail(const char *what)
{
	fprintf(stderr, "fail_mmap: %s: %s\n", what, strerror(errno));
	_exit(CANNOT);
}

/*
 * Returns the file from which the calls come. The low word of the descriptor is enough: it is -1.
 */
static int stop_at_mmap(void)
{
	struct sock_filter filter[] = {
		LOAD(nr),
		PASS_UNLESS(SYS_mmap, 3),
		LOAD(args[4]),
		PASS_UNLESS((unsigned)-1, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			    &program);
}

/* Whether the code at the place is the dynamic linker's, by the map of the process. */
static int is_of_linker(pid_t process, unsigned long long place)
{
	char name[64], line[512];
	unsigned long long from, to;
	int found = 0;
	FILE *map;

	snprintf(name, sizeof(name), "/proc/%d/maps", (int)process);
	map = fopen(name, "re");
	if (map == NULL)
		return 0;
	while (!found && fgets(line, sizeof(line), map) != NULL)
		found = sscanf(line, "%llx-%llx", &from, &to) == 2 && place >= from && place < to;
	fclose(map);
	return found && strstr(line, "/ld-") != NULL;
}

/* Until nobody is left whom the filter binds. */
static void answer(int calls, long number, int on, const char *file)
{
	struct pollfd event = {.fd = calls, .events = POLLIN};

	long call = 0;

	while (poll(&event, 1, -1) == 1 && (event.revents & POLLIN) != 0) {
		struct seccomp_notif stopped = {0};
		struct seccomp_notif_resp response = {0};

		if (ioctl(calls, SECCOMP_IOCTL_NOTIF_RECV, &stopped) != 0)
			continue; /* it is gone */
		response.id = stopped.id;
		response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		if (!is_of_linker((pid_t)stopped.pid, stopped.data.instruction_pointer) &&
		    (++call == number || (on && call > number))) {
			response.flags = 0;
			response.error = -ENOMEM;
			close(open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
		}
		ioctl(calls, SECCOMP_IOCTL_NOTIF_SEND, &response);
	}
}

int main(int count, char **argument)
{
	int pipe_ends[2], calls, status;
	pid_t child;

	if (count < 6 || pipe2(pipe_ends, O_CLOEXEC) != 0)
		fail("usage: fail_mmap NUMBER once|on FILE PRELOAD PROGRAM [ARGUMENT...]");
	child = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
	if (child < 0)
		fail("clone");
	if (child == 0) {
		calls = stop_at_mmap();
		if (write(pipe_ends[1], &calls, sizeof(calls)) != (ssize_t)sizeof(calls) ||
		    calls < 0)
			fail("seccomp");
		if (setenv("LD_PRELOAD", argument[4], 1) == 0)
			execvp(argument[5], argument + 5);
		fail(argument[5]);
	}
	if (read(pipe_ends[0], &calls, sizeof(calls)) != (ssize_t)sizeof(calls) || calls < 0)
		return CANNOT;
	answer(calls, atol(argument[1]), strcmp(argument[2], "on") == 0, argument[3]);
	if (waitpid(child, &status, 0) != child)
		return CANNOT;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
