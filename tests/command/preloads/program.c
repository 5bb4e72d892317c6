/* SPDX-License-Identifier: MIT */
/*
 * A program that knows nothing of the library, and does what its argument names: start, threads,
 * fork, fork-beside (a thread that makes requests), exec or exit. What it prints is the same in
 * every run. It calls, beside the heap, whatever the preloads of this folder take from libc.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 4
#define FORKS 3

extern int handlers_were_called(void);

static atomic_int detached_running;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void fail(const char *what)
{
	fprintf(stderr, "program: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void use_the_heap(void)
{
	void *block[40];

	for (size_t i = 0; i < 40; i++) {
		size_t size = 16u << (i % 16); /* to 512 KiB */

		switch (i % 4) {
		case 0:
			block[i] = malloc(size);
			break;
		case 1:
			block[i] = calloc(1, size);
			break;
		case 2:
			block[i] = realloc(malloc(8), size);
			break;
		default:
			if (posix_memalign(&block[i], 64, size) != 0)
				block[i] = NULL;
		}
		if (block[i] == NULL)
			fail("memory");
		memset(block[i], (int)i, size);
	}
	for (size_t i = 0; i < 40; i++) {
		if (*(unsigned char *)block[i] != i)
			fail("a block's contents");
		free(block[i]);
	}
}

static void nothing(int number)
{
	(void)number;
}

static void use_libc(void)
{
	struct sigaction action = {.sa_handler = nothing};
	struct timespec now;
	sigset_t all, before;
	char letter, path[64];
	void *page;
	int fd;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		fail("clock_gettime");
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED || madvise(page, 4096, MADV_DONTNEED) != 0 ||
	    mprotect(page, 4096, PROT_READ) != 0 || munmap(page, 4096) != 0)
		fail("mmap");
	fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, &letter, 1) != 1 || close(fd) != 0)
		fail("open");
	if (readlink("/proc/self/exe", path, sizeof(path)) < 0)
		fail("readlink");
	if (sigaction(SIGUSR1, &action, NULL) != 0)
		fail("sigaction");
	sigfillset(&all);
	if (pthread_sigmask(SIG_BLOCK, &all, &before) != 0 ||
	    pthread_sigmask(SIG_SETMASK, &before, NULL) != 0)
		fail("pthread_sigmask");
	if (getenv("PATH") == NULL || dlsym(RTLD_DEFAULT, "strlen") == NULL ||
	    dlsym(RTLD_DEFAULT, "no_such_function") != NULL)
		fail("getenv or dlsym");
	if (sysconf(_SC_PAGESIZE) <= 0 || sched_getcpu() < 0 || syscall(SYS_getpid) != getpid())
		fail("sysconf");
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
}

static void work(void)
{
	use_the_heap();
	use_libc();
}

static void *thread(void *unused)
{
	pthread_key_t key;

	if (pthread_key_create(&key, free) != 0 || pthread_setspecific(key, malloc(100)) != 0)
		fail("a key");
	work();
	return unused;
}

static void *detached(void *unused)
{
	/* Every other one makes no request of its own. */
	if (unused != NULL)
		work();
	atomic_fetch_sub(&detached_running, 1);
	return NULL;
}

static void start_threads(void)
{
	pthread_t id[THREADS], other;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < THREADS; i++) {
			atomic_fetch_add(&detached_running, 1);
			if (pthread_create(&id[i], NULL, thread, NULL) != 0 ||
			    pthread_create(&other, NULL, detached, i % 2 ? &mutex : NULL) != 0)
				fail("pthread_create");
			pthread_detach(other);
		}
		for (int i = 0; i < THREADS; i++)
			pthread_join(id[i], NULL);
		while (atomic_load(&detached_running) > 0)
			usleep(200);
		usleep(2000); /* to the kernel's end of them */
		work();
	}
}

static void *allocate_until(void *stop)
{
	while (!atomic_load((atomic_int *)stop)) {
		void *volatile block = malloc(300);

		free(block);
	}
	return NULL;
}

static void fork_children(void)
{
	int calls = handlers_were_called();

	for (int i = 0; i < FORKS; i++) {
		pid_t child = fork();
		int status;

		if (child < 0)
			fail("fork");
		if (child == 0) {
			work();
			exit(40 + i);
		}
		if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
			fail("a child did not exit");
		printf("child %d: status %d\n", i, WEXITSTATUS(status));
		fflush(stdout);
	}
	printf("handlers: %d\n", handlers_were_called() - calls);
}

static void fork_children_beside_a_thread(void)
{
	static atomic_int stop;
	pthread_t other;

	if (pthread_create(&other, NULL, allocate_until, &stop) != 0)
		fail("pthread_create");
	fork_children();
	atomic_store(&stop, 1);
	pthread_join(other, NULL);
}

static void at_exit(void)
{
	work();
	puts("at exit");
}

int main(int count, char **argument)
{
	const char *what = count > 1 ? argument[1] : "";
	time_t now = time(NULL);
	struct tm day;

	work();
	if (strcmp(what, "threads") == 0)
		start_threads();
	if (strcmp(what, "fork") == 0)
		fork_children();
	if (strcmp(what, "fork-beside") == 0)
		fork_children_beside_a_thread();
	if (strcmp(what, "exec") == 0) {
		execl(argument[0], argument[0], "start", (char *)NULL);
		fail("exec");
	}
	if (strcmp(what, "exit") == 0 && atexit(at_exit) != 0)
		fail("atexit");
	/* A tool that turns the clock back shows here. */
	if (localtime_r(&now, &day) == NULL)
		fail("localtime_r");
	printf("%s: year %d\n", what, day.tm_year + 1900);
	return strcmp(what, "exit") == 0 ? 7 : 0;
}
