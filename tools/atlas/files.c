/* SPDX-License-Identifier: MIT */
/* Cases of the atlas: files, folders, descriptors and sockets. They run in an empty folder. */
#define _GNU_SOURCE
#include "atlas.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define FOLDER "open the folder before the lock and use rewinddir(), or read it with getdents64(2)"
#define WALK "walk the folders before the lock"
#define CWD "give getcwd() an array"

static void make_files(void)
{
	close(open("a", O_CREAT | O_RDWR, 0600));
	close(open("b", O_CREAT | O_RDWR, 0600));
}

CASE(opendir, "opendir", FOLDER)
{
	DIR *folder;

	MEASURE(folder = opendir("."));
	closedir(folder);
}

CASE(fdopendir, "fdopendir", FOLDER)
{
	DIR *folder;
	int fd = open(".", O_RDONLY | O_DIRECTORY);

	MEASURE(folder = fdopendir(fd));
	closedir(folder);
}

CASE(readdir, "readdir", "")
{
	DIR *folder = opendir(".");

	MEASURE(readdir(folder));
	closedir(folder);
}

CASE(rewinddir, "rewinddir", "")
{
	DIR *folder = opendir(".");

	MEASURE(rewinddir(folder));
	closedir(folder);
}

CASE(closedir, "closedir", "")
{
	DIR *folder = opendir(".");

	MEASURE(closedir(folder));
}

CASE(scandir, "scandir", WALK)
{
	struct dirent **entries;
	int count;

	make_files();
	MEASURE(count = scandir(".", &entries, NULL, alphasort));
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
}

static int visit(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)path;
	(void)status;
	(void)kind;
	(void)where;
	return 0;
}

CASE(nftw, "nftw", WALK)
{
	make_files();
	MEASURE(nftw(".", visit, 4, 0));
}

CASE(glob, "glob", WALK)
{
	glob_t found;

	make_files();
	MEASURE(glob("*", 0, NULL, &found));
	globfree(&found);
}

CASE_WHEN(realpath, "realpath without an array", "when it is given no array",
	  "give realpath() an array of PATH_MAX bytes")
{
	char *path;

	MEASURE(path = realpath("/", NULL));
	free(path);
}

CASE(realpath_array, "realpath into an array", "")
{
	static char path[4096];

	MEASURE(realpath("/", path));
}

CASE_WHEN(getcwd_null, "getcwd without an array", "when it is given no array", CWD)
{
	char *path;

	chdir("/");
	MEASURE(path = getcwd(NULL, 0));
	free(path);
}

CASE(getcwd, "getcwd into an array", "")
{
	static char path[4096];

	MEASURE(getcwd(path, sizeof(path)));
}

CASE(get_current_dir_name, "get_current_dir_name", CWD)
{
	char *path;

	chdir("/");
	MEASURE(path = get_current_dir_name());
	free(path);
}

CASE(mkstemp, "mkstemp", "")
{
	char name[] = "cXXXXXX";

	MEASURE(close(mkstemp(name)));
	unlink(name);
}

CASE(open, "open, read, write, lseek, close", "")
{
	char byte = 0;

	MEASURE({
		int fd = open("/dev/zero", O_RDWR);

		(void)!read(fd, &byte, 1);
		(void)!write(fd, &byte, 1);
		lseek(fd, 0, SEEK_SET);
		close(fd);
	});
}

CASE(stat, "stat, fstat, access, unlink, rename, mkdir", "")
{
	struct stat status;

	make_files();
	MEASURE({
		stat("a", &status);
		fstat(1, &status);
		access("a", R_OK);
		rename("a", "c");
		unlink("c");
		mkdir("d", 0700);
		rmdir("d");
	});
}

CASE(pipe, "pipe, dup, fcntl, ioctl", "")
{
	int ends[2];

	MEASURE({
		pipe(ends);
		close(dup(ends[0]));
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
		isatty(ends[0]);
	});
	close(ends[0]);
	close(ends[1]);
}

CASE(mmap, "mmap, mprotect, madvise, munmap", "")
{
	MEASURE({
		void *pages = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		mprotect(pages, 8192, PROT_READ | PROT_WRITE);
		madvise(pages, 8192, MADV_DONTNEED);
		munmap(pages, 8192);
	});
}

CASE(poll, "poll", "")
{
	struct pollfd one = {.fd = 1, .events = POLLOUT};

	MEASURE(poll(&one, 1, 0));
}

CASE(select, "select", "")
{
	struct timeval none = {0, 0};

	MEASURE(select(0, NULL, NULL, NULL, &none));
}

CASE(epoll, "epoll_create1, epoll_ctl, epoll_wait", "")
{
	struct epoll_event event = {.events = EPOLLIN};

	MEASURE({
		int set = epoll_create1(0);
		int fd = eventfd(1, 0);

		epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
		epoll_wait(set, &event, 1, 0);
		close(fd);
		close(set);
	});
}

CASE(eventfd, "eventfd", "")
{
	MEASURE(close(eventfd(0, 0)));
}

CASE(timerfd, "timerfd_create, timerfd_settime", "")
{
	struct itimerspec when = {.it_value.tv_nsec = 1};

	MEASURE({
		int fd = timerfd_create(CLOCK_MONOTONIC, 0);

		timerfd_settime(fd, 0, &when, NULL);
		close(fd);
	});
}

CASE(socket, "socket, bind, listen, connect, accept, send, recv", "")
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t length = sizeof(address);
	char byte = 0;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	MEASURE({
		int server = socket(AF_INET, SOCK_STREAM, 0);
		int client = socket(AF_INET, SOCK_STREAM, 0);
		int accepted;

		bind(server, (struct sockaddr *)&address, sizeof(address));
		listen(server, 1);
		getsockname(server, (struct sockaddr *)&address, &length);
		connect(client, (struct sockaddr *)&address, sizeof(address));
		accepted = accept(server, NULL, NULL);
		send(client, &byte, 1, 0);
		recv(accepted, &byte, 1, 0);
		close(accepted);
		close(client);
		close(server);
	});
}

static const char *shared_name(void)
{
	static char name[32];

	snprintf(name, sizeof(name), "/phaselock-%07d", getpid() % 10000000);
	return name;
}

#define SHARED "open it before the lock"

CASE(sem_open, "sem_open", SHARED)
{
	const char *name = shared_name();
	sem_t *semaphore;

	MEASURE(semaphore = sem_open(name, O_CREAT, 0600, 1));
	if (semaphore != SEM_FAILED)
		sem_close(semaphore);
	sem_unlink(name);
}

CASE(shm_open, "shm_open", SHARED)
{
	const char *name = shared_name();
	int fd;

	MEASURE(fd = shm_open(name, O_CREAT | O_RDWR, 0600));
	close(fd);
	shm_unlink(name);
}

CASE(mq_open, "mq_open", SHARED)
{
	const char *name = shared_name();
	mqd_t queue;

	MEASURE(queue = mq_open(name, O_CREAT | O_RDWR, 0600, NULL));
	mq_close(queue);
	mq_unlink(name);
}
