/* SPDX-License-Identifier: MIT */
/*
 * A record with a profile, from one line for each row: "function!module < function!module",
 * innermost first. A ~ before a function: it is inlined into the next one. "[truncated]" stands for
 * what was not kept. Modules are in /opt, unless they are paths.
 */
#ifndef TEST_PROFILE_MADE_H
#define TEST_PROFILE_MADE_H

#include "profile_view.h"
#include "record.h"

#include <stdlib.h>
#include <string.h>

#define MADE_MOST 4096

/* The names are there: nobody is asked. */
const struct answer *namer_ask(struct namer *namer, const struct question *question)
{
	(void)namer;
	(void)question;
	abort();
}

struct made {
	struct record record;
	struct profile profile;
	char names[1 << 18];
	char places[MADE_MOST][256]; /* the text of each place */
	size_t place_count;
};

static inline void *made_checked(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

static inline struct made *made_new(void)
{
	struct made *made = made_checked(calloc(1, sizeof(*made)));
	struct profile *profile = &made->profile;

	made->record.images = made_checked(calloc(16, sizeof(struct pl_layout_image)));
	made->record.modules = made_checked(calloc(64, sizeof(struct pl_layout_module)));
	profile->processes = made_checked(calloc(16, sizeof(*profile->processes)));
	profile->threads = made_checked(calloc(64, sizeof(*profile->threads)));
	profile->nodes = made_checked(calloc(MADE_MOST, sizeof(*profile->nodes)));
	profile->rows = made_checked(calloc(MADE_MOST, sizeof(*profile->rows)));
	profile->points = made_checked(calloc(MADE_MOST, sizeof(*profile->points)));
	made->record.run.start_ns = 1000000000;
	return made;
}

/* Returns its number. */
static inline uint32_t made_thread(struct made *made, uint32_t process, const char *name,
				   uint32_t id)
{
	struct profile_thread *thread = &made->profile.threads[made->profile.thread_count];

	*thread = (struct profile_thread){.process = process, .thread = {.is_there = 1, .id = id}};
	memcpy(thread->thread.name, name, strnlen(name, sizeof(thread->thread.name)));
	return (uint32_t)made->profile.thread_count++;
}

/* Adds a process and its first thread. Returns its number. */
static inline uint32_t made_process(struct made *made, const char *program, uint32_t id)
{
	uint32_t number = (uint32_t)made->record.image_count++;
	struct pl_layout_image *image = &made->record.images[number];

	image->begin = PL_LAYOUT_PROGRAM;
	image->end = PL_LAYOUT_EXIT;
	image->id = id;
	memcpy(image->name, program, strnlen(program, sizeof(image->name)));
	made->profile.processes[made->profile.process_count++] = (struct profile_process){
		.process = number, .counts = {.is_there = 1, .frames = 64, .peak_turn = 1}};
	made_thread(made, number, program, id);
	return number;
}

static inline uint32_t made_module(struct made *made, const char *name, size_t length)
{
	char path[472];

	snprintf(path, sizeof(path), "%s%.*s", *name == '/' ? "" : "/opt/", (int)length, name);
	for (uint32_t i = 0; i < made->record.module_count; i++)
		if (strcmp(made->record.modules[i].path, path) == 0)
			return i + 1;
	made->record.modules[made->record.module_count].is_there = 1;
	made->record.modules[made->record.module_count].build_id_size = 4;
	made->record.modules[made->record.module_count].build_id[0] =
		(uint8_t)(0xb0 + made->record.module_count);
	strcpy(made->record.modules[made->record.module_count].path, path);
	return (uint32_t)++made->record.module_count;
}

/* Returns the place of a frame, whose text may have inlined ones before it. */
static inline uint64_t made_place(struct made *made, const char *text, size_t length)
{
	const char *function = text, *module;
	uint64_t place;
	size_t i;

	for (i = 0; i < made->place_count; i++)
		if (strlen(made->places[i]) == length && memcmp(made->places[i], text, length) == 0)
			break;
	module = memrchr(text, '!', length);
	if (module == NULL)
		abort();
	place = (uint64_t)made_module(made, module + 1, (size_t)(text + length - module - 1))
			<< PL_LAYOUT_OFFSET_BITS |
		(0x1000 + 16 * i);
	if (i < made->place_count)
		return place;
	memcpy(made->places[made->place_count++], text, length);
	for (; function < text + length; function++) {
		const char *end = memchr(function, '!', (size_t)(text + length - function));
		size_t used = strlen(made->names);

		if (*function == '~')
			function++;
		snprintf(made->names + used, sizeof(made->names) - used,
			 "%llx\t%.*s\t/src/%.*s.c\t%zu\n", (unsigned long long)place,
			 (int)(end - function), function, (int)(end - function), function, i + 10);
		end = memchr(function, '<', (size_t)(text + length - function));
		if (end == NULL)
			break;
		function = end;
	}
	return place;
}

static inline uint32_t made_node(struct made *made, uint32_t process, uint32_t parent,
				 uint64_t place, uint32_t flags)
{
	struct profile *profile = &made->profile;

	for (uint32_t i = 0; i < profile->node_count; i++)
		if (profile->nodes[i].process == process &&
		    profile->nodes[i].node.parent == parent &&
		    profile->nodes[i].node.place == place && profile->nodes[i].node.flags == flags)
			return i + 1;
	profile->nodes[profile->node_count] = (struct profile_node){
		.process = process, .node = {.place = place, .parent = parent, .flags = flags}};
	return (uint32_t)++profile->node_count;
}

/* Adds the frames of a stack from its outer end. Frames are parted by " < "; ~ as above by "<". */
static inline uint32_t made_stack(struct made *made, uint32_t process, const char *stack)
{
	const char *end = stack + strlen(stack);
	uint32_t node = 0;

	for (const char *at = end; at > stack;) {
		const char *begin = at;

		while (begin > stack && strncmp(begin - 1, " < ", 3) != 0)
			begin--;
		if (begin > stack)
			begin += 2;
		if (strncmp(begin, "[truncated]", 11) == 0)
			node = made_node(made, process, node, 1, PL_PROFILE_TRUNCATED);
		else
			node = made_node(made, process, node,
					 made_place(made, begin, (size_t)(at - begin)), 0);
		at = begin > stack ? begin - 3 : stack;
	}
	return node;
}

/* Adds a row of blocks of 16 bytes; returns it, for other figures. */
static inline struct pl_profile_row *made_row(struct made *made, uint32_t thread, uint32_t phase,
					      uint64_t requests, uint64_t frees, const char *stack)
{
	uint32_t process = made->profile.threads[thread].process;
	uint32_t node = made_stack(made, process, stack);
	struct profile_row *row = &made->profile.rows[made->profile.row_count++];
	struct pl_profile_process *counts = NULL;

	*row = (struct profile_row){
		.process = process, .thread = thread, .stack = node, .phase = phase};
	row->counts.stack = node;
	row->counts.phase = phase;
	row->counts.function = PL_PROFILE_MALLOC;
	row->counts.requests = requests;
	row->counts.bytes = 16 * requests;
	row->counts.frees = frees;
	row->counts.freed_bytes = 16 * frees;
	row->counts.first_ns = 1000000000 + 1000000 * made->profile.row_count;
	row->counts.last_ns = row->counts.first_ns + 500000;
	row->counts.classes[5] = (uint32_t)requests;
	if (phase != 0)
		made->record.images[process].locks = 1;
	for (size_t i = 0; i < made->profile.process_count; i++)
		if (made->profile.processes[i].process == process)
			counts = &made->profile.processes[i].counts;
	if (counts != NULL) {
		counts->requests += requests;
		counts->bytes += 16 * requests;
		counts->frees += frees;
		counts->freed_bytes += 16 * frees;
		counts->peak_bytes += 16 * (requests - frees);
		counts->peak_blocks += requests - frees;
	}
	return &row->counts;
}

static inline void made_point(struct made *made, uint32_t process, uint64_t since_ns, uint64_t live,
			      uint32_t phase, bool is_change)
{
	made->profile.points[made->profile.point_count++] = (struct profile_point){
		.process = process,
		.point = {.time_ns = 1000000000 + since_ns,
			  .live_bytes = live,
			  .live_blocks = live / 16,
			  .requests = live / 16,
			  .resident = 1 << 20,
			  .phase = phase,
			  .is_change = is_change},
	};
}

/* Makes the view; the filter may be NULL. */
static inline struct profile_view *made_view(struct made *made, const struct view_filter *filter)
{
	struct profile_view *view = profile_view_new();
	struct names names;

	free(made->record.names);
	made->record.names = made_checked(strdup(made->names));
	made->record.names_size = strlen(made->names);
	names = names_read(&made->record);
	profile_view_add(view, &made->record, &made->profile, &names, 0);
	names_free(&names);
	if (filter != NULL)
		profile_view_filter(view, filter);
	profile_view_finish(view);
	return view;
}

static inline void made_free(struct made *made)
{
	free(made->record.images);
	free(made->record.modules);
	free(made->record.names);
	free(made->profile.processes);
	free(made->profile.threads);
	free(made->profile.nodes);
	free(made->profile.rows);
	free(made->profile.points);
	free(made);
}

#endif
