/* SPDX-License-Identifier: MIT */
/*
 * Makes requests whose number, bytes, peak and frees are known. Each word of the command line is
 * one thing to do; profile.test says what it comes to. Nothing else in here asks for memory, but
 * pthread_create() for the threads.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <phaselock/phaselock.h>

#define BLOCKS 1000
#define THREADS 8
#define MANY_THREADS 10000

static void *volatile kept[THREADS * BLOCKS];

/* 1,000 requests, 100,000 bytes; nothing is freed. */
static void take(void)
{
	for (int i = 0; i < BLOCKS; i++)
		kept[i] = malloc(100);
}

static void give(void)
{
	for (int i = 0; i < BLOCKS; i++) {
		free(kept[i]);
		kept[i] = NULL;
	}
}

/* 10 requests, 70 bytes, each freed at once. */
static void temporary(void)
{
	for (int i = 0; i < 10; i++) {
		void *volatile block = malloc(7);

		free(block);
	}
}

/* 4 requests, 3,035 bytes, 3 frees: as DHAT counts them. */
static void grow(void)
{
	void *volatile block = malloc(10);

	block = realloc(block, 20);
	block = realloc(block, 3000);
	kept[0] = realloc(block, 5);
}

static void families(void)
{
	void *block = NULL;

	kept[0] = calloc(3, 5);
	kept[1] = aligned_alloc(64, 128);
	if (posix_memalign(&block, 32, 96) == 0)
		kept[2] = block;
	kept[3] = realloc(NULL, 8);
}

/* A realloc() that fails, so the old block stays. */
static void fail(void)
{
	volatile size_t huge = (size_t)1 << 60;
	void *volatile block = malloc(50);

	if (realloc(block, huge) != NULL)
		abort();
	free(block);
}

static void fork_child(void)
{
	pid_t child = fork();

	if (child == 0) {
		give(); /* its parent's */
		temporary();
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

/* ---- threads --------------------------------------------------------------------------------- */

static pthread_barrier_t all;

/* Each takes 1,000 blocks and gives back those of its neighbour. */
static void *exchange(void *argument)
{
	size_t number = (size_t)argument, next = (number + 1) % THREADS;

	for (int i = 0; i < BLOCKS; i++)
		kept[number * BLOCKS + (size_t)i] = malloc(100);
	pthread_barrier_wait(&all);
	for (int i = 0; i < BLOCKS; i++)
		free(kept[next * BLOCKS + (size_t)i]);
	return NULL;
}

static void threads(void)
{
	pthread_t made[THREADS];

	pthread_barrier_init(&all, NULL, THREADS);
	for (size_t i = 0; i < THREADS; i++)
		pthread_create(&made[i], NULL, exchange, (void *)i);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(made[i], NULL);
}

static void *ask_once(void *argument)
{
	void *volatile block = malloc(3333);

	free(block);
	return argument;
}

/* One after the other: 10,000 requests of 3,333 bytes. */
static void many_threads(void)
{
	for (int i = 0; i < MANY_THREADS; i++) {
		pthread_t made;

		pthread_create(&made, NULL, ask_once, NULL);
		pthread_join(made, NULL);
	}
}

static void *named(void *argument)
{
	pthread_setname_np(pthread_self(), "worker");
	temporary();
	return argument;
}

static void name(void)
{
	pthread_t made;

	pthread_create(&made, NULL, named, NULL);
	pthread_join(made, NULL);
}

/* ---- signals --------------------------------------------------------------------------------- */

static volatile sig_atomic_t handled;
static sigjmp_buf out;

/* 1 request of 77 bytes. */
static void handle(int signal)
{
	void *volatile block = malloc(77);

	(void)signal;
	free(block);
	handled++;
}

static void leave(int signal)
{
	(void)signal;
	kept[0] = malloc(55);
	siglongjmp(out, 1);
}

/* 100 signals, which come while nothing is asked for. */
static void handler(void)
{
	signal(SIGUSR1, handle);
	for (int i = 0; i < 100; i++)
		raise(SIGUSR1);
}

static void longjmp_out(void)
{
	signal(SIGUSR2, leave);
	if (sigsetjmp(out, 1) == 0)
		raise(SIGUSR2);
}

/* ---- modules --------------------------------------------------------------------------------- */

/* Two plug-ins, one after the other at the same address, ask for 24 bytes three times each. */
static void plugins(void)
{
	static const char *const names[] = {"first", "second"};
	void *last = NULL, *place;

	for (int i = 0; i < 6; i++) {
		char path[4096];
		void *plugin = dlopen(realpath(names[i % 2], path), RTLD_NOW);
		void (*run)(void);

		place = plugin != NULL ? dlsym(plugin, names[i % 2]) : NULL;
		if (place == NULL || (last != NULL && place != last))
			abort();
		*(void **)&run = place;
		run();
		dlclose(plugin);
		last = place;
	}
}

/* ---- ends ------------------------------------------------------------------------------------ */

static void execute(void)
{
	execl("/proc/self/exe", "again", "temporary", (char *)NULL);
}

static void run(const char *word)
{
	static const struct {
		const char *word;
		void (*function)(void);
	} words[] = {
		{"take", take},
		{"give", give},
		{"temporary", temporary},
		{"grow", grow},
		{"families", families},
		{"fail", fail},
		{"fork", fork_child},
		{"threads", threads},
		{"many-threads", many_threads},
		{"name", name},
		{"handler", handler},
		{"longjmp", longjmp_out},
		{"plugins", plugins},
		{"exec", execute},
		{"lock", lock_allocations},
		{"unlock", unlock_allocations},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i].word) == 0)
			words[i].function();
	if (strcmp(word, "kill") == 0)
		kill(getpid(), SIGKILL);
	if (strcmp(word, "_exit") == 0)
		_exit(0);
	if (strcmp(word, "status") == 0)
		exit(3);
}

int main(int count, char **words)
{
	for (int i = 1; i < count; i++)
		run(words[i]);
	return 0;
}
