/* SPDX-License-Identifier: MIT */
/*
 * PHASELOCK_OPTIONS, and what a program says of it first. Whatever stands there: messages end
 * within their memory, hold no control character, and there are some if and only if there are
 * faults; text that is read again means the same.
 */
#include "fuzz.h"
#include "common/options.h"

static void check_messages(const struct pl_text *errors, unsigned faults)
{
	CHECK(errors->length < errors->capacity && errors->start[errors->length] == '\0');
	CHECK((errors->length > 0) == (faults > 0 && errors->capacity > 1));
	for (size_t i = 0; i < errors->length; i++)
		CHECK(errors->start[i] == '\n' || (unsigned char)errors->start[i] >= ' ');
}

static void check_options(const struct pl_options *options)
{
	CHECK(memchr(options->report, '\0', sizeof(options->report)) != NULL);
	CHECK(memchr(options->suppressions, '\0', sizeof(options->suppressions)) != NULL);
	CHECK(memchr(options->symbolize, '\0', sizeof(options->symbolize)) != NULL);
	CHECK(options->frames <= PHASELOCK_FRAMES_MAX);
	CHECK(options->policy <= PHASELOCK_DENY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	bool has_program = input_byte(&input) % 2 != 0;
	size_t room = (size_t)input_byte(&input) * 16 + 1;
	struct pl_options options = pl_options_default(), again;
	char *memory = malloc(room), *text = input_text(&input), *second = strchr(text, '\n');
	struct pl_text errors = pl_text_in(memory, room);
	unsigned faults;

	if (has_program && second != NULL) {
		*second++ = '\0';
		check_messages(&errors, pl_options_parse_program(text, &options, &errors));
		check_options(&options);
		errors = pl_text_in(memory, room);
	} else {
		second = text;
	}
	faults = pl_options_parse(second, &options, &errors);
	check_messages(&errors, faults);
	check_options(&options);
	again = options;
	errors = pl_text_in(memory, room);
	CHECK(pl_options_parse(second, &again, &errors) == faults);
	CHECK(memcmp(&again, &options, sizeof(options)) == 0);
	free(text);
	free(memory);
	return 0;
}
