/* SPDX-License-Identifier: MIT */
/*
 * A C program in which libphaselock.a is the only allocator, however it was linked. libc's malloc.o
 * is not in it: requests by threads, stdio, qsort, regcomp, locales and iconv come to the library
 * and are found after the lock, and the program break, from which glibc's malloc would take memory,
 * never moves. In a static program iconv() loads its tables as modules with a libc of their own;
 * the library names them at the end.
 *
 * Four programs show the limits: one proves that this check can fail; a static program that names
 * nothing of the library, so the linker leaves it out unless -u malloc asks for it; one that asks
 * for the heap's statistics, which are jemalloc's; and one that also wants a function which only
 * glibc's malloc.o has: it does not link.
 *
 * shows: PL-083 PL-087
 * needs: gcc nm
 * backend: jemalloc
 * environment: PHASELOCK_OPTIONS=policy=allow:max_reports=0
 * exit: 0
 * stdout:
 * | one allocator
 * stderr:
 * | phaselock: {number} violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 * run: {source}/tests/behaviour/parts/link {build}/libphaselock.a linked_c.c gcc {flags}
 * each: flags -rdynamic -pie -no-pie
 * run: {source}/tests/behaviour/parts/link {build}/libphaselock.a linked_c.c gcc {flags}
 *     -ffunction-sections -fdata-sections -Wl,--gc-sections
 * each: flags -pie
 * run: {source}/tests/behaviour/parts/link {build}/libphaselock.a linked_c.c gcc -flto -pie
 * run: {source}/tests/behaviour/parts/link {build}/libphaselock.a linked_c.c clang -flto
 *     -fuse-ld={linker} -pie
 * each: linker lld gold
 * needs: clang ld.lld ld.gold
 * run: {source}/tests/behaviour/parts/link {build}/libphaselock.a linked_c.c gcc {flags}
 * each: flags -static -static-pie
 * stderr:
 * | phaselock: {number} violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 * | phaselock: UTF-16.so calls libc.so.6's malloc, not phaselock's: its requests are not seen
 * | phaselock: libc.so.6 calls libc.so.6's malloc, not phaselock's: its requests are not seen
 * run: {source}/tests/behaviour/parts/link {build}/libphaselock.a linked_c.c gcc {flags}
 *     -ffunction-sections -fdata-sections -Wl,--gc-sections
 * each: flags -static -static-pie
 * stderr:
 * | phaselock: {number} violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 * | phaselock: UTF-16.so calls libc.so.6's malloc, not phaselock's: its requests are not seen
 * | phaselock: libc.so.6 calls libc.so.6's malloc, not phaselock's: its requests are not seen
 * run: {source}/tests/behaviour/parts/link {build}/libphaselock.a linked_c.c gcc -flto {flags}
 * each: flags -static -static-pie
 * stderr:
 * | phaselock: {number} violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 * | phaselock: UTF-16.so calls libc.so.6's malloc, not phaselock's: its requests are not seen
 * | phaselock: libc.so.6 calls libc.so.6's malloc, not phaselock's: its requests are not seen
 * run: {source}/tests/behaviour/parts/link {build}/libphaselock.a linked_c.c clang -flto
 *     -fuse-ld={linker} {flags}
 * each: linker=flags lld=-static lld=-static-pie gold=-static
 * needs: clang ld.lld ld.gold
 * stderr:
 * | phaselock: {number} violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 * | phaselock: UTF-16.so calls libc.so.6's malloc, not phaselock's: its requests are not seen
 * | phaselock: libc.so.6 calls libc.so.6's malloc, not phaselock's: its requests are not seen
 * run: {source}/tests/behaviour/parts/link - linked_c.c gcc -static -DPHASELOCK_OPTIONAL
 * exit: 1
 * stdout:
 * | not one allocator: libc's-malloc.o
 * stderr:
 * run: {source}/tests/behaviour/parts/link {build}/libphaselock.a parts/unaware.c gcc -static
 * exit: 1
 * stdout:
 * | not one allocator: libc's-malloc.o
 * stderr:
 * run: {source}/tests/behaviour/parts/link {build}/libphaselock.a parts/unaware.c gcc -static
 *     -Wl,-u,malloc
 * environment: PHASELOCK_OPTIONS=lock=main
 * exit: 0
 * stdout:
 * | one allocator
 * | unaware
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: lock=main: cannot find how this program starts; not locked
 * run: {source}/tests/behaviour/parts/link {build}/libphaselock.a linked_c.c gcc -static
 *     -DONLY_GLIBC={call}
 * each: call mallopt(M_MMAP_MAX,0) malloc_trim(0) mallinfo2() mallinfo() malloc_info(0,stdin)
 * environment: PHASELOCK_OPTIONS=policy=allow:max_reports=0
 * exit: 0
 * stdout:
 * | one allocator
 * stderr:
 * | phaselock: {number} violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 * | phaselock: UTF-16.so calls libc.so.6's malloc, not phaselock's: its requests are not seen
 * | phaselock: libc.so.6 calls libc.so.6's malloc, not phaselock's: its requests are not seen
 * run: {source}/tests/behaviour/parts/link {build}/libphaselock.a linked_c.c gcc -static
 *     -DONLY_GLIBC={call}
 * each: call __libc_mallopt(M_MMAP_MAX,0)
 * exit: 1
 * stdout:
 * | twice: __libc_calloc
 * | twice: __libc_free
 * | twice: __libc_malloc
 * | twice: __libc_memalign
 * | twice: __libc_pvalloc
 * | twice: __libc_realloc
 * | twice: __libc_valloc
 * | twice: free
 * | twice: malloc
 * | twice: realloc
 * stderr:
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <iconv.h>
#include <locale.h>
#include <malloc.h>
#include <pthread.h>
#include <regex.h>
#include <stdlib.h>
#include <unistd.h>

/* Of libc.a, in no header. */
extern int __libc_mallopt(int parameter, int value);

