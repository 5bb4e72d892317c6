/* SPDX-License-Identifier: MIT */
/*
 * A Proxy-Wasm host for tests: it hands the plugin what a test laid out, and keeps what the plugin
 * gave back. It has one map of each kind, which the test sets before each callback, and makes no
 * heap request.
 */
#ifndef FAKE_HOST_H
#define FAKE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter.h"

#include "header_filter.w2c.h"

#define HOST_BYTES 32768

/* What the plugin gave, copied out of its memory. */
struct host_copy {
	size_t size;
	unsigned char bytes[HOST_BYTES];
};

/* wasm2c's name for what the imports of module "env" are given. */
struct Z_env_instance_t {
	wasm_rt_memory_t *memory;
	uint32_t (*allocate)(uint32_t size); /* proxy_on_memory_allocate() */

	/* What the plugin is to get. */
	struct filter_bytes configuration;
	struct filter_bytes request;
	struct filter_bytes response;
	struct filter_bytes reply;
	struct filter_bytes message;
	uint64_t time_ns;
	bool refuses_calls; /* and maps */

	/* What it gave: all but the last two until host_forget(). */
	struct host_copy request_out;
	struct host_copy response_out;
	struct host_copy call_out;
	struct host_copy message_out;
	unsigned maps_set;
	unsigned http_calls;
	unsigned grpc_calls;
	unsigned continued;
	uint32_t continued_context;
	uint32_t timeout_ms;
	char http_cluster[64];
	char grpc_cluster[64];
	char method[64]; /* SERVICE/METHOD */
	char lines[16384];
	size_t lines_length;
	uint32_t last_call;	  /* call numbers rise, over both kinds */
	uint64_t lines_of_filter; /* a hash of all lines that the filter itself made */
};

extern struct Z_env_instance_t host;

void host_forget(void);

/* Adds a line of the filter's log to a hash of such lines. */
uint64_t host_hash(uint64_t hash, const void *line, size_t length);

/* Returns the map of a recorded request, in the place given. */
struct filter_bytes host_map_of_request(const char *recorded, size_t length, void *place,
					size_t size);

#endif
