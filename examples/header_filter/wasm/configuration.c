/* SPDX-License-Identifier: MIT */
#include "configuration.h"

#include <string.h>

enum kind { TEXT, NUMBER, FLAG, CHOICE };

static const struct key {
	const char *name;
	enum kind kind;
	size_t offset;
	bool needed;
	uint32_t max; /* of a number */
} keys[] = {
	{"authority", TEXT, offsetof(struct configuration, authority), true, 0},
	{"path", TEXT, offsetof(struct configuration, path), true, 0},
	{"http_cluster", TEXT, offsetof(struct configuration, http_cluster), true, 0},
	{"grpc_cluster", TEXT, offsetof(struct configuration, grpc_cluster), true, 0},
	{"timeout_ms", NUMBER, offsetof(struct configuration, timeout_ms), false, 60000},
	{"contexts", NUMBER, offsetof(struct configuration, contexts), false, 1024},
	{"stages", FLAG, offsetof(struct configuration, stages), false, 0},
	{"mistake", CHOICE, offsetof(struct configuration, mistake), false, 0},
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* In the order of enum mistake. */
static const char *const mistakes[] = {"none", "malloc", "strdup", "sbrk", "leak"};

struct reader {
	const char *at;
	const char *end;
	struct configuration_error *error;
};

static bool fail(struct reader *reader, const char *what, const char *about)
{
	size_t length = strlen(about);

	if (length >= sizeof(reader->error->about))
		length = sizeof(reader->error->about) - 1;
	reader->error->what = what;
	memcpy(reader->error->about, about, length);
	reader->error->about[length] = '\0';
	return false;
}

static void skip_blanks(struct reader *reader)
{
	while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' ||
					    *reader->at == '\r' || *reader->at == '\n'))
		reader->at++;
}

/* Goes over blanks and then over c, if it is there. */
static bool skip(struct reader *reader, char c)
{
	skip_blanks(reader);
	if (reader->at == reader->end || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

static bool read_text(struct reader *reader, char out[CONFIGURATION_TEXT])
{
	size_t length = 0;

	if (!skip(reader, '"'))
		return fail(reader, "there is no text", "where one is needed");
	while (reader->at < reader->end && *reader->at != '"') {
		if (*reader->at == '\\' || (unsigned char)*reader->at < ' ')
			return fail(reader, "there is an escape or control character", "in a text");
		if (length == CONFIGURATION_TEXT - 1)
			return fail(reader, "there is a text", "that is too long");
		out[length++] = *reader->at++;
	}
	out[length] = '\0';
	if (!skip(reader, '"'))
		return fail(reader, "there is no end", "of a text");
	return true;
}

static bool read_number(struct reader *reader, const struct key *key, void *out)
{
	uint32_t number = 0;
	bool found = false;

	skip_blanks(reader);
	while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9' &&
	       number <= key->max) {
		number = number * 10 + (uint32_t)(*reader->at++ - '0');
		found = true;
	}
	if (!found || number == 0 || number > key->max)
		return fail(reader, "the number is missing, 0 or too large", key->name);
	memcpy(out, &number, sizeof(number));
	return true;
}

static bool read_flag(struct reader *reader, const struct key *key, void *out)
{
	static const char *const words[] = {"false", "true"};

	skip_blanks(reader);
	for (int i = 0; i < 2; i++) {
		size_t length = strlen(words[i]);

		if ((size_t)(reader->end - reader->at) < length ||
		    memcmp(reader->at, words[i], length) != 0)
			continue;
		reader->at += length;
		*(bool *)out = i == 1;
		return true;
	}
	return fail(reader, "the value is neither true nor false", key->name);
}

static bool read_choice(struct reader *reader, void *out)
{
	char word[CONFIGURATION_TEXT];

	if (!read_text(reader, word))
		return false;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		if (strcmp(word, mistakes[i]) == 0) {
			*(enum mistake *)out = (enum mistake)i;
			return true;
		}
	}
	return fail(reader, "there is no such mistake", word);
}

static bool read_value(struct reader *reader, const struct key *key, void *out)
{
	switch (key->kind) {
	case TEXT:
		if (!read_text(reader, out))
			return false;
		return *(char *)out != '\0' || fail(reader, "the text is empty", key->name);
	case NUMBER:
		return read_number(reader, key, out);
	case FLAG:
		return read_flag(reader, key, out);
	default:
		return read_choice(reader, out);
	}
}

static bool read_pair(struct reader *reader, struct configuration *configuration, unsigned *seen)
{
	char name[CONFIGURATION_TEXT];
	size_t i = 0;

	if (!read_text(reader, name))
		return false;
	while (i < KEYS && strcmp(name, keys[i].name) != 0)
		i++;
	if (i == KEYS)
		return fail(reader, "there is no such key", name);
	if ((*seen & 1u << i) != 0)
		return fail(reader, "the key stands there twice", name);
	*seen |= 1u << i;
	if (!skip(reader, ':'))
		return fail(reader, "there is no colon behind", name);
	return read_value(reader, &keys[i], (char *)configuration + keys[i].offset);
}

bool configuration_read(struct configuration *configuration, const char *text, size_t length,
			struct configuration_error *error)
{
	struct reader reader = {text, text + length, error};
	unsigned seen = 0;

	*configuration = (struct configuration){.timeout_ms = 1000, .contexts = 64};
	if (!skip(&reader, '{'))
		return fail(&reader, "there is no JSON object", "");
	if (!skip(&reader, '}')) {
		do {
			if (!read_pair(&reader, configuration, &seen))
				return false;
		} while (skip(&reader, ','));
		if (!skip(&reader, '}'))
			return fail(&reader, "there is no end", "of the object");
	}
	skip_blanks(&reader);
	if (reader.at != reader.end)
		return fail(&reader, "there is something", "behind the object");
	for (size_t i = 0; i < KEYS; i++) {
		if (keys[i].needed && (seen & 1u << i) == 0)
			return fail(&reader, "a key is missing", keys[i].name);
	}
	return true;
}
