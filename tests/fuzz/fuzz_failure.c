/* SPDX-License-Identifier: MIT */
/*
 * The text of a failed assertion, as libphaselock-test has it and as a command of any kind makes it
 * anew: what is put into its first line is bounded and one line, and the other lines stay.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include "../../testing/first.h"
#include "../../testing/names.h"

#include <stdio.h>

#define ADDED_MOST 480

static char answer[4096]; /* the command's */

/* A double: the command has made that of the text. */
void names_add(char *text, size_t size)
{
	snprintf(text, size, "%s", answer);
}

static void take_text(struct input *input, char *text, size_t size)
{
	size_t length = 0;

	while (input->left > 0 && length + 1 < size) {
		text[length] = (char)input_byte(input);
		if (text[length++] == '\0')
			return;
	}
	text[length] = '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	size_t room = (size_t)input_byte(&input) * 16 + 1, first, told, rest;
	char *text = malloc(room);

	take_text(&input, text, room);
	take_text(&input, answer, sizeof(answer));
	first_tell(text, room);
	answer[room - 1 < sizeof(answer) ? room - 1 : sizeof(answer) - 1] = '\0';
	first = strcspn(answer, "\n");
	told = strcspn(text, "\n");
	CHECK(strlen(text) < room && told <= first + ADDED_MOST);
	first -= first > 0 && answer[first - 1] == ':';
	CHECK(told < first || memcmp(text, answer, first) == 0);
	rest = strlen(text + told);
	CHECK(strncmp(text + told, strchrnul(answer, '\n'), rest) == 0 || told < first);
	free(text);
	return 0;
}
