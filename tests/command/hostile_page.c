/* SPDX-License-Identifier: MIT */
/*
 * Does to what `phaselock run` shares with it what no program should: hostile_page WHAT [NUMBER],
 * or redirect PATH PROGRAM...
 */
#define _GNU_SOURCE
#include "common/channel.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Finds what is shared among the mappings of this process: the page, which begins with its head, or
 * the record, which does not and is as large.
 */
static void *find_shared(bool is_page, size_t size)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long start, end;
	char line[512];

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL)
		if (strstr(line, "memfd:phaselock run") != NULL &&
		    sscanf(line, "%lx-%lx", &start, &end) == 2 && end - start >= size &&
		    (*(const uint64_t *)start == PL_CHANNEL_MAGIC) == is_page) /* NOLINT */
			return (void *)start; /* NOLINT: an address in words */
	puts("no page");
	exit(3);
}

/* Tries to change the size and the seals of each such file that this process or its parent has. */
static void cut(const char *folder)
{
	static const int seals[] = {F_SEAL_WRITE, F_SEAL_FUTURE_WRITE, F_SEAL_SEAL};
	char path[80], target[256];

	for (int number = 3; number < 1100; number++) {
		ssize_t length;
		int fd;

		snprintf(path, sizeof(path), "%s/%d", folder, number);
		length = readlink(path, target, sizeof(target) - 1);
		if (length <= 0)
			continue;
		target[length] = '\0';
		fd = strstr(target, "memfd:phaselock run") != NULL ? open(path, O_RDWR) : -1;
		if (fd < 0)
			continue;
		if (ftruncate(fd, 0) == 0 || ftruncate(fd, 1 << 20) == 0)
			puts("cut");
		for (size_t i = 0; i < sizeof(seals) / sizeof(seals[0]); i++)
			fcntl(fd, F_ADD_SEALS, seals[i]);
		close(fd);
	}
}

static void send(int pipe, struct pl_channel_piece piece, const char *text)
{
	char whole[PL_CHANNEL_PIECE_SIZE];

	memcpy(whole, &piece, sizeof(piece));
	memcpy(whole + sizeof(piece), text, piece.length);
	if (write(pipe, whole, sizeof(piece) + piece.length) < 0)
		exit(4);
}

/* Texts of many processes, and calls for reports that are not there. */
static void send_pieces(int pipe, uint32_t count, uint32_t length)
{
	char text[PL_CHANNEL_TEXT_MAX];

	memset(text, 'x', sizeof(text));
	for (uint32_t i = 0; i < count; i++)
		send(pipe, (struct pl_channel_piece){i, length, 0}, text);
	for (uint32_t i = 0; i < count; i++)
		send(pipe, (struct pl_channel_piece){i, 0, 1 + i % PL_LAYOUT_REPORTS}, text);
}

/* Reports that name ever new modules. */
static void send_modules(int pipe, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		char text[PL_CHANNEL_TEXT_MAX];
		int length =
			snprintf(text, sizeof(text),
				 "phaselock: violation: malloc(1) while allocations are locked\n"
				 "    #0 f+0x1 (/%u/%01000u/m.so+0x1117)\n"
				 "  build-id 00 /%u/%01000u/m.so\n"
				 "phaselock: allowed (policy=allow)\n",
				 i, 0u, i, 0u);

		send(pipe, (struct pl_channel_piece){1, (uint32_t)length, 0}, text);
	}
}

/* Reports that say anything, of which the command is told. */
static void forge_reports(struct pl_layout *record, int pipe)
{
	for (size_t i = 0; i < PL_LAYOUT_MODULES; i++) {
		struct pl_layout_module *module = &record->modules[i];

		for (size_t k = 0; k < sizeof(*module); k++)
			((unsigned char *)module)[k] = (unsigned char)rand();
		module->path[0] = i % 2 == 0 ? '/' : module->path[0];
		module->is_there = 1;
	}
	for (uint32_t i = 0; i < PL_LAYOUT_REPORTS; i++) {
		struct pl_layout_report *report = &record->reports[i];

		for (size_t k = 0; k < sizeof(*report); k++)
			((unsigned char *)report)[k] = (unsigned char)rand();
		report->flags &= (uint8_t)~PL_LAYOUT_MISUSE;
		report->state = PL_LAYOUT_READY;
		if (i % 2 == 0) /* the others are found at the end */
			send(pipe, (struct pl_channel_piece){1, 0, 1 + i}, "");
	}
}

static void send_for_ever(int pipe)
{
	char junk[PL_CHANNEL_PIECE_SIZE];

	memset(junk, 'j', sizeof(junk));
	if (fork() != 0)
		return;
	signal(SIGPIPE, SIG_DFL);
	while (write(pipe, junk, sizeof(junk)) > 0)
		;
	_exit(0);
}

static void say_memory_of_the_command(void)
{
	char path[64], line[256];
	unsigned long kib = 0;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)getppid());
	status = fopen(path, "r");
	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		sscanf(line, "VmHWM: %lu", &kib);
	puts(kib > 0 && kib < 48 * 1024 ? "bounded" : "not bounded");
}

int main(int argc, char **argv)
{
	struct pl_channel *page = find_shared(true, sizeof(struct pl_channel));
	unsigned char *record;
	const char *what = argc > 1 ? argv[1] : "";
	uint32_t number = argc > 2 ? (uint32_t)atoi(argv[2]) : 0;
	int pipe = open(page->report, O_WRONLY);
	char folder[64];

	if (strcmp(what, "cut") == 0) {
		snprintf(folder, sizeof(folder), "/proc/%d/fd", (int)getppid());
		cut(folder);
		cut("/proc/self/fd");
	} else if (strcmp(what, "pieces") == 0) {
		send_pieces(pipe, number, 1);
		send_pieces(pipe, number / 4, PL_CHANNEL_TEXT_MAX);
	} else if (strcmp(what, "modules") == 0) {
		send_modules(pipe, number);
	} else if (strcmp(what, "stream") == 0) {
		send_for_ever(pipe);
		return 0;
	} else if (strcmp(what, "redirect") == 0) {
		snprintf(page->report, sizeof(page->report), "%s", argv[2]);
		return execv(argv[3], argv + 3);
	} else if (strcmp(what, "reports") == 0) {
		srand(number);
		forge_reports(find_shared(false, sizeof(struct pl_layout)), pipe);
		return 0;
	} else if (strcmp(what, "scribble") == 0) {
		srand(number);
		for (size_t i = sizeof(page->head); i < sizeof(*page); i++)
			((unsigned char *)page)[i] = (unsigned char)rand();
		record = find_shared(false, sizeof(struct pl_layout));
		for (size_t i = 0; i < sizeof(struct pl_layout); i++)
			record[i] = (unsigned char)rand();
		return 0;
	}
	say_memory_of_the_command();
	return 0;
}
