/* SPDX-License-Identifier: MIT */
#include "hosted.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

/* ---- recorded requests ----------------------------------------------------------------------- */

struct recorded_request recorded[32];
size_t recorded_count;

void read_recorded(const char *folder)
{
	DIR *files = opendir(folder);
	struct dirent *file;

	while (files != NULL && (file = readdir(files)) != NULL) {
		char path[512], text[4096];
		FILE *stream;

		if (strstr(file->d_name, ".http") == NULL || recorded_count == 32)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, file->d_name);
		stream = fopen(path, "r");
		if (stream == NULL)
			continue;
		recorded[recorded_count].map =
			host_map_of_request(text, fread(text, 1, sizeof(text), stream),
					    recorded[recorded_count].place, 4096);
		recorded_count++;
		fclose(stream);
	}
	if (files != NULL)
		closedir(files);
}

/* ---- the module ------------------------------------------------------------------------------ */

Z_header_filter_instance_t module;

static uint32_t allocate(uint32_t size)
{
	return Z_header_filterZ_proxy_on_memory_allocate(&module, size);
}

void load(void)
{
	memset(&module, 0, sizeof(module));
	memset(&host, 0, sizeof(host));
	Z_header_filter_instantiate(&module, &host);
	host.memory = Z_header_filterZ_memory(&module);
	host.allocate = allocate;
	host.time_ns = SEED;
	host.last_call = 100;
	Z_header_filterZ__initialize(&module);
}

void unload(void)
{
	Z_header_filter_free(&module);
}

uint32_t configure(const char *configuration)
{
	host.configuration = (struct filter_bytes){configuration, strlen(configuration)};
	Z_header_filterZ_proxy_on_context_create(&module, ROOT, 0);
	return Z_header_filterZ_proxy_on_configure(&module, ROOT, (u32)strlen(configuration));
}

void start(const char *configuration)
{
	load();
	assert_int_equal(Z_header_filterZ_proxy_on_vm_start(&module, ROOT, 0), 1);
	if (configure(configuration) != 1)
		fail_msg("not configured: %s", host.lines);
	host_forget();
}

uint32_t request(uint32_t context, struct filter_bytes map)
{
	host.request = map;
	Z_header_filterZ_proxy_on_context_create(&module, context, ROOT);
	return Z_header_filterZ_proxy_on_request_headers(&module, context, 5, 1);
}

void end(uint32_t context)
{
	assert_int_equal(Z_header_filterZ_proxy_on_done(&module, context), 1);
	Z_header_filterZ_proxy_on_log(&module, context);
	Z_header_filterZ_proxy_on_delete(&module, context);
}

void assert_line(const char *line)
{
	if (strstr(host.lines, line) == NULL)
		fail_msg("there is no line '%s' in:\n%s", line, host.lines);
}

struct filter_bytes map_of(void *place, size_t size, const char *const *pairs)
{
	struct headers_writer writer;

	headers_write(&writer, place, size, 32);
	for (; pairs[0] != NULL; pairs += 2)
		headers_add(&writer, text_of(pairs[0]), text_of(pairs[1]));
	return (struct filter_bytes){place, headers_end(&writer)};
}

const char *counts(void)
{
	host_forget();
	Z_header_filterZ_proxy_on_log(&module, ROOT);
	return host.lines;
}
