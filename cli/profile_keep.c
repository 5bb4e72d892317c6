/* SPDX-License-Identifier: MIT */
/*
 * Names, modules, frames and nodes of a view, each once. It must not know of records.
 */
#define _GNU_SOURCE
#include "profile_keep.h"

#include "emit.h"
#include "intern.h"

#include <stdlib.h>
#include <string.h>

#define WITH_ROOM(count) ((count) + (count) / 2 + 64)

/* Things that have numbers already. */
struct view_maker {
	struct intern names, modules, frames, functions, nodes;
	char **strings;
	uint32_t *function_frames; /* the first frame of each function */
	size_t string_room, module_room, frame_room, node_room, function_room;
};

/* Makes room for one element more. */
static void *make_room(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = WITH_ROOM(count);
	return emit_checked(reallocarray(array, *room, size));
}

/* ---- names ----------------------------------------------------------------------------------- */

struct wanted_name {
	char **strings;
	const char *name;
};

static bool is_name(const void *context, uint32_t number)
{
	const struct wanted_name *wanted = context;

	return strcmp(wanted->strings[number], wanted->name) == 0;
}

/* Returns the one copy of a name. */
static char *keep(struct profile_view *view, const char *name)
{
	struct view_maker *maker = view->maker;
	size_t count = maker->names.count;
	struct wanted_name wanted = {maker->strings, name};
	uint32_t found = intern_find(&maker->names, intern_add_bytes(0, name, strlen(name)),
				     is_name, &wanted);

	if (found != INTERN_NONE)
		return maker->strings[found];
	maker->strings = make_room(maker->strings, count, &maker->string_room, sizeof(char *));
	maker->strings[count] = emit_checked(strdup(name));
	return maker->strings[count];
}

char *profile_keep_name(struct profile_view *view, const char *name)
{
	return name != NULL ? keep(view, name) : NULL;
}

char *profile_keep_bounded(struct profile_view *view, const char *name, size_t size)
{
	char *copy = emit_checked(strndup(name, size));
	char *kept = keep(view, copy);

	free(copy);
	return kept;
}

/* ---- modules --------------------------------------------------------------------------------- */

struct wanted_module {
	const struct view_module *modules, *module;
};

static bool is_module(const void *context, uint32_t number)
{
	const struct wanted_module *wanted = context;
	const struct view_module *module = &wanted->modules[number];

	return module->path == wanted->module->path &&
	       strcmp(module->build_id, wanted->module->build_id) == 0;
}

uint32_t profile_keep_module(struct profile_view *view, const struct pl_layout_module *from)
{
	size_t count = view->module_count;
	struct view_module module = {
		.path = profile_keep_bounded(view, from->path, sizeof(from->path))};
	const char *slash = strrchr(module.path, '/');
	uint64_t hash = intern_add(0, (uintptr_t)module.path);
	uint32_t found;

	module.name = slash != NULL ? keep(view, slash + 1) : module.path;
	for (uint32_t i = 0; i < from->build_id_size; i++) {
		snprintf(module.build_id + 2 * (size_t)i, 3, "%02x", from->build_id[i]);
		hash = intern_add(hash, from->build_id[i]);
	}
	found = intern_find(&view->maker->modules, hash, is_module,
			    &(struct wanted_module){view->modules, &module});
	if (found != INTERN_NONE)
		return found;
	view->modules =
		make_room(view->modules, count, &view->maker->module_room, sizeof(*view->modules));
	view->modules[view->module_count++] = module;
	return (uint32_t)count;
}

/* ---- frames ---------------------------------------------------------------------------------- */

struct wanted_frame {
	const struct profile_view *view;
	const struct view_frame *frame;
};

/* Names are compared by their addresses: equal ones are one. */
static bool is_frame(const void *context, uint32_t number)
{
	const struct wanted_frame *wanted = context;
	const struct view_frame *one = &wanted->view->frames[number], *other = wanted->frame;

	return one->module == other->module && one->frame.offset == other->frame.offset &&
	       one->frame.function == other->frame.function &&
	       one->frame.file == other->frame.file && one->frame.line == other->frame.line &&
	       one->frame.is_inlined == other->frame.is_inlined && one->is_mark == other->is_mark;
}

