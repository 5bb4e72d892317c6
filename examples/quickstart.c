/* SPDX-License-Identifier: MIT */
/*
 * The first program to read: how to show that the working phase of a program makes no heap request.
 *
 *     build/examples/quickstart examples/data/curl_get.http examples/data/curl_post_json.http
 *     build/examples/quickstart --naive examples/data/curl_get.http
 *
 * It loads recorded HTTP requests, makes a parser and its table, locks the heap, reads every
 * request 10,000 times, and unlocks. It prints a line for each request, what phaselock counted
 * before the lock and while it was on, and "verdict: PASS" (status 0) or "verdict: FAIL" (1).
 * With --naive the parser copies each header to the heap: the first copy is a violation, which
 * phaselock reports on stderr with its call stack before it ends the program by abort().
 * Status 2 is a wrong command line or a file that is no recorded request.
 */
#include "request_counter.h"

#include <errno.h>
#include <phaselock/phaselock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 10000
#define RECORDING_SIZE_MAX 65536

struct recording {
	const char *path;
	char *bytes;
	size_t length;
};

/* Reads a whole file to the heap. Says what is wrong and returns false if it cannot. */
static bool load(struct recording *recording, const char *path)
{
	FILE *file = fopen(path, "rb");
	bool loaded = false;

	recording->path = path;
	if (file == NULL) {
		fprintf(stderr, "quickstart: %s: %s\n", path, strerror(errno));
		return false;
	}
	recording->bytes = malloc(RECORDING_SIZE_MAX);
	if (recording->bytes == NULL) {
		fprintf(stderr, "quickstart: out of memory\n");
	} else {
		recording->length = fread(recording->bytes, 1, RECORDING_SIZE_MAX, file);
		if (ferror(file) != 0)
			fprintf(stderr, "quickstart: %s: cannot be read\n", path);
		else if (recording->length == RECORDING_SIZE_MAX)
			fprintf(stderr, "quickstart: %s: %d bytes or more\n", path,
				RECORDING_SIZE_MAX);
		else
			loaded = true;
	}
	fclose(file);
	return loaded;
}

/* The job: no heap request, unless the counter is naive. Returns NULL or what is wrong. */
static const char *inspect(struct request_counter *counter, const struct recording *recording)
{
	if (!request_counter_read(counter, recording->bytes, recording->length))
		return request_counter_error(counter);
	if (request_counter_header(counter, "Host") == NULL)
		return "the request has no Host header";
	if (request_counter_header(counter, "Content-Type") != NULL &&
	    request_counter_header(counter, "Content-Length") == NULL)
		return "the request has a Content-Type but no Content-Length";
	return NULL;
}

static const char *or_dash(const char *text)
{
	return text != NULL ? text : "-";
}

/* Inspects each recording once and prints it, during initialisation: printf() may allocate. */
static bool show(struct request_counter *counter, const struct recording *recordings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *fault = inspect(counter, &recordings[i]);

		if (fault != NULL) {
			fprintf(stderr, "quickstart: %s: %s\n", recordings[i].path, fault);
			return false;
		}
		printf("  %-4s %-32.32s %2zu headers, from %-18.18s type %s\n",
		       request_counter_method(counter), request_counter_url(counter),
		       request_counter_header_count(counter),
		       or_dash(request_counter_header(counter, "User-Agent")),
		       or_dash(request_counter_header(counter, "Content-Type")));
	}
	return true;
}

/* The working phase: it may not allocate, so it prints nothing. Returns NULL or what went wrong. */
static const char *work(struct request_counter *counter, const struct recording *recordings,
			size_t count)
{
	for (size_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < count; i++) {
			const char *fault = inspect(counter, &recordings[i]);

			if (fault != NULL)
				return fault;
		}
	}
	return NULL;
}

static void print_row(const char *name, uint64_t before, uint64_t locked)
{
	printf("  %-22s %14llu %14llu\n", name, (unsigned long long)before,
	       (unsigned long long)locked);
}

int main(int argc, char **argv)
{
	bool naive = argc > 1 && strcmp(argv[1], "--naive") == 0;
	int first = naive ? 2 : 1;
	size_t count = (size_t)(argc > first ? argc - first : 0);
	struct recording *recordings;
	struct request_counter *counter;
	struct phaselock_stats at_start, at_lock, at_unlock, before, locked;
	struct request_totals totals;
	const char *fault;

	if (count == 0 || argv[first][0] == '-') {
		fprintf(stderr, "usage: quickstart [--naive] FILE...\n");
		return 2;
	}
	/* 1. Proof first: otherwise a build that lost the library would pass every check below. */
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL) {
		fprintf(stderr, "quickstart: not armed: the heap is another allocator's\n");
		return 1;
	}
	at_start = get_stats();

	/* 2. Initialisation: all memory that the program will ever need is taken here. */
	recordings = calloc(count, sizeof(*recordings));
	counter = request_counter_create(naive ? REQUEST_KEEP_COPIES : REQUEST_KEEP_IN_TABLE);
	if (recordings == NULL || counter == NULL) {
		fprintf(stderr, "quickstart: out of memory\n");
		return 1;
	}
	for (size_t i = 0; i < count; i++)
		if (!load(&recordings[i], argv[first + (int)i]))
			return 2;
	printf("phaselock %s is armed; %zu recorded request%s:\n", phaselock_version(), count,
	       count == 1 ? "" : "s");
	if (!show(counter, recordings, count))
		return 2;
	fflush(stdout); /* abort() would lose what is still in the buffer */

	/* 3. The heap is frozen, and the work is done. */
	at_lock = get_stats();
	lock_allocations();
	fault = work(counter, recordings, count);
	unlock_allocations();
	at_unlock = get_stats();

	/* 4. What happened in the two phases. */
	before = phaselock_stats_delta(&at_start, &at_lock);
	locked = phaselock_stats_delta(&at_lock, &at_unlock);
	totals = request_counter_totals(counter);
	printf("\n  %-22s %14s %14s\n", "", "initialisation", "while locked");
	print_row("allocations", before.allocations, locked.allocations);
	print_row("bytes requested", before.bytes_requested, locked.bytes_requested);
	print_row("deallocations", before.deallocations, locked.deallocations);
	print_row("locked attempts", before.locked_attempts, locked.locked_attempts);
	printf("\nread %llu requests with %llu headers and %llu bytes of body\n",
	       (unsigned long long)totals.requests, (unsigned long long)totals.headers,
	       (unsigned long long)totals.body_bytes);
	if (fault != NULL)
		fprintf(stderr, "quickstart: while locked: %s\n", fault);

	request_counter_destroy(counter);
	for (size_t i = 0; i < count; i++)
		free(recordings[i].bytes);
	free(recordings);

	if (fault != NULL || locked.locked_attempts != 0 || locked.allocations != 0) {
		printf("verdict: FAIL\n");
		return 1;
	}
	printf("verdict: PASS, no heap request was made while the heap was locked\n");
	return 0;
}
