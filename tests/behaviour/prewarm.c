/* SPDX-License-Identifier: MIT */
/*
 * What libc allocates at a first use, it does not allocate in a locked phase after
 * phaselock_prewarm(). Without the call it does, except musl, which allocates nothing there. TZ is
 * set: otherwise glibc's tzset(), mktime() and strftime() copy their default each time.
 *
 * shows: PL-182
 * libc: glibc musl
 * each: use puts printf getchar tzset localtime_r gmtime_r mktime strftime mbrtowc wcrtomb
 *     backtrace pthread_exit pthread_cancel
 * environment: LC_ALL=C.UTF-8
 * environment: TZ=UTC0
 * environment: PHASELOCK_OPTIONS=max_reports=0
 * exit: 0
 *
 * run: {self} {use} prewarmed
 * stdout:
 * | {lines}
 *
 * run: {self} {use} cold
 * backend: jemalloc system
 * stdout:
 * | {lines}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <wchar.h>

extern int backtrace(void **frames, int size) __attribute__((weak));

static const time_t moment = 1700000000;
static struct tm parts;
static mbstate_t state;
static pthread_barrier_t go;
static unsigned violations;
static const char *volatile seconds = "%s"; /* not in ISO C; glibc and musl have it */

static enum phaselock_verdict count(const struct phaselock_violation *violation, void *unused)
{
	(void)violation;
	(void)unused;
	violations++;
	return PHASELOCK_ALLOW;
}

static void *exits(void *unused)
{
	pthread_barrier_wait(&go);
	pthread_exit(unused);
}

static void *waits(void *unused)
{
	pthread_barrier_wait(&go);
	for (;;)
		pause();
	return unused;
}

static void use_text(const char *use)
{
	wchar_t wide;
	char text[64];

	if (strcmp(use, "puts") == 0)
		puts("a");
	else if (strcmp(use, "printf") == 0)
		printf("%d\n", 1);
	else if (strcmp(use, "getchar") == 0)
		CHECK(getchar() == EOF);
	else if (strcmp(use, "mbrtowc") == 0)
		CHECK_EQUAL(mbrtowc(&wide, "\xc3\xa4", 2, &state), 2);
	else if (strcmp(use, "wcrtomb") == 0)
		CHECK_EQUAL(wcrtomb(text, 0xe4, &state), 2);
}

static void use_time(const char *use)
{
	char text[64];

	if (strcmp(use, "tzset") == 0)
		tzset();
	else if (strcmp(use, "localtime_r") == 0)
		CHECK(localtime_r(&moment, &parts) == &parts);
	else if (strcmp(use, "gmtime_r") == 0)
		CHECK(gmtime_r(&moment, &parts) == &parts);
	else if (strcmp(use, "mktime") == 0)
		CHECK(mktime(&parts) != -1);
	else if (strcmp(use, "strftime") == 0)
		CHECK(strftime(text, sizeof(text), seconds, &parts) > 5);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	void *frames[8];
	bool prewarmed, cancel, ends;

	require_armed();
	CHECK(argc == 3);
	prewarmed = strcmp(argv[2], "prewarmed") == 0;
	cancel = strcmp(argv[1], "pthread_cancel") == 0;
	ends = cancel || strcmp(argv[1], "pthread_exit") == 0;
	CHECK(setlocale(LC_ALL, "") != NULL);
	pthread_barrier_init(&go, NULL, 2);
	if (ends)
		CHECK_EQUAL(pthread_create(&thread, NULL, cancel ? waits : exits, NULL), 0);
	if (prewarmed)
		phaselock_prewarm();
	parts.tm_year = 123;
	parts.tm_mday = 1;
	phaselock_set_handler(count, NULL);
	lock_allocations();
	use_text(argv[1]);
	use_time(argv[1]);
	if (strcmp(argv[1], "backtrace") == 0 && backtrace != NULL)
		CHECK(backtrace(frames, 8) > 0);
	if (ends) {
		pthread_barrier_wait(&go);
		if (cancel)
			pthread_cancel(thread);
		pthread_join(thread, NULL);
	}
	unlock_allocations();
	CHECK((violations == 0) == prewarmed);
	_exit(fflush(stdout) == 0 ? 0 : 1); /* this test is not about the table at exit */
}
