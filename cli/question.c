/* SPDX-License-Identifier: MIT */
/*
 * Messages are numbers as the machine has them, and strings with their NUL. A missing string is
 * sent as "": for a name and a file that is the same thing. Both ends are one program.
 */
#define _GNU_SOURCE
#include "question.h"

#include <string.h>

/* A message being written. Once something had no room, nothing more is written. */
struct pen {
	char *at;
	const char *end;
	bool full;
};

static void put(struct pen *pen, const void *bytes, size_t length)
{
	pen->full = pen->full || length > (size_t)(pen->end - pen->at);
	if (pen->full)
		return;
	memcpy(pen->at, bytes, length);
	pen->at += length;
}

static void put_number(struct pen *pen, uint64_t number)
{
	put(pen, &number, sizeof(number));
}

static void put_string(struct pen *pen, const char *string)
{
	if (string == NULL)
		string = "";
	put(pen, string, strlen(string) + 1);
}

/* A message being read. Once something was wrong, nothing more is read. */
struct eye {
	const char *at;
	const char *end;
	bool wrong;
};

static uint64_t take_number(struct eye *eye)
{
	uint64_t number;

	eye->wrong = eye->wrong || (size_t)(eye->end - eye->at) < sizeof(number);
	if (eye->wrong)
		return 0;
	memcpy(&number, eye->at, sizeof(number));
	eye->at += sizeof(number);
	return number;
}

static const char *take_string(struct eye *eye)
{
	const char *string = eye->at, *end;

	end = eye->wrong ? NULL : memchr(string, '\0', (size_t)(eye->end - string));
	eye->wrong = end == NULL;
	if (eye->wrong)
		return "";
	eye->at = end + 1;
	return string;
}

static const char *take_name(struct eye *eye)
{
	const char *name = take_string(eye);

	return *name != '\0' ? name : NULL;
}

static bool is_whole(const struct eye *eye)
{
	return !eye->wrong && eye->at == eye->end;
}

/* ---- questions ------------------------------------------------------------------------------- */

size_t question_write(const struct question *question, char message[QUESTION_SIZE])
{
	struct pen pen = {.at = message, .end = message + QUESTION_SIZE};

	put_number(&pen, question->offset);
	put_number(&pen, question->build_id != NULL);
	put_string(&pen, question->path);
	put_string(&pen, question->build_id);
	put_string(&pen, question->function);
	put_string(&pen, question->patterns);
	return pen.full ? 0 : (size_t)(pen.at - message);
}

bool question_read(const char *message, size_t length, struct question *question)
{
	struct eye eye = {.at = message, .end = message + length};
	bool has_build_id;

	question->offset = take_number(&eye);
	has_build_id = take_number(&eye) != 0;
	question->path = take_string(&eye);
	question->build_id = take_string(&eye);
	question->function = take_string(&eye);
	question->patterns = take_string(&eye);
	if (!has_build_id)
		question->build_id = NULL;
	return is_whole(&eye);
}

/* ---- answers --------------------------------------------------------------------------------- */

static size_t write_whole(const struct answer *answer, char message[ANSWER_SIZE])
{
	struct pen pen = {.at = message, .end = message + ANSWER_SIZE};

	put_number(&pen, answer->state);
	put_number(&pen, answer->count);
	put_number(&pen, answer->symbol_offset);
	put_string(&pen, answer->symbol);
	put_string(&pen, answer->demangled);
	put_string(&pen, answer->listed);
	put_number(&pen, answer->is_list_cut);
	for (size_t i = 0; i < answer->count; i++) {
		put_number(&pen, answer->functions[i].line);
		put_string(&pen, answer->functions[i].name);
		put_string(&pen, answer->functions[i].file);
	}
	return pen.full ? 0 : (size_t)(pen.at - message);
}

size_t answer_write(const struct answer *answer, char message[ANSWER_SIZE])
{
	struct answer less = {.state = answer->state,
			      .symbol = answer->symbol,
			      .symbol_offset = answer->symbol_offset,
			      .demangled = answer->demangled,
			      .is_list_cut = answer->listed != NULL};
	size_t length = write_whole(answer, message);

	if (length == 0)
		length = write_whole(&less, message);
	less.symbol = NULL;
	return length != 0 ? length : write_whole(&less, message);
}

bool answer_read(const char *message, size_t length, struct answer *answer)
{
	struct eye eye = {.at = message, .end = message + length};
	uint64_t state = take_number(&eye), count = take_number(&eye);

	if (eye.wrong || state > MODULE_OTHER || count > ANSWER_FUNCTIONS)
		return false;
	answer->state = (enum module_state)state;
	answer->count = (size_t)count;
	answer->symbol_offset = take_number(&eye);
	answer->symbol = take_name(&eye);
	answer->demangled = take_name(&eye);
	answer->listed = take_name(&eye);
	answer->is_list_cut = take_number(&eye) != 0;
	for (size_t i = 0; i < answer->count; i++) {
		uint64_t line = take_number(&eye);

		eye.wrong = eye.wrong || line > UINT32_MAX;
		answer->functions[i].line = (unsigned)line;
		answer->functions[i].name = take_name(&eye);
		answer->functions[i].file = take_name(&eye);
	}
	return is_whole(&eye);
}