static void *run_thread(void *unused)
{
	(void)unused;
	free(opaque(malloc(100)));
	return NULL;
}

static void with_thread(void)
{
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, run_thread, NULL) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
}

static void with_stdio(void)
{
	char *line = NULL;
	size_t size = 0;
	FILE *file = fopen("/proc/self/status", "r");

	CHECK(file != NULL && getline(&line, &size, file) > 0);
	free(line);
	fclose(file);
	CHECK(asprintf(&line, "%d %f", 12, 0.5) == 11);
	free(line);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(int));
}

static void with_qsort(void)
{
	static int numbers[20000];

	qsort(numbers, sizeof(numbers) / sizeof(numbers[0]), sizeof(numbers[0]), compare);
}

static void with_regcomp(void)
{
	regex_t expression;

	CHECK(regcomp(&expression, "a(b|c)*d", REG_EXTENDED) == 0);
	CHECK(regexec(&expression, "abcbd", 0, NULL, 0) == 0);
	regfree(&expression);
}

static void with_locale(void)
{
	CHECK(setlocale(LC_ALL, "C.UTF-8") != NULL);
}

static void with_iconv(void)
{
	char from[] = "a", to[8];
	char *in = from, *out = to;
	size_t in_left = 1, out_left = sizeof(to);
	iconv_t converter = iconv_open("UTF-16LE", "UTF-8");

	CHECK(converter != (iconv_t)-1);
	CHECK(iconv(converter, &in, &in_left, &out, &out_left) == 0);
	CHECK_EQUAL(out_left, sizeof(to) - 2);
	iconv_close(converter);
}

static void with_strdup(void)
{
	free(opaque(strdup(opaque("a word"))));
}

int main(void)
{
	static void (*const calls[])(void) = {with_thread, with_stdio, with_qsort, with_regcomp,
					      with_locale, with_iconv, with_strdup};
	struct phaselock_stats begin = get_stats();
	void *end = sbrk(0);

	require_armed();
#ifdef ONLY_GLIBC
	(void)ONLY_GLIBC;
#endif
	lock_allocations();
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct phaselock_stats now, did;

		begin = get_stats();
		calls[i]();
		now = get_stats();
		did = phaselock_stats_delta(&begin, &now);
		CHECK(did.locked_attempts > 0);
		CHECK_EQUAL(did.locked_attempts, did.allocations + did.reallocations);
		CHECK_EQUAL(did.permitted_attempts, 0);
	}
	unlock_allocations();
	CHECK(sbrk(0) == end);
	CHECK_EQUAL(phaselock_armed(), PHASELOCK_ENTRY_ALL);
	return 0;
}