/* What is not known to be the same function is another one. */
static bool is_function(const void *context, uint32_t number)
{
	const struct wanted_frame *wanted = context;
	const struct profile_view *view = wanted->view;
	const struct report_frame *one = &view->frames[view->maker->function_frames[number]].frame;
	const struct report_frame *other = &wanted->frame->frame;

	return one->function == other->function && one->module == other->module &&
	       (one->function != NULL || one->offset == other->offset);
}

static uint32_t find_function(struct profile_view *view, const struct view_frame *frame)
{
	struct view_maker *maker = view->maker;
	const struct report_frame *of = &frame->frame;
	size_t count = maker->functions.count;
	uint64_t hash = intern_add(intern_add(0, (uintptr_t)of->function), (uintptr_t)of->module);
	uint32_t found;

	if (of->function == NULL)
		hash = intern_add(hash, of->offset);
	found = intern_find(&maker->functions, hash, is_function,
			    &(struct wanted_frame){view, frame});
	if (found != INTERN_NONE)
		return maker->function_frames[found];
	maker->function_frames =
		make_room(maker->function_frames, count, &maker->function_room, sizeof(uint32_t));
	maker->function_frames[count] = (uint32_t)view->frame_count;
	return (uint32_t)view->frame_count;
}

/* The frame's names have been kept. */
uint32_t profile_keep_frame(struct profile_view *view, struct view_frame frame)
{
	size_t count = view->frame_count;
	uint64_t hash = intern_add(intern_add(0, frame.module), frame.frame.offset);
	uint32_t found;

	hash = intern_add(hash, (uintptr_t)frame.frame.function);
	hash = intern_add(intern_add(hash, (uintptr_t)frame.frame.file), frame.frame.line);
	found = intern_find(&view->maker->frames, hash, is_frame,
			    &(struct wanted_frame){view, &frame});
	if (found != INTERN_NONE)
		return found;
	frame.function = find_function(view, &frame);
	view->frames =
		make_room(view->frames, count, &view->maker->frame_room, sizeof(*view->frames));
	view->frames[view->frame_count++] = frame;
	return (uint32_t)count;
}

/* ---- nodes ----------------------------------------------------------------------------------- */

struct wanted_node {
	const struct view_node *nodes;
	uint32_t parent, frame;
};

static bool is_node(const void *context, uint32_t number)
{
	const struct wanted_node *wanted = context;

	return wanted->nodes[number].parent == wanted->parent &&
	       wanted->nodes[number].frame == wanted->frame;
}

uint32_t profile_keep_node(struct profile_view *view, uint32_t parent, uint32_t frame)
{
	size_t count = view->node_count;
	const struct wanted_node wanted = {view->nodes, parent, frame};
	uint32_t found = intern_find(&view->maker->nodes, intern_add(intern_add(0, parent), frame),
				     is_node, &wanted);

	if (found != INTERN_NONE)
		return found;
	view->nodes = make_room(view->nodes, count, &view->maker->node_room, sizeof(*view->nodes));
	view->nodes[view->node_count++] = (struct view_node){
		.parent = parent, .frame = frame, .child = VIEW_NONE, .next = VIEW_NONE};
	return (uint32_t)count;
}

uint32_t profile_keep_mark(struct profile_view *view, uint32_t parent, const char *what)
{
	const struct view_frame frame = {
		.frame = {.function = profile_keep_name(view, what)},
		.module = VIEW_NONE,
		.is_mark = true,
	};

	return profile_keep_node(view, parent, profile_keep_frame(view, frame));
}

struct profile_view *profile_view_new(void)
{
	struct profile_view *view = emit_checked(calloc(1, sizeof(*view)));

	view->maker = emit_checked(calloc(1, sizeof(*view->maker)));
	view->root = VIEW_NONE;
	return view;
}

void profile_view_free(struct profile_view *view)
{
	struct view_maker *maker = view->maker;

	for (size_t i = 0; i < maker->names.count; i++)
		free(maker->strings[i]);
	free(maker->strings);
	free(maker->function_frames);
	intern_free(&maker->names);
	intern_free(&maker->modules);
	intern_free(&maker->frames);
	intern_free(&maker->functions);
	intern_free(&maker->nodes);
	free(maker);
	free(view->processes);
	free(view->threads);
	free(view->modules);
	free(view->frames);
	free(view->nodes);
	free(view->rows);
	free(view->points);
	free(view->sites);
	free(view);
}
