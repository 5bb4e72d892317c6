/* SPDX-License-Identifier: MIT */
/*
 * Words the text of a failed assertion. It must not know how requests were watched.
 */
#define PHASELOCK_OPTIONAL
#include "message.h"

#include "counted.h"
#include "first.h"
#include "seen.h"
#include "shown.h"
#include "text.h"
#include "wanted.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void append_not_armed(struct text *text, enum phaselock_check_kind kind)
{
	text_append(text, "nothing was checked: ");
	if (!phaselock_present()) {
		text_append(text,
			    "libphaselock is not there; link with -lphaselock, or run the test "
			    "under `phaselock run` or with LD_PRELOAD=libphaselock.so");
		return;
	}
	text_append(text, "phaselock is not armed: ");
	counted_append(text, counted_missing(kind));
	text_append(text,
		    "; put libphaselock in front of it, first on the link line or in LD_PRELOAD");
}

static void append_nearest(struct text *text, const struct nearest *nearest)
{
	text_append(text, "there was none");
	if (nearest->function == NULL)
		return;
	text_append(text, "; the nearest is %s(%zu): ", nearest->function, nearest->size);
	wanted_append(text, nearest->differences);
}

static void append_summary(struct text *text, const struct phaselock_check_report *report,
			   const struct nearest *nearest)
{
	if (report->reason != NULL) {
		text_append(text, "%s", report->reason);
		return;
	}
	switch (report->spec->kind) {
	case PHASELOCK_CHECK_NO_DEALLOCATIONS:
		text_append(text, "%" PRIu64 " deallocation%s", report->deallocations,
			    plural(report->deallocations));
		break;
	case PHASELOCK_CHECK_NO_LEAK:
		text_append(text, "%" PRIu64 " block%s still allocated", report->leaked_blocks,
			    report->leaked_blocks == 1 ? " is" : "s are");
		break;
	case PHASELOCK_CHECK_VIOLATION:
		append_nearest(text, nearest);
		break;
	default:
		text_append(text, "%" PRIu64 " allocation%s, %" PRIu64 " byte%s",
			    report->allocations, plural(report->allocations), report->bytes,
			    plural(report->bytes));
		break;
	}
}

static void append_request(struct text *text, const struct phaselock_violation *request,
			   const struct phaselock_advice *advice)
{
	char lines[4096];

	shown_describe(request, lines, sizeof(lines));
	text_append(text, "  %" PRIu64 " x %s", request->count, lines);
	if (advice != NULL && advice->function != NULL)
		shown_append_advice(text, advice);
}

void message_write(char text[MESSAGE_SIZE], const struct phaselock_check_report *report,
		   const struct nearest *nearest, const struct phaselock_violation *requests,
		   const struct phaselock_advice *advice, size_t count)
{
	struct text out = {.start = text, .size = MESSAGE_SIZE};

	text_append(&out, "asserted %s: ", report->spec->name);
	if (report->result == PHASELOCK_CHECK_NOT_ARMED ||
	    report->result == PHASELOCK_CHECK_SKIPPED)
		append_not_armed(&out, report->spec->kind);
	else
		append_summary(&out, report, nearest);
	text_append(&out, "\n");
	for (size_t i = 0; i < count; i++)
		append_request(&out, &requests[i], advice != NULL ? &advice[i] : NULL);
	if (count > 0)
		first_tell(text, MESSAGE_SIZE);
}
