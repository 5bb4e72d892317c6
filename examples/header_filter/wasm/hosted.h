/* SPDX-License-Identifier: MIT */
/*
 * The plugin's module in the fake host, for tests: from its load to its end, and what a test hands
 * it. Functions fail the test where nothing else can be meant.
 */
#ifndef HOSTED_H
#define HOSTED_H

#include <phaselock/cmocka.h>

#include "fake_host.h"
#include "headers.h"

#define ROOT 1
#define CONTINUE 0
#define PAUSE 1
#define SEED 20260101

/* What every configuration has. */
#define NEEDED                                                                                     \
	"\"authority\": \"check.example\", \"path\": \"/check\", \"http_cluster\": \"check\", "    \
	"\"grpc_cluster\": \"review\""

struct recorded_request {
	struct filter_bytes map;
	unsigned char place[4096];
};

extern struct recorded_request recorded[32];
extern size_t recorded_count;
extern Z_header_filter_instance_t module;

void read_recorded(const char *folder);

/* A new module, at which nothing was called but _initialize(); and its end. */
void load(void);
void unload(void);

/* Returns what proxy_on_configure() returned. */
uint32_t configure(const char *configuration);

/* As a host begins: all of a plugin's life before the first request. */
void start(const char *configuration);

/* Begins a context; returns what the plugin said to the request's headers. */
uint32_t request(uint32_t context, struct filter_bytes map);
void end(uint32_t context);

/* Returns the plugin's own counts, which it logs at its end. */
const char *counts(void);

/* There is such a line, or part of one, in the log. */
void assert_line(const char *line);

/* Returns a map of names and values in turn, up to NULL, in the place given. */
struct filter_bytes map_of(void *place, size_t size, const char *const *pairs);

/* A test: lives.c. */
void lives_give_the_bytes_of_the_native_filter(void **state);

#endif
