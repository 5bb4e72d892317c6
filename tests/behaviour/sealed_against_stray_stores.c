/* SPDX-License-Identifier: MIT */
/*
 * No stray store to the library's memory makes it serve a request of a sealed heap. The test writes
 * an int to each writable word of the library's data, as policy, handler, patterns and options
 * would be if they were not frozen, requests memory, and restores the word. Frozen data cannot be
 * written at all. This holds with and without a file of suppressions, and with and without a
 * handler. A store may end the process by a signal; then another child does the rest.
 *
 * shows: PL-672 PL-013
 * run: sh -c 'echo "function:no_such_function" >none; exec {self} {value} {handler}'
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0{file}
 * each: value 1 0 0xffffffff
 * each: handler "" handler
 * each: file "" :suppressions=none
 * timeout: 60
 * exit: 0
 * stdout:
 * | no store had a request served
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define MAPPINGS_MAX 64

/* The library's memory from its first mapping to its last, and its writable parts. */
static struct {
	uintptr_t start, end;
} writable[MAPPINGS_MAX];
static size_t count;

/* The next word; shared with the children. */
static struct progress {
	size_t mapping;
	uintptr_t word;
	uint64_t stores;
} * progress;

static size_t read_text(char *text, size_t size)
{
	int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got;

	CHECK(file >= 0);
	while ((got = read(file, text + length, size - length)) > 0)
		length += (size_t)got;
	close(file);
	return length;
}

/* Where the library's zeroed memory ends. */
static uintptr_t end_of_memory;

static int find_end(struct dl_phdr_info *module, size_t size, void *library)
{
	(void)size;
	if (strstr(module->dlpi_name, library) == NULL)
		return 0;
	for (int i = 0; i < module->dlpi_phnum; i++) {
		uintptr_t end = module->dlpi_addr + module->dlpi_phdr[i].p_vaddr +
				module->dlpi_phdr[i].p_memsz;

		if (module->dlpi_phdr[i].p_type == PT_LOAD && end > end_of_memory)
			end_of_memory = end;
	}
	return 1;
}

/*
 * What has no file and lies right behind the library is its zeroed memory, and behind that, in the
 * same mapping, may be the first thread's own words.
 */
static void find_writable(const char *library)
{
	static char text[1 << 18];
	uintptr_t end_of_library = 0;

	CHECK(dl_iterate_phdr(find_end, (void *)(uintptr_t)library) == 1);
	text[read_text(text, sizeof(text) - 1)] = '\0';
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		char path[512] = "", rights[5];
		unsigned long start, end;

		CHECK(sscanf(line, "%lx-%lx %4s %*s %*s %*s %511s", &start, &end, rights, path) >=
		      3);
		if (strstr(path, library) == NULL && (path[0] != '\0' || start != end_of_library))
			continue;
		end_of_library = end;
		if (rights[1] != 'w' || start >= end_of_memory)
			continue;
		CHECK(count < MAPPINGS_MAX);
		writable[count].start = start;
		writable[count++].end = end < end_of_memory ? end : end_of_memory & ~(uintptr_t)3;
	}
	CHECK(count > 1); /* the read-only page lies in between */
}

static void next_word(void)
{
	progress->word += sizeof(uint32_t);
	while (progress->mapping < count && progress->word >= writable[progress->mapping].end)
		progress->word = writable[++progress->mapping].start;
}

static void store_and_ask(uint32_t value)
{
	volatile uint32_t *word = (volatile uint32_t *)progress->word;
	const uint32_t before = *word;
	void *block;

	if (before == value)
		return;
	if (progress->stores++ % 4096 == 0)
		alarm(5);
	*word = value;
	block = opaque(malloc(10));
	*word = before;
	if (block == NULL)
		return;
	printf("a request was served after a store at %p\n", (void *)(uintptr_t)word);
	fflush(stdout);
	_exit(1);
}

static void go_through(uint32_t value)
{
	while (progress->mapping < count) {
		pid_t child = fork();
		int status;

		CHECK(child >= 0);
		if (child == 0) {
			for (; progress->mapping < count; next_word())
				store_and_ask(value);
			_exit(0);
		}
		CHECK_EQUAL(waitpid(child, &status, 0), child);
		CHECK(status == 0 || WIFSIGNALED(status));
		if (status != 0)
			next_word();
	}
}

static enum phaselock_verdict deny(const struct phaselock_violation *violation, void *context)
{
	(void)violation;
	(void)context;
	return PHASELOCK_DENY;
}

int main(int argc, char **argv)
{
	static char buffer[BUFSIZ];
	Dl_info library;

	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	require_armed();
	CHECK(argc > 1);
	CHECK(dladdr((void *)(uintptr_t)phaselock_seal_allocations, &library) != 0);
	progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	CHECK(progress != MAP_FAILED);
	if (argc > 2 && strcmp(argv[2], "handler") == 0)
		phaselock_set_handler(deny, NULL);
	phaselock_seal_allocations();
	find_writable("/libphaselock");
	progress->word = writable[0].start;
	go_through((uint32_t)strtoul(argv[1], NULL, 0));
	CHECK(progress->stores > 1000);
	printf("no store had a request served\n");
	fflush(stdout);
	_exit(0);
}
