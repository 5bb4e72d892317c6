/* SPDX-License-Identifier: MIT */
/*
 * Says in a sentence what an option may be. It must not know of any option.
 */
#include "choice.h"

#include "common/format.h"
#include "common/near.h"
#include "say.h"

#include <stdbool.h>
#include <string.h>

/* Appends one of the choices: "0..64" is numbers, and "file" stands for one. */
static void append_choice(struct pl_text *text, const char *choice, size_t length)
{
	char word[128];
	char *dots;

	if (length >= sizeof(word))
		length = sizeof(word) - 1;
	memcpy(word, choice, length);
	word[length] = '\0';
	dots = strstr(word, "..");
	if (dots != NULL) {
		*dots = '\0';
		pl_text_append(text, "a number from %s to %s", word, dots + 2);
		return;
	}
	pl_text_append(text, "%s%s", strncmp(word, "file", 4) == 0 ? "a " : "", word);
}

static void append_choices(struct pl_text *text, const char *choices)
{
	bool is_first = true;

	while (*choices != '\0') {
		size_t length = strcspn(choices, "|");
		bool is_last = choices[length] == '\0';

		if (!is_first)
			pl_text_append(text, "%s", is_last ? " or " : ", ");
		append_choice(text, choices, length);
		is_first = false;
		choices += length + !is_last;
	}
}

void choice_complain(const char *option, const char *value, const char *choices)
{
	char buffer[512];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));
	struct pl_near near;

	append_choices(&text, choices);
	if (value == NULL) {
		say("--%s needs a value: it is %s", option, buffer);
		return;
	}
	near = pl_near_to(value, strlen(value));
	pl_near_offer_each(&near, choices);
	if (near.best[0] != '\0')
		pl_text_append(&text, " (did you mean %s?)", near.best);
	say("--%s=%s: it is %s", option, value, buffer);
}
