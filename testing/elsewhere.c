/* SPDX-License-Identifier: MIT */
/*
 * Keeps the first failure on another thread, with its text, and how many there were. It must not
 * know when the test's thread takes them.
 */
#define PHASELOCK_OPTIONAL
#include "elsewhere.h"

#include "message.h"
#include "seen.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Under the lock. */
static uint64_t count;
static struct phaselock_check_report kept;
static struct phaselock_check_spec kept_spec;
static char kept_name[NAME_SIZE], kept_file[FILE_SIZE];
static char text[MESSAGE_SIZE];

/* What was taken. Only the test's thread uses it. */
static struct phaselock_check_report taken;
static struct phaselock_check_spec taken_spec;
static char taken_name[NAME_SIZE], taken_file[FILE_SIZE];
static char taken_text[MESSAGE_SIZE + 64];

void elsewhere_keep(const struct phaselock_check_report *report)
{
	pthread_mutex_lock(&lock);
	if (count++ == 0) {
		kept = *report;
		kept_spec = *report->spec;
		snprintf(kept_name, sizeof(kept_name), "%s", report->spec->name);
		snprintf(kept_file, sizeof(kept_file), "%s", report->spec->file);
		snprintf(text, sizeof(text), "%s", report->message);
	}
	pthread_mutex_unlock(&lock);
}

const struct phaselock_check_report *elsewhere_take(void)
{
	uint64_t failures;

	pthread_mutex_lock(&lock);
	failures = count;
	count = 0;
	taken = kept;
	taken_spec = kept_spec;
	memcpy(taken_name, kept_name, sizeof(taken_name));
	memcpy(taken_file, kept_file, sizeof(taken_file));
	if (failures == 1)
		snprintf(taken_text, sizeof(taken_text), "on another thread: %s", text);
	else
		snprintf(taken_text, sizeof(taken_text),
			 "on other threads, the first of %" PRIu64 " failures: %s", failures, text);
	pthread_mutex_unlock(&lock);
	taken_spec.name = taken_name;
	taken_spec.file = taken_file;
	taken.spec = &taken_spec;
	taken.message = taken_text;
	return failures > 0 ? &taken : NULL;
}

bool elsewhere_clear(void)
{
	return elsewhere_take() != NULL;
}
