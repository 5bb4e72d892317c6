/* SPDX-License-Identifier: MIT */
/*
 * Names of source files. It must not know of reports.
 */
#define _GNU_SOURCE
#include "source.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the last part of what is clean so far begins. */
static size_t last_part(const char *clean, size_t length)
{
	while (length > 0 && clean[length - 1] != '/')
		length--;
	return length;
}

/* Whether ".." takes the last part off: there is one, and it is no ".." itself. */
static bool can_go_up(const char *clean, size_t length)
{
	return length > last_part(clean, length) &&
	       strcmp(clean + last_part(clean, length), "..") != 0;
}

char *source_clean(const char *path)
{
	char *clean = malloc(strlen(path) + 2);
	size_t start = *path == '/', length = start;

	if (clean == NULL)
		return NULL;
	memcpy(clean, "/", start);
	clean[length] = '\0';
	while (*path != '\0') {
		size_t size = strcspn(path, "/");

		if (size == 2 && memcmp(path, "..", 2) == 0 &&
		    (can_go_up(clean, length) || start > 0)) {
			length = last_part(clean, length);
			length -= length > start; /* with its slash */
		} else if (size > 0 && !(size == 1 && *path == '.')) {
			if (length > start)
				clean[length++] = '/';
			memcpy(clean + length, path, size);
			length += size;
		}
		clean[length] = '\0';
		path += size + (path[size] == '/');
	}
	return clean;
}

char *source_below(const char *path, const char *root)
{
	char *clean = source_clean(path), *folder = root != NULL ? source_clean(root) : NULL;
	size_t length = folder != NULL ? strlen(folder) : 0;

	if (clean != NULL && length > 0 && strncmp(clean, folder, length) == 0) {
		size_t slash = folder[length - 1] != '/';

		if ((slash == 0 || clean[length] == '/') && clean[length + slash] != '\0')
			memmove(clean, clean + length + slash, strlen(clean + length + slash) + 1);
	}
	free(folder);
	return clean;
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~/+", c) != NULL);
}

char *source_uri(const char *path)
{
	static const char digits[] = "0123456789ABCDEF";
	static const char scheme[] = "file://";
	char *uri = malloc(sizeof(scheme) + 3 * strlen(path)), *end = uri;

	if (uri == NULL)
		return NULL;
	if (*path == '/')
		end = stpcpy(end, scheme);
	for (; *path != '\0'; path++) {
		if (is_plain(*path)) {
			*end++ = *path;
			continue;
		}
		*end++ = '%';
		*end++ = digits[(unsigned char)*path >> 4];
		*end++ = digits[(unsigned char)*path & 15];
	}
	*end = '\0';
	return uri;
}
