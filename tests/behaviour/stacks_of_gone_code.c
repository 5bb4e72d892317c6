/* SPDX-License-Identifier: MIT */
/*
 * Code may go in ways that no function in the place of dlclose() would see: libc unloads the
 * modules of iconv() and nss by a function of its own. So none is, and dlclose() is such a way
 * itself; a module of another namespace (dlmopen()) is not even where ours is. Whatever lies at the
 * same address then is walked by its own tables, or, if it has none, ends the stack: another
 * plug-in with a frame of another size, code that a program made there, and the plug-in again.
 *
 * shows: PL-191
 * needs: gcc
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=32
 * run: sh -c 'for room in 48 96; do
 *     gcc -O2 -shared -fPIC -fcf-protection=none -DROOM=$room {build_id}
 *     {source}/tests/behaviour/parts/passing_plugin.c -o $room.so || exit; done &&
 *     exec {self} {way} ./48.so ./96.so ./48.so ./96.so'
 * each: build_id -Wl,--build-id -Wl,--build-id=none
 * each: way closed namespace made
 * exit: 0
 * stderr:
 * | {lines}
 */
#define _GNU_SOURCE
#include "stack.h"

#include <sys/mman.h>

#define PAGE 4096

typedef void pass_function(void (*)(void));

static bool by_namespace, is_code_made;

static void *load(const char *path)
{
	void *plugin = by_namespace ? dlmopen(LM_ID_NEWLM, path, RTLD_NOW) : dlopen(path, RTLD_NOW);

	CHECK(plugin != NULL);
	return plugin;
}

/* The newest site; each call stack here is another one, or is met again. */
static struct phaselock_violation violate_by(pass_function *pass)
{
	static struct phaselock_violation sites[16];
	struct phaselock_violation found = {.sequence = 0};

	pass(violate);
	found = *phaselock_last_violation;
	CHECK(phaselock_get_violations(sites, 16) > 0);
	return found;
}

static void check_whole(const struct phaselock_violation *site, const void *address)
{
	CHECK(site->frame_count > 4);
	CHECK((const char *)site->frames[1] > (const char *)address);
	CHECK((const char *)site->frames[1] < (const char *)address + PAGE);
	CHECK(strcmp(stack_name(site->frames[site->frame_count - 1]).function, "_start") == 0);
}

/* Code without tables, in the place of a plug-in's. */
static void make_code(char *address, const char *code, size_t size)
{
	char *page = (char *)((uintptr_t)address & ~(uintptr_t)(PAGE - 1));
	struct phaselock_violation site;
	pass_function *pass;

	CHECK(mmap(page, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == page);
	memcpy(address, code, size);
	*(void **)&pass = address;
	site = violate_by(pass);
	CHECK_EQUAL(site.frame_count, 1);
	CHECK_EQUAL(munmap(page, 2 * PAGE), 0);
}

static char *pass_through(const char *path)
{
	void *plugin = load(path);
	char *address = dlsym(plugin, "plugin_pass"), code[128];
	struct phaselock_violation site;
	pass_function *pass;

	CHECK(address != NULL);
	*(void **)&pass = address;
	memcpy(code, address, sizeof(code));
	for (int i = 0; i < 3; i++) {
		site = violate_by(pass);
		check_whole(&site, address);
	}
	CHECK_EQUAL(dlclose(plugin), 0);
	if (is_code_made)
		make_code(address, code, sizeof(code));
	return address;
}

int main(int argc, char **argv)
{
	char *before = NULL;

	require_armed();
	CHECK(argc > 3);
	by_namespace = strcmp(argv[1], "namespace") == 0;
	is_code_made = strcmp(argv[1], "made") == 0;
	for (volatile int i = 2; i < argc; i++) {
		char *address = pass_through(argv[i]);

		CHECK(before == NULL || address == before);
		before = address;
	}
	return 0;
}
