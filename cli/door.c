/* SPDX-License-Identifier: MIT */
/*
 * A socket with an abstract name. Any process in the same network namespace can reach it, whatever
 * its user and its root folder are. So each is asked who it is, and only descendants of this
 * process get the files. It must not know what is in them.
 */
#define _GNU_SOURCE
#include "door.h"

#include "process.h"
#include "say.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WAITING 128
#define GENERATIONS 256 /* between this process and a descendant */

void door_open(struct door *door, const struct page *page)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX}; /* the first byte is 0: abstract */
	size_t length = strlen(page->name);

	door->page = page;
	door->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	memcpy(address.sun_path + 1, page->name, length);
	if (door->listener >= 0 &&
	    bind(door->listener, (const struct sockaddr *)&address,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)) == 0 &&
	    listen(door->listener, WAITING) == 0)
		return;
	say("cannot listen for programs that close their descriptors: %s; they will not be counted",
	    strerror(errno));
	if (door->listener >= 0)
		close(door->listener);
	door->listener = -1;
}

/* A process in another namespace has its number in ours here, or 0 if it has none. */
static bool is_descendant(pid_t process)
{
	for (int i = 0; i < GENERATIONS && process > 1; i++) {
		if (process == getpid())
			return true;
		process = process_look_at(process).parent;
	}
	return process == getpid();
}

static void hand_over(int fd, const struct page *page)
{
	char byte = 0;
	struct iovec text = {&byte, sizeof(byte)};
	union {
		char bytes[CMSG_SPACE(sizeof(page->files))];
		struct cmsghdr aligned;
	} control = {{0}};
	struct msghdr message = {.msg_iov = &text,
				 .msg_iovlen = 1,
				 .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);

	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(page->files));
	memcpy(CMSG_DATA(part), page->files, sizeof(page->files));
	sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void door_answer(void *context)
{
	const struct door *door = context;
	struct ucred peer = {.pid = 0};
	socklen_t size = sizeof(peer);
	int fd = accept4(door->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && is_descendant(peer.pid))
		hand_over(fd, door->page);
	close(fd);
}
