/* SPDX-License-Identifier: MIT */
/*
 * Assertions of a program about its own requests, as it has judged them, in the page and the record
 * of its run. It must not know how they were judged.
 */
#include "common/channel.h"
#include "common/sized.h"
#include "record/image.h"
#include "record/keyed.h"

#include <phaselock/watch.h>

#include <string.h>

static void copy(char *to, const char *from, size_t size)
{
	if (from != NULL)
		strncpy(to, from, size - 1);
}

static struct pl_layout_check *find(struct pl_layout *record,
				    const struct phaselock_judgement *judgement)
{
	struct pl_layout_check check = {.image = pl_image_number(),
					.line = (uint32_t)judgement->line};

	copy(check.test, judgement->test, sizeof(check.test));
	copy(check.name, judgement->name, sizeof(check.name));
	copy(check.file, judgement->file, sizeof(check.file));
	return pl_keyed_find(record->checks, PL_LAYOUT_CHECKS, sizeof(check), &check,
			     offsetof(struct pl_layout_check, results));
}

/* Keeps the first message. */
static void keep_message(struct pl_layout_check *check, const char *message)
{
	uint64_t none = PL_LAYOUT_FREE;
	size_t length = strcspn(message, "\n");

	if (!atomic_compare_exchange_strong_explicit(&check->told, &none, PL_LAYOUT_TAKEN,
						     memory_order_relaxed, memory_order_relaxed))
		return;
	if (length >= sizeof(check->message))
		length = sizeof(check->message) - 1;
	memcpy(check->message, message, length);
	atomic_store_explicit(&check->told, PL_LAYOUT_READY, memory_order_release);
}

static void write_check(struct pl_layout *record, const struct phaselock_judgement *judgement)
{
	struct pl_layout_check *check = find(record, judgement);

	if (check == NULL) {
		atomic_fetch_add_explicit(&record->checks_lost, 1, memory_order_relaxed);
		return;
	}
	if (judgement->result != PHASELOCK_HELD && judgement->message != NULL)
		keep_message(check, judgement->message);
	atomic_fetch_add_explicit(&check->results[judgement->result], 1, memory_order_release);
}

static bool is_fork(void)
{
	return pl_image() != NULL &&
	       atomic_load_explicit(&pl_image()->begin, memory_order_relaxed) == PL_LAYOUT_FORK;
}

void phaselock_judged_sized(const struct phaselock_judgement *judgement, size_t size)
{
	struct phaselock_judgement own;

	pl_sized_copy(&own, sizeof(own), judgement, size);
	if (pl_channel() == NULL || (unsigned)own.result > PHASELOCK_NOT_JUDGED)
		return;
	PL_CHANNEL_COUNT(checks[own.result]);
	if (own.result != PHASELOCK_HELD && own.result != PHASELOCK_NOT_JUDGED && is_fork())
		PL_CHANNEL_COUNT(checks_failed_in_forks);
	if (pl_channel_record() != NULL)
		write_check(pl_channel_record(), &own);
}
