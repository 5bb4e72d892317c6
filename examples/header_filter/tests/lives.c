/* SPDX-License-Identifier: MIT */
/*
 * Lives of requests, one after the other, with the heap locked; with stages=1 the library tells
 * what each did up to each stage.
 *
 *	lives_filter [--odd] [--show] [--forget] FILE...
 *
 * A life for each recorded request; with --odd some more for what else may come. --show prints all
 * results and lines of the log, --forget is a host with a mistake: it does not end the first
 * request. The exit status is 1 if the library is not armed.
 */
#include "host.h"

#include "maps.h"

#include <phaselock/phaselock.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIVES_MAX 64

static struct host_recordings recordings;
static struct host host;
static struct host_life lives[LIVES_MAX];
static unsigned life_count;
static char log_lines[1 << 17], shown[1 << 20];
static size_t shown_length;
static bool odd, show, forget;

/* What no recorded client sends: many connection options, wrong maps and replies. */
static void add_odd_lives(void)
{
	struct host_life life = host_recorded_life(&recordings, 0, true);

	life.request_headers = map_of(":path", "/odd", "connection", "a, b, c, d, e, f, g", "f",
				      "1", "x-request-id", "odd-1", "bad name", "x", NULL);
	life.call_reply = (struct filter_bytes){NULL, 0};
	life.message_reply = (struct filter_bytes){NULL, 0};
	lives[life_count++] = life;
	life.request_headers = map_guarded("\1", 1);
	life.message_reply = map_guarded("\0\0\0\0\2\x12\0", 7);
	lives[life_count++] = life;
	life.request_headers = (struct filter_bytes){NULL, 0};
	life.message_reply = map_guarded("\0\0\0\0\7\x08\0\x12\3get", 12);
	lives[life_count++] = life;
}

static void show_result(const struct host_life *life)
{
	int length = snprintf(shown + shown_length, sizeof(shown) - shown_length,
			      "%d:%d:", (int)life->next, life->made);

	shown_length += (size_t)length;
	for (size_t i = 0; life->made && i < life->out.size; i++) {
		snprintf(shown + shown_length, 3, "%02x",
			 ((const unsigned char *)life->out.data)[i]);
		shown_length += 2;
	}
	shown[shown_length++] = '\n';
}

static void step(struct host_life *life)
{
	host_step(&host, life);
	if (show)
		show_result(life);
}

static void live(struct host_life *life, bool complete)
{
	struct phaselock_stage stage;

	phaselock_stage_begin(&stage, "Request Start");
	step(life);
	step(life);
	phaselock_stage_mark(&stage, "After Header Processing");
	step(life);
	step(life);
	phaselock_stage_mark(&stage, "After Protobuf Creation");
	step(life);
	phaselock_stage_mark(&stage, "gRPC Response Start");
	step(life);
	step(life);
	if (complete)
		step(life);
	phaselock_stage_mark(&stage, "Request End");
	phaselock_stage_end(&stage, "Request Complete");
}

int main(int argc, char **argv)
{
	struct phaselock_stage plugin;
	struct filter_counts counts;

	while (argc > 1 && argv[1][0] == '-') {
		odd = odd || strcmp(argv[1], "--odd") == 0;
		show = show || strcmp(argv[1], "--show") == 0;
		forget = forget || strcmp(argv[1], "--forget") == 0;
		argc--;
		argv++;
	}
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL || !host_load(&recordings, argv + 1, argc - 1))
		return EXIT_FAILURE;
	for (; life_count < recordings.request_count; life_count++)
		lives[life_count] = host_recorded_life(&recordings, life_count, true);
	if (odd)
		add_odd_lives();

	lock_allocations();
	phaselock_stage_begin(&plugin, "Plugin Start");
	host_start(&host, HOST_REQUESTS, true, log_lines, sizeof(log_lines));
	phaselock_stage_mark(&plugin, "Plugin Initialization");
	for (unsigned i = 0; i < life_count; i++)
		live(&lives[i], !forget || i != 0);
	filter_get_counts(host.filter, &counts);
	host_stop(&host);
	phaselock_stage_end(&plugin, "Plugin End");
	unlock_allocations();

	if (show)
		printf("%s%s", shown, log_lines);
	printf("%lu requests, %u lines, %u warnings, %lu malformed, %lu dropped, %lu failed "
	       "calls\n",
	       (unsigned long)counts.requests, host.lines, host.warnings,
	       (unsigned long)counts.malformed, (unsigned long)counts.dropped,
	       (unsigned long)counts.failed_calls);
	return EXIT_SUCCESS;
}
