/* SPDX-License-Identifier: MIT */
/*
 * Words the name of an assertion. The name is made from its numbers, so it is the same whatever
 * macros these went through. It must not know the assertion's result.
 */
#include "naming.h"

#include "text.h"

#include <inttypes.h>

static void append_count(struct text *text, const char *before, uint64_t limit, const char *unit)
{
	/* A limit that was written as a negative number is printed as one. */
	text_append(text, "%s %" PRId64 " %s%s", before, (int64_t)limit, unit,
		    limit == 1 ? "" : "s");
}

static void append_word(struct text *text, const char *word)
{
	if (word != NULL)
		text_append(text, "\"%s\"", word);
	else
		text_append(text, "NULL");
}

static void append_violation(struct text *text, const struct phaselock_check_spec *spec)
{
	if (spec->function == NULL && spec->size == PHASELOCK_ANY_SIZE && spec->site == NULL)
		return;
	text_append(text, " of ");
	append_word(text, spec->function);
	if (spec->size == PHASELOCK_ANY_SIZE)
		text_append(text, ", PHASELOCK_ANY_SIZE, ");
	else
		text_append(text, ", %zu, ", spec->size);
	append_word(text, spec->site);
}

static void append_kind(struct text *text, const struct phaselock_check_spec *spec)
{
	switch (spec->kind) {
	case PHASELOCK_CHECK_MAX_ALLOCATIONS:
		if (spec->limit == 0)
			text_append(text, "no allocations");
		else
			append_count(text, "at most", spec->limit, "allocation");
		break;
	case PHASELOCK_CHECK_EXACT_ALLOCATIONS:
		append_count(text, "exactly", spec->limit, "allocation");
		break;
	case PHASELOCK_CHECK_MIN_ALLOCATIONS:
		if (spec->limit == 1)
			text_append(text, "allocates");
		else
			append_count(text, "at least", spec->limit, "allocation");
		break;
	case PHASELOCK_CHECK_MAX_BYTES:
		append_count(text, "at most", spec->limit, "byte");
		break;
	case PHASELOCK_CHECK_NO_DEALLOCATIONS:
		text_append(text, "no deallocations");
		break;
	case PHASELOCK_CHECK_NO_LEAK:
		text_append(text, "no leak");
		break;
	case PHASELOCK_CHECK_VIOLATION:
		text_append(text, "violation");
		append_violation(text, spec);
		break;
	case PHASELOCK_CHECK_ABORTS:
		text_append(text, "aborts on allocation");
		append_violation(text, spec);
		break;
	case PHASELOCK_CHECK_SURVIVES:
		text_append(text, "survives failures");
		break;
	case PHASELOCK_CHECK_MEASURES:
		text_append(text, "nothing");
		break;
	}
}

void naming_keep(struct phaselock_check_spec *spec, char name[NAME_SIZE])
{
	struct text text = {.start = name, .size = NAME_SIZE};

	if (spec->name != NULL) {
		text_append(&text, "%s", spec->name);
	} else {
		append_kind(&text, spec);
		if (spec->scope == PHASELOCK_PROCESS)
			text_append(&text, " anywhere");
	}
	spec->name = name;
}
