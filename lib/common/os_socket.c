/* SPDX-License-Identifier: MIT */
/*
 * Gets descriptors from another process, on Linux. It must not know what they are.
 */
#define _GNU_SOURCE
#include "common/os.h"

#include "common/os_call.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>

#define FILES_MAX 8

static bool wait_a_little(uint64_t end_ns)
{
	if (pl_os_monotonic_ns() >= end_ns)
		return false;
	pl_os_sleep_ms(1);
	return true;
}

/* Returns a socket connected to the one of that name, or -1. */
static long connect_to(const char *name, uint64_t end_ns)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX}; /* abstract: the first byte is 0 */
	size_t length = strlen(name);
	long fd, result;

	if (length == 0 || length >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path + 1, name, length);
	fd = pl_os_call(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	do /* EAGAIN: the other side's queue is full */
		result = pl_os_call(SYS_connect, fd, &address,
				    offsetof(struct sockaddr_un, sun_path) + 1 + length);
	while ((result == -EAGAIN || result == -EINTR) && wait_a_little(end_ns));
	if (result == 0)
		return fd;
	pl_os_call(SYS_close, fd);
	return -1;
}

/* Waits until there is a message, or the other side has gone. */
static bool await_message(long fd, uint64_t end_ns)
{
	for (;;) {
		struct pollfd wanted = {(int)fd, POLLIN, 0};
		uint64_t now = pl_os_monotonic_ns();
		uint64_t left = now < end_ns ? end_ns - now : 0;
		struct timespec time = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
		long result = pl_os_call(SYS_ppoll, &wanted, 1, &time, NULL, sizeof(uint64_t));

		if (result != -EINTR)
			return result == 1;
	}
}

/* Takes the descriptors of a message, and closes those beyond count. Returns how many came. */
static unsigned take(const struct msghdr *message, int *files, unsigned count)
{
	struct cmsghdr *part = CMSG_FIRSTHDR(message);
	unsigned found = 0;

	if (part == NULL || part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
		return 0;
	for (size_t at = CMSG_LEN(0); at + sizeof(int) <= part->cmsg_len; at += sizeof(int)) {
		int file;

		memcpy(&file, (char *)part + at, sizeof(file));
		if (found < count)
			files[found] = file;
		else
			pl_os_call(SYS_close, file);
		found++;
	}
	return found;
}

static bool receive(long fd, int *files, unsigned count)
{
	char byte;
	struct iovec text = {&byte, sizeof(byte)};
	union {
		char bytes[CMSG_SPACE(sizeof(int) * FILES_MAX)];
		struct cmsghdr aligned;
	} control = {{0}};
	struct msghdr message = {.msg_iov = &text,
				 .msg_iovlen = 1,
				 .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes)};
	unsigned found;

	if (pl_os_call(SYS_recvmsg, fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 0)
		return false;
	found = take(&message, files, count);
	if (found >= count)
		return true;
	while (found > 0)
		pl_os_call(SYS_close, files[--found]);
	return false;
}

bool pl_os_receive_files(const char *name, int *files, unsigned count, uint64_t wait_ms)
{
	uint64_t end_ns = pl_os_monotonic_ns() + wait_ms * 1000000;
	long fd = connect_to(name, end_ns);
	bool is_whole = false;

	if (fd < 0)
		return false;
	if (await_message(fd, end_ns))
		is_whole = receive(fd, files, count);
	pl_os_call(SYS_close, fd);
	return is_whole;
}
