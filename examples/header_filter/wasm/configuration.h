/* SPDX-License-Identifier: MIT */
/*
 * The plugin's configuration: one flat JSON object, which is what Istio makes of `pluginConfig` and
 * Envoy of a string.
 *
 *	"authority"	needed: of the HTTP call-out
 *	"path"		needed: likewise
 *	"http_cluster"	needed: the upstream of the HTTP call-out, as the host calls it
 *	"grpc_cluster"	needed: the upstream of the gRPC call
 *	"timeout_ms"	of each call, 1 to 60000; 1000 if not given
 *	"contexts"	how many requests there may be at once, 1 to 1024; 64
 *	"stages"	true: the lines of phaselock_stage_begin() and so on; false
 *	"mistake"	"malloc", "strdup", "sbrk" or "leak" for each request, to see the guard at
 *			work; "none"
 *
 * Texts have no escapes and at most CONFIGURATION_TEXT - 1 bytes. Anything else is an error.
 */
#ifndef CONFIGURATION_H
#define CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIGURATION_TEXT 256

enum mistake { MISTAKE_NONE, MISTAKE_MALLOC, MISTAKE_STRDUP, MISTAKE_SBRK, MISTAKE_LEAK };

struct configuration {
	char authority[CONFIGURATION_TEXT];
	char path[CONFIGURATION_TEXT];
	char http_cluster[CONFIGURATION_TEXT];
	char grpc_cluster[CONFIGURATION_TEXT];
	uint32_t timeout_ms;
	uint32_t contexts;
	bool stages;
	enum mistake mistake;
};

/* What is wrong, as terminated texts: what, and the key, value or place it is about. */
struct configuration_error {
	const char *what;
	char about[CONFIGURATION_TEXT];
};

/* Returns whether the text is a configuration, and fills out one of the two. */
bool configuration_read(struct configuration *configuration, const char *text, size_t length,
			struct configuration_error *error);

#endif
