/* SPDX-License-Identifier: MIT */
/*
 * The report of a request that libc makes ends with advice, under the name of the libc function
 * that the program called, although some of these leave no frame. A request of the program itself
 * gets no advice.
 *
 * A function that may want memory for two reasons gets the advice for the actual one: getline() for
 * a long line, or for the first line of its stream. The unwinder cannot leave musl: there the
 * advice names the innermost function.
 *
 * shows: PL-180 PL-181 PL-583
 * libc: glibc musl
 * exit: SIGABRT
 *
 * run: {self} {use}
 * each: use=when "strdup=at every call" "printf=at the first use of a stream"
 *     "fgetc=at the first use of a stream" "fopen=at every call"
 *     "localtime_r=at its first use" "setenv=at every call"
 *     "vfprintf=at the first use of a stream" "opendir=at every call"
 *     "qsort=for 1,024 bytes or more"
 * backend: jemalloc system
 * stderr:
 * | phaselock: violation: {any} while allocations are locked
 * |   thread {number} "advice", 1st time at this site
 * | {details}
 * |   advice: {use} allocates {when}; {any}
 * | {details}
 * | phaselock: aborting (policy=abort)
 *
 * run: {self} {use}
 * each: use=advice "getline=getdelim allocates at the first use of a stream; give the stream a
 *     buffer"
 *     "getline_long=getdelim allocates when the line is longer than its buffer; read with fgets()"
 *     "fscanf=fscanf allocates at the first use of a stream; give the stream a buffer"
 *     "fscanf_m=fscanf allocates for %m; give %s an array"
 * backend: jemalloc system
 * stderr:
 * | phaselock: violation: {any} while allocations are locked
 * |   thread {number} "advice", 1st time at this site
 * | {details}
 * |   advice: {advice}{any}
 * | {details}
 * | phaselock: aborting (policy=abort)
 *
 * run: {self} {musl}
 * each: musl strdup setenv opendir
 * backend: musl
 * stderr:
 * | phaselock: violation: {any} while allocations are locked
 * |   thread {number} "advice", 1st time at this site
 * | {details}
 * |   advice: {musl} allocates at every call; {any}
 * | {details}
 * | phaselock: aborting (policy=abort)
 *
 * run: sh -c '{self} malloc 2> err; grep "^phaselock: aborting" err && grep -c "^  advice:" err'
 * exit: 1
 * stdout:
 * | phaselock: aborting (policy=abort)
 * | 0
 * stderr:
 * | {lines}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

static int values[1000];

/* Streams of the same file: one that is read for the first time, and one that has its buffer. */
static FILE *fresh, *used;
static size_t line_size = 1000;
static char *line;

static const char *volatile taken = "%ms"; /* which ISO C has not */

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

FRAME static void print(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	CHECK(vfprintf(stdout, format, list) > 0);
	va_end(list);
}

/* The result does not matter: the process ends inside. */
static void use(const char *name)
{
	const time_t moment = 1700000000;
	struct tm parts;

	if (strcmp(name, "strdup") == 0)
		opaque(strdup(name));
	else if (strcmp(name, "printf") == 0)
		printf("%d\n", 1);
	else if (strcmp(name, "fgetc") == 0)
		fgetc(stdin);
	else if (strcmp(name, "fopen") == 0)
		opaque(fopen("/dev/null", "r"));
	else if (strcmp(name, "localtime_r") == 0)
		opaque(localtime_r(&moment, &parts));
	else if (strcmp(name, "setenv") == 0)
		setenv("ADVICE", "a", 1);
	else if (strcmp(name, "vfprintf") == 0)
		print("%d\n", 1);
	else if (strcmp(name, "opendir") == 0)
		opaque(opendir("/"));
	else if (strcmp(name, "qsort") == 0)
		qsort(values, 1000, sizeof(values[0]), compare);
	else if (strcmp(name, "getline") == 0)
		CHECK(getline(&line, &line_size, fresh) > 0);
	else if (strcmp(name, "getline_long") == 0)
		CHECK(getline(&(char *){NULL}, &(size_t){0}, used) > 0);
	else if (strcmp(name, "fscanf") == 0)
		CHECK(fscanf(fresh, "%999s", line) == 1);
	else if (strcmp(name, "fscanf_m") == 0)
		CHECK(fscanf(used, taken, &line) == 1);
	else
		opaque(malloc(10));
}

int main(int argc, char **argv)
{
	require_armed();
	CHECK(argc == 2);
	fresh = fopen("/proc/self/maps", "r");
	used = fopen("/proc/self/maps", "r");
	line = malloc(line_size);
	CHECK(fresh != NULL && used != NULL && line != NULL && fgetc(used) != EOF);
	lock_allocations();
	use(argv[1]);
	return 0;
}
