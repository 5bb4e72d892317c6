/* SPDX-License-Identifier: MIT */
/*
 * Reads texts of options, and says what is wrong with them. It must not know what an option does,
 * or where its text came from.
 */
#include "common/options.h"

#include "common/near.h"

#include <string.h>

const char *pl_options_values(const char *key)
{
	for (size_t i = 0; i < pl_option_key_count; i++)
		if (strcmp(pl_option_keys[i].key, key) == 0)
			return pl_option_keys[i].values;
	return "";
}

struct pl_options pl_options_default(void)
{
	return (struct pl_options){.max_reports = PL_OPTIONS_REPORTS, .frames = PL_OPTIONS_FRAMES};
}

static void append_value(struct pl_text *text, struct pl_value value)
{
	char word[64];
	size_t length = value.length < sizeof(word) - 1 ? value.length : sizeof(word) - 1;

	memcpy(word, value.start, length);
	word[length] = '\0';
	pl_text_quote(text, word);
}

static void append_near(struct pl_text *text, const char *before, const struct pl_near *near,
			const char *after)
{
	if (near->best[0] != '\0')
		pl_text_append(text, "%sdid you mean %s?%s", before, near->best, after);
}

static void tell_bad_value(const char *from, size_t key, struct pl_value value,
			   struct pl_text *errors)
{
	struct pl_near near = pl_near_to(value.start, value.length);

	pl_near_offer_each(&near, pl_option_keys[key].values);
	pl_text_append(errors, "phaselock: %s: bad value \"", from);
	append_value(errors, value);
	pl_text_append(errors, "\" for %s (want %s", pl_option_keys[key].key,
		       pl_option_keys[key].values);
	append_near(errors, "; ", &near, "");
	pl_text_append(errors, ")\n");
}

static void tell_unknown_key(const char *from, struct pl_value key, struct pl_text *errors)
{
	struct pl_near near = pl_near_to(key.start, key.length);

	for (size_t i = 0; i < pl_option_key_count; i++)
		pl_near_offer(&near, pl_option_keys[i].key, strlen(pl_option_keys[i].key));
	pl_text_append(errors, "phaselock: %s: unknown key \"", from);
	append_value(errors, key);
	pl_text_append(errors, "\" (");
	append_near(errors, "", &near, " ");
	pl_text_append(errors, "help=1 lists the keys)\n");
}

/* Where a text comes from, as messages name it. */
static const char environment[] = PL_OPTIONS_VARIABLE, program[] = PL_OPTIONS_FUNCTION;

/*
 * Whether a text may set a key. A key that the program names is the program's from then on, even
 * with a wrong value: a slip there must not leave the key to the environment.
 */
static bool may_set(const char *from, size_t key, struct pl_options *options)
{
	if (from == program)
		options->fixed |= UINT32_C(1) << key;
	else if ((options->fixed & UINT32_C(1) << key) != 0 || pl_option_key_is_for_program(key))
		return false;
	return true;
}

/* Reads one "key=value"; returns whether it was right. */
static bool parse_one(const char *from, struct pl_value part, struct pl_options *options,
		      struct pl_text *errors)
{
	const char *equals = memchr(part.start, '=', part.length);
	struct pl_value key = {part.start,
			       equals != NULL ? (size_t)(equals - part.start) : part.length};
	struct pl_value value = {part.start + part.length, 0};
	struct pl_options changed;

	if (equals != NULL)
		value = (struct pl_value){equals + 1, part.length - key.length - 1};
	for (size_t i = 0; i < pl_option_key_count; i++) {
		if (!pl_value_is(key, pl_option_keys[i].key))
			continue;
		if (!may_set(from, i, options)) {
			pl_text_append(errors, "phaselock: %s: %s is for %s alone to set\n", from,
				       pl_option_keys[i].key, program);
			return false;
		}
		changed = *options;
		if (equals != NULL && pl_option_keys[i].set(value, &changed)) {
			*options = changed;
			return true;
		}
		tell_bad_value(from, i, value, errors);
		return false;
	}
	tell_unknown_key(from, key, errors);
	return false;
}

static unsigned parse(const char *from, const char *text, struct pl_options *options,
		      struct pl_text *errors)
{
	unsigned faults = 0;

	while (*text != '\0') {
		struct pl_value part = {text, strcspn(text, ":")};

		if (part.length > 0 && !parse_one(from, part, options, errors))
			faults++;
		text += part.length;
		text += *text == ':';
	}
	return faults;
}

unsigned pl_options_parse(const char *text, struct pl_options *options, struct pl_text *errors)
{
	if (!options->environment_shut_out)
		return parse(environment, text, options, errors);
	if (*text == '\0')
		return 0;
	pl_text_append(errors, "phaselock: %s: not obeyed: %s has environment=0\n", environment,
		       program);
	return 1;
}

unsigned pl_options_parse_program(const char *text, struct pl_options *options,
				  struct pl_text *errors)
{
	return parse(program, text, options, errors);
}

void pl_options_help(struct pl_text *text)
{
	pl_text_append(text, PL_OPTIONS_VARIABLE "=\"key=value:key=value\"\n");
	for (size_t i = 0; i < pl_option_key_count; i++)
		pl_text_append(text, "  %s=%s\n        %s\n", pl_option_keys[i].key,
			       pl_option_keys[i].values, pl_option_keys[i].meaning);
}
