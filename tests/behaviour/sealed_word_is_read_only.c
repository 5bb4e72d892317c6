/* SPDX-License-Identifier: MIT */
/*
 * A sealed heap is sealed in hardware: the word that says so is alone on a page of the library,
 * which is read-only from then on. A stray write to it ends the process and unlocks nothing, in a
 * child of fork() too. The program finds the page as an attacker would, among the process's
 * mappings: it is the one that the seal made read-only.
 *
 * shows: PL-013 PL-149
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * run: {self} die
 * exit: SIGSEGV
 * stdout:
 * | writing
 * run: {self} catch
 * exit: 0
 * stdout:
 * | writing
 * | caught
 * stderr:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: {self} fork
 * exit: 0
 * stdout:
 * | writing
 * | writing
 * | caught
 * stderr:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#define MAPPINGS_MAX 1024

/* The read-only mappings; filled without the heap. */
struct mappings {
	size_t count;
	struct {
		uintptr_t start, end;
	} list[MAPPINGS_MAX];
};

static struct mappings before, after;
static sigjmp_buf back;
static void *volatile fault;

static void read_mappings(struct mappings *mappings)
{
	static char text[1 << 18];
	size_t length = 0;
	ssize_t got;
	int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);

	CHECK(file >= 0);
	while ((got = read(file, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)got;
	close(file);
	text[length] = '\0';
	for (char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
		unsigned long start, end;
		char rights[5];

		CHECK(sscanf(line, "%lx-%lx %4s", &start, &end, rights) == 3);
		if (strcmp(rights, "r--p") != 0)
			continue;
		CHECK(mappings->count < MAPPINGS_MAX);
		mappings->list[mappings->count].start = start;
		mappings->list[mappings->count++].end = end;
	}
}

static bool has(const struct mappings *mappings, uintptr_t page)
{
	for (size_t i = 0; i < mappings->count; i++)
		if (page >= mappings->list[i].start && page < mappings->list[i].end)
			return true;
	return false;
}

/* Returns the one page that has become read-only. */
static void *find_page(void)
{
	uintptr_t found = 0;

	for (size_t i = 0; i < after.count; i++) {
		for (uintptr_t page = after.list[i].start; page < after.list[i].end; page += 4096) {
			if (has(&before, page))
				continue;
			CHECK(found == 0);
			found = page;
		}
	}
	CHECK(found != 0);
	return (void *)found;
}

static void stray_write(void *page)
{
	CHECK_EQUAL(write(STDOUT_FILENO, "writing\n", 8), 8);
	*(volatile uintptr_t *)page = 0;
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
	(void)context;
	fault = info->si_addr;
	siglongjmp(back, signal);
}

static void catch (void *page)
{
	struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
	int signal = sigsetjmp(back, 1);

	if (signal == 0) {
		CHECK_EQUAL(sigaction(SIGSEGV, &action, NULL), 0);
		stray_write(page);
		CHECK(!"the write was done");
	}
	CHECK_EQUAL(signal, SIGSEGV);
	CHECK(fault == page);
	CHECK_EQUAL(write(STDOUT_FILENO, "caught\n", 7), 7);
}

static void in_child(void *page)
{
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	if (child == 0) {
		stray_write(page);
		_exit(1);
	}
	CHECK_EQUAL(waitpid(child, &status, 0), child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		catch (page);
		_exit(0);
	}
	CHECK_EQUAL(waitpid(child, &status, 0), child);
}

int main(int argc, char **argv)
{
	void *page;

	require_armed();
	CHECK(argc == 2);
	/* Once in advance, so that no first use changes a mapping later. */
	read_mappings(&before);
	before.count = 0;
	read_mappings(&before);
	phaselock_seal_allocations();
	read_mappings(&after);
	page = find_page();
	CHECK(*(volatile uintptr_t *)page != 0);
	if (strcmp(argv[1], "catch") == 0)
		catch (page);
	else if (strcmp(argv[1], "fork") == 0)
		in_child(page);
	else
		stray_write(page);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
	CHECK(opaque(malloc(48)) == NULL);
	return 0;
}
