/* SPDX-License-Identifier: MIT */
/*
 * Runs one case of the atlas and writes its heap requests to descriptor 3. make.py starts it once
 * for each case, and makes the documents. A violation handler counts requests and lets them all
 * pass.
 *
 * Usage: PROGRAM list | run NAME | prewarmed NAME
 */
#define _GNU_SOURCE
#include "atlas.h"

#include <phaselock/phaselock.h>

#include "../../lib/report/advice.h"

#include <locale.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RESULT_FD 3
#define KEYS_MAX 16

extern const struct atlas_case *const first_case[] __asm__("__start_atlas_cases");
extern const struct atlas_case *const behind_last_case[] __asm__("__stop_atlas_cases");

static struct count {
	_Atomic unsigned allocations, reallocations;
	_Atomic size_t bytes;
} counts[2]; /* cold, warm */

static struct count *now = counts;
static const char *keys[KEYS_MAX]; /* names of the functions that the case called */
static unsigned key_count;
static bool for_stream; /* a request was for a stream's buffer */

void atlas_begin(void)
{
	phaselock_lock_allocations();
}

void atlas_end(void)
{
	phaselock_unlock_allocations();
}

static void add_key(const char *key)
{
	for (unsigned i = 0; i < key_count; i++)
		if (strcmp(keys[i], key) == 0)
			return;
	if (key_count < KEYS_MAX)
		keys[key_count++] = key;
}

/* Finds the names that the library would look up. */
static void find_keys(const struct phaselock_violation *violation)
{
	struct pl_advice_call call;

	pl_advice_call((const void *const *)violation->frames, violation->frame_count, &call);
	for (int i = 0; i < 2; i++)
		if (call.keys[i] != NULL)
			add_key(call.keys[i]);
	for_stream = for_stream || call.for_stream;
}

static enum phaselock_verdict count(const struct phaselock_violation *violation, void *unused)
{
	(void)unused;
	if (strncmp(violation->function, "realloc", 7) == 0 && violation->old_pointer != NULL)
		now->reallocations++;
	else
		now->allocations++;
	now->bytes += violation->size;
	find_keys(violation);
	return PHASELOCK_ALLOW;
}

static void run(const struct atlas_case *wanted)
{
	char line[2048];
	int length;

	phaselock_set_handler(count, NULL);
	wanted->run();
	now++;
	wanted->run();
	phaselock_set_handler(NULL, NULL);
	length = snprintf(line, sizeof(line), "%u\t%u\t%zu\t%u\t%u\t%zu\t%d\t",
			  counts[0].allocations, counts[0].reallocations, counts[0].bytes,
			  counts[1].allocations, counts[1].reallocations, counts[1].bytes,
			  for_stream);
	for (unsigned i = 0; i < key_count; i++)
		length += snprintf(line + length, sizeof(line) - (size_t)length, "%s%s",
				   i > 0 ? " " : "", keys[i]);
	line[length++] = '\n';
	_exit(write(RESULT_FD, line, (size_t)length) == length ? 0 : 1);
}

static int list(void)
{
	for (const struct atlas_case *const *one = first_case; one < behind_last_case; one++)
		dprintf(RESULT_FD, "%s\t%d\t%s\t%s\t%s\t%s\n", (*one)->name, (*one)->flags,
			(*one)->when, (*one)->cure, (*one)->family, (*one)->prefixes);
	return 0;
}

int main(int argc, char **argv)
{
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 70;
	if (argc == 2 && strcmp(argv[1], "list") == 0)
		return list();
	for (const struct atlas_case *const *one = first_case; argc == 3 && one < behind_last_case;
	     one++) {
		if (strcmp((*one)->name, argv[2]) != 0)
			continue;
		if ((*one)->flags & ATLAS_LOCALE)
			setlocale(LC_ALL, "");
		if ((*one)->flags & ATLAS_NO_ZONE)
			unsetenv("TZ");
		if (strcmp(argv[1], "prewarmed") == 0)
			phaselock_prewarm();
		run(*one);
	}
	return 2;
}
