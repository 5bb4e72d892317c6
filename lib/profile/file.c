/* SPDX-License-Identifier: MIT */
/*
 * Its layout is that of the memory that the command shares with its processes: page, record,
 * profile. Memory is filled before it is used: on a full disk that fails, where a write would end
 * the process by SIGBUS. It must not know what is recorded.
 */
#include "profile/file.h"

#include "common/channel.h"
#include "common/format.h"
#include "common/os.h"

#include <string.h>

#define NAME_SIZE 1024
#define PART ".part"

/* Written by the constructor. */
static char name[NAME_SIZE], part[NAME_SIZE + sizeof(PART)];
static char *memory; /* NULL: there is no file */
static uint64_t maker;

/* %p is the process, %e the name of the program, in which no slash can be. */
static bool write_name(const char *pattern, size_t length)
{
	struct pl_text text = pl_text_in(name, sizeof(name));
	char program[16];

	pl_os_thread_name(program);
	for (size_t i = 0; i < length; i++) {
		const char one[] = {pattern[i], '\0'};

		if (pattern[i] != '%' || i + 1 == length) {
			pl_text_append(&text, "%s", one);
			continue;
		}
		i++;
		if (pattern[i] == 'p')
			pl_text_append(&text, "%lu", (unsigned long)pl_os_process_id());
		for (const char *c = program; pattern[i] == 'e' && *c != '\0'; c++) {
			const char letter[] = {(char)(*c == '/' ? '_' : *c), '\0'};

			pl_text_append(&text, "%s", letter);
		}
	}
	memcpy(part, name, text.length);
	memcpy(part + text.length, PART, sizeof(PART));
	return text.length < sizeof(name) - 1;
}

static bool open_up(size_t at, size_t size)
{
	return pl_os_protect(memory + at, size, true) && pl_os_fill(memory + at, size);
}

/* What is written but for the chunks. Sites are not: they are in the reports of such a program. */
static bool fill(void)
{
	const size_t record = PL_CHANNEL_RECORD_AT;
	const size_t images = offsetof(struct pl_layout, images);

	return open_up(0, sizeof(struct pl_reach_head)) &&
	       open_up(record + offsetof(struct pl_layout, images_taken), PL_PAGE_SIZE) &&
	       open_up(record + images, offsetof(struct pl_layout, sites) - images) &&
	       open_up(PL_CHANNEL_PROFILE_AT, PL_PROFILE_CHUNKS_AT);
}

const char *pl_profile_file_make(const char *pattern, size_t length)
{
	struct pl_reach_head head = {.magic = PL_CHANNEL_MAGIC};

	if (pl_os_space_is_limited())
		return "there is a limit of the address space (ulimit -v)";
	if (!write_name(pattern, length))
		return "its name is too long";
	if (pl_os_file_is_there(name))
		return "the file is there already";
	if (pl_os_file_is_there(part))
		return "its .part is there already, of a process that runs or did not come to its "
		       "end";
	memory = pl_os_make_file(part, PL_CHANNEL_PROFILE_END);
	if (memory == NULL)
		return "the file cannot be made (is there a limit, as of ulimit -f?)";
	if (!fill()) {
		pl_os_unmap(memory, PL_CHANNEL_PROFILE_END);
		pl_os_remove(part);
		memory = NULL;
		return "there is no room for it, or Linux is older than 5.14";
	}
	memcpy(memory, &head, sizeof(head));
	maker = pl_os_process_id();
	return NULL;
}

struct pl_layout *pl_profile_file_record(void)
{
	return memory != NULL ? (void *)(memory + PL_CHANNEL_RECORD_AT) : NULL;
}

struct pl_profile *pl_profile_file_profile(void)
{
	return memory != NULL ? (void *)(memory + PL_CHANNEL_PROFILE_AT) : NULL;
}

void pl_profile_file_end(void)
{
	if (memory != NULL && maker == pl_os_process_id())
		pl_os_rename_new(part, name);
}
