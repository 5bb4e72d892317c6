/* SPDX-License-Identifier: MIT */
/*
 * A list with the newest module first: the reports of a process name a few dozen at most. A text
 * that is made to name more loses the oldest.
 */
#define _GNU_SOURCE
#include "known.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MODULES_MAX 1000

struct known_id {
	struct known_id *next;
	char *path;
	char *hex;
	unsigned block;
};

void known_begin(struct known *known)
{
	known->block++;
}

static struct known_id *find(const struct known *known, const char *path)
{
	struct known_id *id = known->first;

	while (id != NULL && strcmp(id->path, path) != 0)
		id = id->next;
	return id;
}

static void forget(struct known_id *id)
{
	free(id->path);
	free(id->hex);
	free(id);
}

static void make_room(struct known *known)
{
	struct known_id **link = &known->first;

	for (size_t i = 1; i < MODULES_MAX && *link != NULL; i++)
		link = &(*link)->next;
	if (*link == NULL)
		return;
	forget(*link);
	*link = NULL;
}

/* Adds a module without a build-id. */
static struct known_id *add(struct known *known, const char *path)
{
	struct known_id *id = calloc(1, sizeof(*id));

	if (id == NULL)
		return NULL;
	id->path = strdup(path);
	if (id->path == NULL) {
		free(id);
		return NULL;
	}
	make_room(known);
	id->next = known->first;
	known->first = id;
	return id;
}

void known_note(struct known *known, const struct build_id *build_id)
{
	char *path = strndup(build_id->path.start, build_id->path.length);
	char *hex = strndup(build_id->hex.start, build_id->hex.length);
	struct known_id *id = NULL;

	if (path != NULL && hex != NULL)
		id = find(known, path);
	if (id == NULL && path != NULL && hex != NULL && build_id->path.length < PATH_MAX)
		id = add(known, path);
	free(path);
	if (id == NULL) {
		free(hex);
		return;
	}
	free(id->hex);
	id->hex = hex;
	id->block = known->block;
}

const char *known_find(const struct known *known, const char *path, bool in_block)
{
	const struct known_id *id = find(known, path);

	if (in_block && (id == NULL || id->block != known->block))
		return "";
	return id != NULL ? id->hex : NULL;
}

void known_forget(struct known *known)
{
	while (known->first != NULL) {
		struct known_id *id = known->first;

		known->first = id->next;
		forget(id);
	}
}
