/* SPDX-License-Identifier: MIT */
/*
 * Damaged unwind tables, each byte of them in many ways, lead no violation outside of mapped
 * memory. Its call stack begins at the caller, and ends early at worst. With intact tables it is
 * complete, also if the linker could make no index of them.
 *
 * shows: PL-521 PL-522
 * needs: gcc
 * timeout: 60
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=32
 * run: sh -c 'gcc -O2 -shared -fPIC -DROOM=64 {flags}
 *     {source}/tests/behaviour/parts/passing_plugin.c
 *     -o plugin.so 2> link.log; exec timeout -s KILL 50 {self} {index}'
 * each: flags=index "-DPLAIN_TABLES"=index "-DODD_TABLES"=none
 * exit: 0
 * stderr:
 * | phaselock: {number} violations at {number} sites{any}, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 */
#define _GNU_SOURCE
#include "stack.h"

#include <link.h>
#include <stdlib.h>
#include <sys/mman.h>

static void (*pass)(void (*)(void));
static unsigned char *tables, *tables_end;

static int find_tables(struct dl_phdr_info *info, size_t size, void *unused)
{
	const ElfW(Phdr) *index = NULL;

	(void)size;
	(void)unused;
	if (strstr(info->dlpi_name, "plugin.so") == NULL)
		return 0;
	for (size_t i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_GNU_EH_FRAME)
			index = &info->dlpi_phdr[i];
	CHECK(index != NULL);
	tables = (unsigned char *)(info->dlpi_addr + index->p_vaddr);
	/* The entries lie behind it, to the end of the part that both are in. */
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type == PT_LOAD && index->p_vaddr - part->p_vaddr < part->p_memsz)
			tables_end =
				(unsigned char *)(info->dlpi_addr + part->p_vaddr + part->p_memsz);
	}
	return 1;
}

static const struct phaselock_violation *newest(void)
{
	static struct phaselock_violation sites[PHASELOCK_SITES_MAX];
	size_t count = phaselock_get_violations(sites, PHASELOCK_SITES_MAX);

	CHECK(count > 0);
	count = count < PHASELOCK_SITES_MAX ? count : PHASELOCK_SITES_MAX;
	return &sites[count - 1];
}

/* Compares with libgcc only while the tables are intact. */
void request(void);
FRAME void request(void)
{
	phaselock_forbid_begin();
	CHECK(opaque(malloc(2)) == NULL);
	phaselock_forbid_end();
}

static void damage(unsigned char *at, unsigned char value)
{
	unsigned char whole = *at;

	if (value == whole)
		return;
	*at = value;
	pass(request);
	*at = whole;
}

static void check_newest(const char *last)
{
	const struct phaselock_violation *violation = newest();

	CHECK(violation->frame_count > 0);
	CHECK(strcmp(stack_name(violation->frames[0]).function, "request") == 0);
	if (last != NULL)
		CHECK(strcmp(stack_name(violation->frames[violation->frame_count - 1]).function,
			     last) == 0);
}

int main(int argc, char **argv)
{
	static const unsigned char values[] = {0, 1, 3, 0x7f, 0x80, 0x8f, 0xf0, 0xff};
	uintptr_t first;
	void *plugin = dlopen("./plugin.so", RTLD_NOW);

	require_armed();
	CHECK(argc > 1 && plugin != NULL);
	*(void **)&pass = dlsym(plugin, "plugin_pass");
	CHECK(pass != NULL && dl_iterate_phdr(find_tables, NULL) == 1);
	CHECK((tables[3] == 0x3b) == (strcmp(argv[1], "index") == 0)); /* as the linker does */
	pass(request);
	check_newest("_start");
	first = (uintptr_t)tables & ~(uintptr_t)4095;
	CHECK_EQUAL(mprotect((void *)first, (uintptr_t)tables_end - first, PROT_READ | PROT_WRITE),
		    0);
	for (unsigned char *at = tables; at < tables_end; at++) {
		for (size_t i = 0; i < sizeof(values); i++)
			damage(at, values[i]);
		damage(at, (unsigned char)(*at + 1));
		damage(at, *at ^ 0x40);
	}
	check_newest(NULL);
	pass(violate); /* which compares with libgcc */
	pass(request);
	return 0;
}
