/* SPDX-License-Identifier: MIT */
/*
 * Death tests: the child notes the request that is a violation, and the library ends the child as
 * it would end any program. The parent compares. It must not know how the child is kept to its
 * block.
 */
#define PHASELOCK_OPTIONAL
#include "death.h"

#include "check.h"
#include "outcome.h"
#include "child.h"
#include "first.h"
#include "framework.h"
#include "shown.h"
#include "text.h"
#include "wanted.h"

#include <signal.h>

/* What the child notes about the last request that the scope forbids. */
struct note {
	bool pending;	      /* the request was neither served nor followed by another */
	unsigned differences; /* from the wanted request */
	char request[4096];
	struct tally tally; /* of the block, up to its end */
};

static struct note *note; /* in the child */

/* Also what to do instead, for later the code that calls may have been unloaded. */
static void describe_request(const struct phaselock_violation *request)
{
	struct text text = {.start = note->request, .size = sizeof(note->request)};
	struct phaselock_advice advice;

	text.length = shown_describe(request, text.start, text.size);
	if (phaselock_advise(request, &advice))
		shown_append_advice(&text, &advice);
}

static void count(const struct phaselock_event *event)
{
	if (event->kind == PHASELOCK_EVENT_RELEASE) {
		note->tally.deallocations++;
	} else if (event->kind == PHASELOCK_EVENT_REQUEST) {
		note->tally.allocations++;
		note->tally.bytes += event->request->size;
	}
}

enum phaselock_answer death_see(const struct phaselock_event *event, void *context)
{
	if (!child_is_self())
		return PHASELOCK_GO_ON;
	if (event->kind == PHASELOCK_EVENT_RESULT)
		note->pending = false;
	if (framework_made(event))
		return event->forbidden ? PHASELOCK_SERVE : PHASELOCK_GO_ON;
	count(event);
	if (event->kind != PHASELOCK_EVENT_REQUEST || !event->forbidden)
		return PHASELOCK_GO_ON;
	describe_request(event->request);
	note->differences = wanted_compare(context, event);
	note->pending = true;
	return PHASELOCK_GO_ON;
}

void death_forbid(void)
{
	/* On a sealed heap handler and policy cannot be changed. */
	if (phaselock_get_phase() != PHASELOCK_SEALED) {
		phaselock_set_handler(NULL, NULL);
		phaselock_set_policy(PHASELOCK_ABORT);
	}
	phaselock_forbid_begin();
}

static bool was_abort(const struct child *child)
{
	return child->end == CHILD_KILLED && child->number == SIGABRT;
}

static void describe(const struct phaselock_check_spec *spec, const struct child *child,
		     struct text *text)
{
	const struct note *seen = child->shared;

	text_append(text, "asserted ");
	text_append_name(text, spec->name, NAME_SIZE);
	text_append(text, ": the block ");
	child_describe(child, text);
	if (seen == NULL || seen->request[0] == '\0') {
		text_append(text, ", without a violation\n");
		child_quote(child, text); /* otherwise the output is the report of this violation */
		return;
	}
	if (!seen->pending) {
		text_append(text, ", after a violation that was let pass");
	} else if (was_abort(child)) {
		text_append(text, ", by another violation (");
		wanted_append(text, seen->differences);
		text_append(text, ")");
	} else {
		text_append(text, ", after a violation");
	}
	text_append(text, ":\n  %s", seen->request);
}

bool death_begin(const struct phaselock_check_spec *spec)
{
	char buffer[16384] = "";
	struct text text = {.start = buffer, .size = sizeof(buffer)};
	enum phaselock_check_result result = PHASELOCK_CHECK_FAILED;
	struct tally tally = {0};
	const struct note *seen;
	struct child child;

	if (child_start(&child, sizeof(*note))) {
		note = child.shared;
		return true;
	}
	child_wait(&child);
	seen = child.shared;
	if (was_abort(&child) && seen->pending && seen->differences == 0) {
		result = PHASELOCK_CHECK_HOLDS;
	} else {
		phaselock_permit_begin();
		describe(spec, &child, &text);
		first_tell(buffer, sizeof(buffer));
		phaselock_permit_end();
	}
	if (seen != NULL)
		tally = seen->tally;
	child_release(&child);
	outcome_tell_text(spec, result, buffer, tally);
	return false;
}
