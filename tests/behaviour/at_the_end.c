/* SPDX-License-Identifier: MIT */
/*
 * The lock holds to the end of the process: a request in handlers of atexit(), on_exit() and
 * quick_exit(), or in destructors, is judged, counted and reported.
 *
 * shows: PL-130
 * environment: PHASELOCK_OPTIONS=policy=deny:frames=1:max_reports=5
 * run: {self} {HOW}
 * each: HOW=HANDLER atexit=in_atexit on_exit=in_on_exit destructor=in_destructor
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "at_the_end", 1st time at this site
 * |     #0 {HANDLER}+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  {HANDLER}+{hex} ({any}+{hex})
 * run: {self} quick_exit
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "at_the_end", 1st time at this site
 * |     #0 in_quick_exit+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * run: {self} freeres
 * exit: 0
 * run: {self} freeres forbidden
 * environment: PHASELOCK_OPTIONS=policy=allow:free=forbid:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: {number} violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dlfcn.h>
#include <locale.h>
#include <stdlib.h>

static bool destruct;

#define REQUEST CHECK(opaque(malloc(10)) == NULL)

void in_atexit(void);
FRAME void in_atexit(void)
{
	REQUEST;
}

void in_on_exit(int status, void *unused);
FRAME void in_on_exit(int status, void *unused)
{
	(void)status;
	(void)unused;
	REQUEST;
}

void in_quick_exit(void);
FRAME void in_quick_exit(void)
{
	REQUEST;
}

__attribute__((destructor)) void in_destructor(void);
FRAME void in_destructor(void)
{
	if (destruct)
		REQUEST;
}

/* Leak checkers call it at the end: libc gives back each of its blocks to their allocator. */
static void freeres(bool forbidden)
{
	void (*release)(void);
	struct phaselock_stats begin, did;

	*(void **)&release = dlsym(RTLD_DEFAULT, "__libc_freeres");
	CHECK(release != NULL);
	CHECK(setlocale(LC_ALL, "C.UTF-8") != NULL); /* libc keeps its names */
	begin = thread_stats();
	lock_allocations();
	release();
	did = thread_stats_since(&begin);
	CHECK(did.deallocations > 0);
	CHECK_EQUAL(did.locked_attempts, forbidden ? did.deallocations : 0);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";

	require_armed();
	if (strcmp(how, "atexit") == 0)
		CHECK_EQUAL(atexit(in_atexit), 0);
	else if (strcmp(how, "on_exit") == 0)
		CHECK_EQUAL(on_exit(in_on_exit, NULL), 0);
	else if (strcmp(how, "quick_exit") == 0)
		CHECK_EQUAL(at_quick_exit(in_quick_exit), 0);
	else if (strcmp(how, "destructor") == 0)
		destruct = true;
	else if (strcmp(how, "freeres") == 0)
		freeres(argc > 2);
	else
		return 1;
	lock_allocations();
	if (strcmp(how, "quick_exit") == 0)
		quick_exit(0);
	return 0;
}
