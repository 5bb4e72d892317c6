/* SPDX-License-Identifier: MIT */
/*
 * Reacts to a judgement. For a violation the order is: record, handler, report, verdict. Abort is a
 * trap, which ends the module and shows the host the place: a module cannot walk its own call
 * stack. It must not know how a request is judged, nor how it will be served.
 */
#include "guard.h"

#include "sized.h"
#include "text.h"

#include <string.h>

/* How many sites are kept. Without call stacks, function, cause and size tell sites apart. */
#define SITES 64

#define LINE_SIZE 256

static struct phaselock_violation sites[SITES];
static size_t site_count;
static uint64_t sequence;

static enum phaselock_verdict policy;
static phaselock_handler handler;
static void *handler_context;
static bool handler_runs;

static struct phaselock_violation last;
const struct phaselock_violation *phaselock_last_violation;

size_t phaselock_get_violations_sized(struct phaselock_violation *out, size_t capacity, size_t size)
{
	for (size_t i = 0; i < capacity && i < site_count; i++)
		pl_sized_violation((char *)out + i * size, size, &sites[i], sizeof(sites[i]));
	return site_count;
}

__attribute__((noinline)) void phaselock_on_violation(const struct phaselock_violation *violation)
{
	/* Without this the compiler drops calls of the empty function. */
	__asm__ volatile("" : : "r"(violation) : "memory");
}

/* Counts a violation at its site and writes that count into it. */
static void keep(struct phaselock_violation *violation)
{
	size_t at = 0;

	while (at < site_count &&
	       (strcmp(sites[at].function, violation->function) != 0 ||
		sites[at].cause != violation->cause || sites[at].size != violation->size))
		at++;
	if (at == SITES)
		return;
	if (at == site_count)
		sites[site_count++] = *violation;
	violation->count = ++sites[at].count;
}

/* ---- the report ------------------------------------------------------------------------------ */

/* Adds the call as its caller might have written it. */
static void add_call(struct pl_text *text, const struct phaselock_violation *violation)
{
	pl_text_add(text, violation->function);
	pl_text_add(text, "(");
	if (violation->cause != PHASELOCK_CAUSE_SEAL) {
		if (violation->old_pointer != NULL)
			pl_text_add_pointer(text, violation->old_pointer);
		if (violation->old_pointer != NULL && violation->size > 0)
			pl_text_add(text, ", ");
		if (violation->size > 0 || violation->old_pointer == NULL)
			pl_text_add_number(text, violation->size);
		if (violation->alignment > 0) {
			pl_text_add(text, ", alignment ");
			pl_text_add_number(text, violation->alignment);
		}
	}
	pl_text_add(text, ")");
}

size_t phaselock_describe_sized(const struct phaselock_violation *violation, size_t violation_size,
				char *text, size_t size)
{
	struct phaselock_violation own;
	struct pl_text out;

	if (size == 0)
		return 0;
	pl_sized_violation(&own, sizeof(own), violation, violation_size);
	out = pl_text_in(text, size);
	add_call(&out, &own);
	pl_text_add(&out, "\n");
	return out.length;
}

static void report(const struct phaselock_violation *violation, enum phaselock_verdict verdict,
		   const char *decided_by, bool nested)
{
	static const char *const causes[] = {" while allocations are locked",
					     " inside a forbid scope", " of sealed allocations"};
	static const char *const deeds[] = {"aborting", "allowed", "denied"};
	char buffer[LINE_SIZE];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));

	pl_text_add(&line, "phaselock: violation: ");
	add_call(&line, violation);
	pl_text_add(&line, causes[violation->cause]);
	pl_text_add(&line, nested ? ", inside the violation handler" : "");
	pl_text_write(&line);

	line = pl_text_in(buffer, sizeof(buffer));
	pl_text_add(&line, "phaselock: ");
	pl_text_add(&line, deeds[verdict]);
	pl_text_add(&line, " (");
	pl_text_add(&line, decided_by);
	pl_text_add(&line, ")");
	pl_text_write(&line);
}

_Noreturn void pl_violation_misuse(const char *message)
{
	char buffer[LINE_SIZE];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));

	pl_text_add(&line, "phaselock: ");
	pl_text_add(&line, message);
	pl_text_write(&line);
	__builtin_trap();
}

/* Counts and reports a violation. Returns the verdict, unless that is to abort. */
static enum phaselock_verdict react(const struct pl_request *request, enum phaselock_cause cause)
{
	static const char *const policies[] = {"policy=abort", "policy=allow", "policy=deny"};
	struct phaselock_violation violation = {
		.function = request->function,
		.size = request->size,
		.alignment = request->alignment,
		.old_pointer = request->old,
		.cause = cause,
		.sequence = sequence + 1,
	};
	enum phaselock_verdict verdict = policy;
	const char *decided_by = policies[policy];
	bool nested = handler_runs;

	sequence++;
	pl_guard.counts.locked_attempts++;
	keep(&violation);
	last = violation;
	phaselock_last_violation = &last;
	phaselock_on_violation(&last);
	if (handler != NULL && !nested) {
		handler_runs = true;
		verdict = handler(&violation, handler_context);
		handler_runs = false;
		decided_by = "handler";
	}
	if (violation.count == 1 || verdict == PHASELOCK_ABORT)
		report(&violation, verdict, decided_by, nested);
	if (verdict == PHASELOCK_ABORT)
		__builtin_trap();
	return verdict;
}

/* ---- what is judged -------------------------------------------------------------------------- */

bool pl_guard_passes(const struct pl_request *request)
{
	switch (pl_judge(request)) {
	case PL_FREE_TO_GO:
		return true;
	case PL_PERMITTED:
		pl_guard.counts.permitted_attempts++;
		return true;
	case PL_FORBIDDEN_BY_PHASE:
		return react(request, PHASELOCK_CAUSE_PHASE) == PHASELOCK_ALLOW;
	case PL_FORBIDDEN_BY_SCOPE:
		return react(request, PHASELOCK_CAUSE_FORBID) == PHASELOCK_ALLOW;
	}
	return false;
}

bool pl_guard_refuses(const char *function)
{
	const struct pl_request request = {.function = function};

	if (pl_guard.phase != PHASELOCK_SEALED)
		return false;
	react(&request, PHASELOCK_CAUSE_SEAL);
	return true;
}

void phaselock_set_handler(phaselock_handler function, void *context)
{
	if (pl_guard_refuses("set_handler"))
		return;
	handler = function;
	handler_context = context;
}

void phaselock_set_policy(enum phaselock_verdict verdict)
{
	if (!pl_guard_refuses("set_policy"))
		policy = verdict;
}
