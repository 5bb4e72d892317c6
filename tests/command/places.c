/* SPDX-License-Identifier: MIT */
/*
 * A program that prints a report of places of its own, in the raw form; with the word `table`, a
 * closing table of them. FUNCTIONS is a function of another file with further places.
 */
#define _GNU_SOURCE
#include "places.h"

#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

volatile int marked;

static INSIDE void trim_more(void)
{
	MARK();
}

static INSIDE void trim(void)
{
	trim_more();
	marked++;
}

static APART void parse_name(void)
{
	trim();
	MARK();
}

/* Its call is its last instruction: the return address is another function's. */
static APART _Noreturn void at_the_end(void (*jump)(void))
{
	marked++;
	jump();
	__builtin_unreachable();
}

/* Below are the functions that print. symbolize.test has the numbers of the lines above. */

static void *frames[16];
static unsigned frame_count;

APART void mark(void)
{
	frames[frame_count++] = __builtin_return_address(0);
}

static const char *path_of(const struct link_map *map)
{
	static char program[4096];

	if (*map->l_name != '\0')
		return map->l_name;
	program[readlink("/proc/self/exe", program, sizeof(program) - 1)] = '\0';
	return program;
}

/* Prints a place, and returns its module. */
static const struct link_map *print_place(void *frame)
{
	struct link_map *map;
	Dl_info info;

	if (dladdr1(frame, &info, (void **)&map, RTLD_DL_LINKMAP) == 0) {
		printf("%p", frame);
		return NULL;
	}
	if (info.dli_sname != NULL)
		printf("%s+0x%lx ", info.dli_sname,
		       (unsigned long)((char *)frame - (char *)info.dli_saddr));
	printf("(%s+0x%lx)", path_of(map), (unsigned long)frame - map->l_addr);
	return map;
}

static int print_id_of(struct dl_phdr_info *info, size_t size __attribute__((unused)),
		       void *argument)
{
	const struct link_map *map = argument;

	if (info->dlpi_addr != map->l_addr || strcmp(info->dlpi_name, map->l_name) != 0)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const char *at = (char *)info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
		const char *end = at + info->dlpi_phdr[i].p_memsz;

		while (info->dlpi_phdr[i].p_type == PT_NOTE && at < end) {
			const ElfW(Nhdr) *note = (const void *)at;
			const char *name = at + sizeof(*note);
			const unsigned char *bytes =
				(const void *)(name + ((note->n_namesz + 3) & ~3u));

			at = (const char *)bytes + ((note->n_descsz + 3) & ~3u);
			if (note->n_type != 3 || strcmp(name, "GNU") != 0)
				continue;
			printf("  build-id ");
			for (unsigned k = 0; k < note->n_descsz; k++)
				printf("%02x", bytes[k]);
			printf(" %s\n", path_of(map));
			return 1;
		}
	}
	return 0;
}

static void print_report(void)
{
	const struct link_map *modules[16] = {0};
	unsigned count = 0;

	puts("phaselock: violation: malloc(64) while allocations are locked");
	puts("  thread 4242 \"worker\", 1st time at this site");
	for (unsigned i = 0; i < frame_count; i++) {
		const struct link_map *module;
		bool known = false;

		printf("    #%u ", i);
		module = print_place(frames[i]);
		putchar('\n');
		for (unsigned k = 0; k < count; k++)
			known |= modules[k] == module;
		if (!known)
			modules[count++] = module;
	}
	for (unsigned k = 0; k < count; k++)
		if (modules[k] != NULL)
			dl_iterate_phdr(print_id_of, (void *)modules[k]);
	puts("phaselock: aborting (policy=abort)");
}

static void print_table(void)
{
	puts("phaselock: 7 violations at 1 site, by count:");
	printf("phaselock:   7 x operator new  ");
	for (unsigned i = 0; i < frame_count; i++) {
		printf("%s", i > 0 ? " < " : "");
		print_place(frames[i]);
	}
	putchar('\n');
}

/* What at_the_end() calls; it does not come back. */
static void (*print)(void) = print_report;

static void print_and_end(void)
{
	frames[frame_count++] = __builtin_return_address(0);
	print();
	exit(0);
}

#ifdef FUNCTIONS
void FUNCTIONS(void);
#else
#define FUNCTIONS() ((void)0)
#endif

int main(int count, char **words)
{
	if (count > 1 && strcmp(words[1], "table") == 0)
		print = print_table;
	parse_name();
	FUNCTIONS();
	at_the_end(print_and_end);
}
