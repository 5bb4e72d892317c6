/* SPDX-License-Identifier: MIT */
/*
 * A request that matches a pattern of suppressions= is served under any policy: it is not reported,
 * no handler is called, and it belongs to no site; the pattern is listed at exit. A request that
 * matches none is a violation as ever; a pattern that matched nothing is named. With free=forbid a
 * free is a request, in a forbid scope too; an unlock of a sealed heap is none. The child of a fork
 * suppresses as its parent does, but does not list unmatched patterns: the parent does, which has
 * done the rest of the work.
 *
 * shows: PL-173 PL-174 PL-176
 * needs: gcc
 * run: sh -c 'gcc -shared -fPIC -fno-builtin {source}/tests/behaviour/parts/vendor.c
 *     -o libvendor.so && echo "{PATTERN}" >supp.txt && exec {self} copy'
 * each: PATTERN function:vendor_copy "function: vendor_*" function:strdup module:libvendor.so*
 *     module:[.]/libvendor.so module:libc.so* module:[!a-k]ib[uvw]endor.?o stack:main
 *     stack:suppressions stack:*vendor* stack:*[/]suppressions
 * environment: PHASELOCK_OPTIONS=suppressions=supp.txt
 * exit: 0
 * stderr:
 * | phaselock: suppressed: 1 request by {any} (supp.txt:1)
 * run: sh -c 'gcc -shared -fPIC -fno-builtin {source}/tests/behaviour/parts/vendor.c
 *     -o libvendor.so && echo "{PATTERN}" >supp.txt && exec {self} copy'
 * each: PATTERN function:main function:vendor module:suppressions module:vendor* stack:nothing
 * environment: PHASELOCK_OPTIONS=suppressions=supp.txt
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(7) while allocations are locked
 * | {lines}
 * | phaselock: aborting (policy=abort)
 * run: sh -c 'gcc -shared -fPIC -fno-builtin {source}/tests/behaviour/parts/vendor.c
 *     -o libvendor.so && printf "{PATTERN}\nfunction:strdup" >supp.txt && exec {self} copy'
 * each: PATTERN module:libvendor.so stack:libvendor.so
 * environment: PHASELOCK_OPTIONS=suppressions=supp.txt:frames=1
 * exit: 0
 * stderr:
 * | phaselock: suppressed: 1 request by function:strdup (supp.txt:2)
 * | phaselock: suppressions: supp.txt:1: {PATTERN} matched nothing
 * run: sh -c 'gcc -shared -fPIC -fno-builtin {source}/tests/behaviour/parts/vendor.c
 *     -o libvendor.so && printf "# known\nfunction:main\nnonsense\nmodule:lib*\r\nstack:lib*"
 *     >supp.txt && exec {self} work'
 * environment: PHASELOCK_OPTIONS=suppressions=supp.txt:free=forbid:policy={policy}
 * each: policy abort deny allow
 * exit: 0
 * stderr:
 * | phaselock: suppressions supp.txt:3: want function:, module: or stack: and a pattern: "nonsense"
 * | phaselock: suppressed: 8 requests by module:lib* (supp.txt:4)
 * | phaselock: suppressions: supp.txt:2: function:main matched nothing
 * | phaselock: suppressions: supp.txt:5: stack:lib* matched nothing
 * run: sh -c 'gcc -shared -fPIC -fno-builtin {source}/tests/behaviour/parts/vendor.c
 *     -o libvendor.so && echo "{PATTERN}" >supp.txt && exec {self} callback'
 * each: PATTERN=WORD stack:vendor_call=allowed function:vendor_call=aborted
 *     module:libvendor.so=aborted
 * environment: PHASELOCK_OPTIONS=suppressions=supp.txt
 * exit: 0
 * stdout:
 * | {WORD}
 * stderr:
 * | {lines}
 * run: sh -c 'gcc -shared -fPIC -fno-builtin {source}/tests/behaviour/parts/vendor.c
 *     -o libvendor.so && printf "stack:libvendor.so\nstack:none" >supp.txt && exec {self} fork'
 * environment: PHASELOCK_OPTIONS=suppressions=supp.txt
 * exit: 0
 * stderr:
 * | phaselock: suppressed: 2 requests by stack:libvendor.so (supp.txt:1)
 * | phaselock: suppressed: 1 request by stack:libvendor.so (supp.txt:1)
 * | phaselock: suppressions: supp.txt:2: stack:none matched nothing
 * run: sh -c 'gcc -shared -fPIC -fno-builtin {source}/tests/behaviour/parts/vendor.c
 *     -o libvendor.so && echo "stack:*" >supp.txt && exec {self} seal'
 * environment: PHASELOCK_OPTIONS=suppressions=supp.txt:max_reports=0
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: {any} of sealed allocations
 * | {lines}
 * | phaselock: aborting (policy=abort)
 * run: sh -c 'gcc -shared -fPIC -fno-builtin {source}/tests/behaviour/parts/vendor.c
 *     -o libvendor.so && exec {self} copy'
 * environment: PHASELOCK_OPTIONS=suppressions=none.txt:policy=allow:max_reports=0
 * exit: 1
 * stderr:
 * | phaselock: suppressions none.txt: cannot be read: No such file or directory
 * | {any}phaselock_get_violations(NULL, 0) is 1, expected 0
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/wait.h>

static char *(*vendor_copy)(const char *word);
static void *(*vendor_work)(void);
static void (*vendor_call)(void (*function)(void));
static unsigned handled;

static void find_vendor(void)
{
	void *library = dlopen("./libvendor.so", RTLD_NOW);

	CHECK(library != NULL);
	*(void **)&vendor_copy = dlsym(library, "vendor_copy");
	*(void **)&vendor_work = dlsym(library, "vendor_work");
	*(void **)&vendor_call = dlsym(library, "vendor_call");
	CHECK(vendor_copy != NULL && vendor_work != NULL && vendor_call != NULL);
}

static enum phaselock_verdict count_call(const struct phaselock_violation *violation, void *unused)
{
	(void)violation;
	(void)unused;
	handled++;
	return PHASELOCK_ALLOW;
}

static void be_served_a_copy(void)
{
	char *copy = vendor_copy("a word");

	CHECK(copy != NULL && strcmp(copy, "a word") == 0);
	CHECK_EQUAL(phaselock_get_violations(NULL, 0), 0);
}

static void be_served_all(void)
{
	unsigned char *block = vendor_work();

	CHECK(block != NULL && is_filled(block, 0, 100));
	memset(block, 1, 1000);
	CHECK_EQUAL(phaselock_get_violations(NULL, 0), 0);
}

static void request(void)
{
	void *volatile block = malloc(100);

	CHECK(block != NULL);
}

/* In a child, because it may be aborted. */
static void tell_what_becomes_of_a_callback(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		vendor_call(request);
		_exit(0);
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) || status == 0);
	CHECK(write(STDOUT_FILENO, WIFSIGNALED(status) ? "aborted\n" : "allowed\n", 8) == 8);
}

static void fork_and_copy(void)
{
	int status;
	pid_t child;

	be_served_a_copy();
	child = fork();
	if (child == 0) {
		be_served_a_copy();
		exit(0);
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

int main(int argc, char **argv)
{
	const char *part = argc > 1 ? argv[1] : "";

	require_armed();
	find_vendor();
	if (strcmp(part, "work") == 0) {
		phaselock_set_handler(count_call, NULL);
		phaselock_forbid_begin();
		be_served_all();
		phaselock_forbid_end();
	}
	lock_allocations();
	if (strcmp(part, "copy") == 0)
		be_served_a_copy();
	else if (strcmp(part, "work") == 0)
		be_served_all();
	else if (strcmp(part, "callback") == 0)
		tell_what_becomes_of_a_callback();
	else if (strcmp(part, "fork") == 0)
		fork_and_copy();
	else
		phaselock_seal_allocations();
	unlock_allocations();
	CHECK_EQUAL(handled, 0);
	return 0;
}
