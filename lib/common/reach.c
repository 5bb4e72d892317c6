/* SPDX-License-Identifier: MIT */
/*
 * The way to what the command shares. It must not know what lies there.
 *
 * An inherited descriptor needs no right and no common namespace. A program that closes what it
 * does not know, as daemons do, is handed them again through a socket, which a process in a network
 * namespace of its own does not see. Only one that does both is out of reach: the command finds
 * that it does not hear of it.
 */
#include "common/reach.h"

#include "common/os.h"

#include <string.h>

#define FILES 2

struct where {
	int files[FILES]; /* page, alive */
	uint64_t cookie;
	const char *name;
};

/* Reads a number, and the colon behind it. Returns false if it is none, or too large. */
static bool read_number(const char **text, unsigned base, uint64_t most, uint64_t *number)
{
	const char *next = *text;

	for (*number = 0; *next != ':'; next++) {
		unsigned digit = (unsigned)(*next - '0');

		if (*next >= 'a' && *next <= 'f')
			digit = (unsigned)(*next - 'a') + 10;
		if (digit >= base || *number > (most - digit) / base)
			return false;
		*number = *number * base + digit;
	}
	if (next == *text)
		return false;
	*text = next + 1;
	return true;
}

static bool read_where(const char *text, struct where *where)
{
	for (int i = 0; i < FILES; i++) {
		uint64_t number;

		if (!read_number(&text, 10, INT32_MAX, &number))
			return false;
		where->files[i] = (int)number;
	}
	where->name = text;
	return read_number(&where->name, 16, UINT64_MAX, &where->cookie);
}

/* Maps one file if it is the command's. */
static void *map(int fd, uint64_t magic, uint64_t cookie, size_t size)
{
	struct pl_reach_head *head = pl_os_map_shared(fd, 0, size);

	if (head == NULL || (head->magic == magic && head->cookie == cookie))
		return head;
	pl_os_unmap(head, size);
	return NULL;
}

static void *map_more(int fd, const struct pl_reach_parts *parts)
{
	void *more = pl_os_reserve_shared(fd, parts->more_at, parts->more_size);

	if (more == NULL || pl_os_protect(more, parts->more_begin, true))
		return more;
	pl_os_unmap(more, parts->more_size);
	return NULL;
}

static bool map_all(const int files[FILES], uint64_t magic, uint64_t cookie,
		    const struct pl_reach_parts *parts, struct pl_reach *found)
{
	*found = (struct pl_reach){
		.page = map(files[0], magic, cookie, parts->size),
		.alive = map(files[1], magic, cookie, sizeof(struct pl_reach_head)),
	};
	if (found->page == NULL || found->alive == NULL) {
		pl_reach_leave(found, parts);
		return false;
	}
	/* Who counts each byte of it needs it for something else. */
	if (!pl_os_space_is_limited()) {
		found->rest = pl_os_map_shared(files[0], parts->rest_at, parts->rest_size);
		found->more = map_more(files[0], parts);
	}
	return true;
}

bool pl_reach(const char *text, uint64_t magic, const struct pl_reach_parts *parts,
	      struct pl_reach *found)
{
	int received[FILES];
	struct where where;
	bool is_mapped;

	if (!read_where(text, &where))
		return false;
	if (map_all(where.files, magic, where.cookie, parts, found))
		return true;
	if (!pl_os_receive_files(where.name, received, FILES, PL_REACH_WAIT_MS))
		return false;
	is_mapped = map_all(received, magic, where.cookie, parts, found);
	for (int i = 0; i < FILES; i++)
		pl_os_close(received[i]);
	return is_mapped;
}

/* Goes on behind the word. Returns false if it is not there. */
static bool skip(const char **text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*text, word, length) != 0)
		return false;
	*text += length;
	return true;
}

static size_t digits(const char *text)
{
	return strspn(text, "0123456789");
}

bool pl_reach_is_own(const char *text, const char path[PL_REACH_PATH_SIZE])
{
	const char *name, *rest = path;
	struct where where;

	if (memchr(path, '\0', PL_REACH_PATH_SIZE) == NULL || !read_where(text, &where))
		return false;
	name = where.name;
	if (!skip(&name, PL_REACH_NAME) || digits(name) == 0 || !skip(&rest, "/proc/") ||
	    digits(rest) != digits(name) || memcmp(rest, name, digits(name)) != 0)
		return false;
	rest += digits(rest);
	return skip(&rest, "/fd/") && digits(rest) > 0 && rest[digits(rest)] == '\0';
}

void pl_reach_leave(const struct pl_reach *found, const struct pl_reach_parts *parts)
{
	if (found->page != NULL)
		pl_os_unmap(found->page, parts->size);
	if (found->rest != NULL)
		pl_os_unmap(found->rest, parts->rest_size);
	if (found->more != NULL)
		pl_os_unmap(found->more, parts->more_size);
	if (found->alive != NULL)
		pl_os_unmap(found->alive, sizeof(struct pl_reach_head));
}

void pl_reach_close_inherited(const char *text, uint64_t magic)
{
	struct where where;

	if (!read_where(text, &where))
		return;
	for (int i = 0; i < FILES; i++) {
		void *head = map(where.files[i], magic, where.cookie, sizeof(struct pl_reach_head));

		if (head == NULL)
			continue;
		pl_os_unmap(head, sizeof(struct pl_reach_head));
		pl_os_close(where.files[i]);
	}
}
