/* SPDX-License-Identifier: MIT */
/*
 * Takes the profiles of all processes out of the memory that they write, and joins their numbers.
 * What is read may change meanwhile, and may be anything. It must not know what a profile is good
 * for.
 */
#define _GNU_SOURCE
#include "profile.h"

#include <stdlib.h>
#include <string.h>

#define KINDS (PL_PROFILE_TIMELINE + 1)

static const size_t sizes[KINDS] = {
	[PL_PROFILE_NODES] = sizeof(struct pl_profile_node),
	[PL_PROFILE_ROWS] = sizeof(struct pl_profile_row),
	[PL_PROFILE_THREADS] = sizeof(struct pl_profile_thread),
	[PL_PROFILE_TIMELINE] = sizeof(struct pl_profile_point),
};

/* A chunk: of which kind and process, and how many such ones come before it. */
struct chunk {
	uint32_t kind, process, turn, number;
};

struct source {
	const struct pl_profile *memory;
	size_t images;
	struct chunk *chunks; /* by process, kind and turn */
	size_t chunk_count;
};

static int compare_chunks(const void *a, const void *b)
{
	const struct chunk *x = a, *y = b;

	if (x->process != y->process)
		return x->process > y->process ? 1 : -1;
	if (x->kind != y->kind)
		return x->kind > y->kind ? 1 : -1;
	if (x->turn != y->turn)
		return x->turn > y->turn ? 1 : -1;
	return (x->number > y->number) - (x->number < y->number);
}

static bool list_chunks(struct source *source)
{
	uint32_t taken = atomic_load_explicit(&source->memory->chunks_taken, memory_order_acquire);

	if (taken > PL_PROFILE_CHUNKS)
		taken = PL_PROFILE_CHUNKS;
	source->chunks = calloc(taken + 1, sizeof(*source->chunks));
	if (source->chunks == NULL)
		return false;
	for (uint32_t i = 0; i < taken; i++) {
		const struct pl_profile_chunk *head = &source->memory->chunks[i];
		struct chunk chunk = {
			.kind = atomic_load_explicit(&head->kind, memory_order_acquire),
			.process = head->process,
			.turn = head->turn,
			.number = i,
		};

		if (chunk.kind > 0 && chunk.kind < KINDS && chunk.process < source->images)
			source->chunks[source->chunk_count++] = chunk;
	}
	qsort(source->chunks, source->chunk_count, sizeof(*source->chunks), compare_chunks);
	return true;
}

/* The chunks of one process and kind: as many as come one behind the other from the first on. */
struct part {
	const struct chunk *first;
	size_t chunks;
	size_t count; /* of elements that were taken */
};

static struct part find_part(const struct source *source, uint32_t process, uint32_t kind,
			     uint32_t taken)
{
	const size_t many = PL_PROFILE_CHUNK_SIZE / sizes[kind];
	struct part part = {.first = source->chunks};
	size_t low = 0, high = source->chunk_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct chunk *chunk = &source->chunks[middle];

		if (chunk->process < process || (chunk->process == process && chunk->kind < kind))
			low = middle + 1;
		else
			high = middle;
	}
	part.first += low;
	while (low + part.chunks < source->chunk_count &&
	       part.first[part.chunks].process == process && part.first[part.chunks].kind == kind &&
	       part.first[part.chunks].turn == part.chunks)
		part.chunks++;
	part.count = part.chunks * many < taken ? part.chunks * many : taken;
	return part;
}

static const void *element(const struct source *source, const struct part *part, size_t number)
{
	uint32_t kind = part->first->kind;
	size_t many = PL_PROFILE_CHUNK_SIZE / sizes[kind];
	const char *chunks = (const char *)source->memory + PL_PROFILE_CHUNKS_AT;

	return chunks + (size_t)part->first[number / many].number * PL_PROFILE_CHUNK_SIZE +
	       number % many * sizes[kind];
}

/* Makes room for more elements; returns false if there is no memory. */
static bool make_room(void *array, size_t count, size_t more, size_t size)
{
	void **start = array, *larger = reallocarray(*start, count + more + 1, size);

	if (larger == NULL)
		return false;
	*start = larger;
	return true;
}

/* ---- one process ----------------------------------------------------------------------------- */

/* The elements of a process, and where they begin among those of all. */
struct parts {
	struct part nodes, rows, threads, points;
	size_t first_node, first_thread;
};

static void take_nodes(struct profile *profile, const struct source *source, uint32_t process,
		       const struct parts *parts)
{
	for (size_t i = 0; i < parts->nodes.count; i++) {
		struct profile_node *node = &profile->nodes[profile->node_count++];

		node->process = process;
		memcpy(&node->node, element(source, &parts->nodes, i), sizeof(node->node));
		/* The caller was there before. */
		node->node.parent = node->node.parent > 0 && node->node.parent <= i
					    ? (uint32_t)parts->first_node + node->node.parent
					    : 0;
	}
}

static void take_threads(struct profile *profile, const struct source *source, uint32_t process,
			 const struct parts *parts)
{
	for (size_t i = 0; i < parts->threads.count; i++) {
		struct profile_thread *thread = &profile->threads[profile->thread_count++];

		thread->process = process;
		memcpy(&thread->thread, element(source, &parts->threads, i),
		       sizeof(thread->thread));
	}
}

/* For rows whose thread found no room. */
static void add_no_thread(struct profile *profile, uint32_t process)
{
	profile->threads[profile->thread_count++] = (struct profile_thread){
		.process = process,
		.thread = {.is_there = 1, .name = "(no room)"},
	};
}

static void take_rows(struct profile *profile, const struct source *source, uint32_t process,
		      const struct parts *parts)
{
	for (size_t i = 0; i < parts->rows.count; i++) {
		struct profile_row *row = &profile->rows[profile->row_count];
		const struct pl_profile_row *from = element(source, &parts->rows, i);
		uint32_t stack = atomic_load_explicit(&from->stack, memory_order_acquire);
		size_t thread;

		if (stack == 0)
			continue;
		memcpy(&row->counts, from, sizeof(row->counts));
		thread = row->counts.thread < parts->threads.count ? row->counts.thread
								   : parts->threads.count;
		if (thread == parts->threads.count &&
		    profile->thread_count == parts->first_thread + thread)
			add_no_thread(profile, process);
		row->process = process;
		row->thread = (uint32_t)(parts->first_thread + thread);
		row->stack = stack <= parts->nodes.count ? (uint32_t)parts->first_node + stack : 0;
		row->phase = row->counts.phase != 0;
		profile->row_count++;
	}
}

static int compare_points(const void *a, const void *b)
{
	const struct profile_point *x = a, *y = b;

	if (x->process != y->process)
		return x->process > y->process ? 1 : -1;
	return (x->point.time_ns > y->point.time_ns) - (x->point.time_ns < y->point.time_ns);
}

/* While the process halves its timeline a point may be there twice. */
static void take_points(struct profile *profile, const struct source *source, uint32_t process,
			const struct parts *parts)
{
	struct profile_point *first = &profile->points[profile->point_count];
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < parts->points.count; i++) {
		first[count].process = process;
		memcpy(&first[count].point, element(source, &parts->points, i),
		       sizeof(first[count].point));
		count += first[count].point.time_ns != 0;
	}
	qsort(first, count, sizeof(*first), compare_points);
	for (size_t i = 0; i < count; i++)
		if (i == 0 ||
		    memcmp(&first[i].point, &first[kept - 1].point, sizeof(first[i].point)) != 0)
			first[kept++] = first[i];
	profile->point_count += kept;
}

static bool take_process(struct profile *profile, const struct source *source, uint32_t number)
{
	const struct pl_profile_process *from = &source->memory->processes[number];
	struct profile_process *process;
	struct parts parts;

	/* acquire, and rows before nodes and threads: what a row has was taken before it */
	if (atomic_load_explicit(&from->is_there, memory_order_acquire) == 0)
		return true;
	parts.rows = find_part(source, number, PL_PROFILE_ROWS,
			       atomic_load_explicit(&from->rows_taken, memory_order_acquire));
	parts.nodes = find_part(source, number, PL_PROFILE_NODES,
				atomic_load_explicit(&from->nodes_taken, memory_order_acquire));
	parts.threads = find_part(source, number, PL_PROFILE_THREADS,
				  atomic_load_explicit(&from->threads_taken, memory_order_acquire));
	parts.points = find_part(source, number, PL_PROFILE_TIMELINE,
				 atomic_load_explicit(&from->points_taken, memory_order_acquire));
	parts.first_node = profile->node_count;
	parts.first_thread = profile->thread_count;
	if (!make_room(&profile->processes, profile->process_count, 1, sizeof(*process)) ||
	    !make_room(&profile->nodes, profile->node_count, parts.nodes.count,
		       sizeof(*profile->nodes)) ||
	    !make_room(&profile->rows, profile->row_count, parts.rows.count,
		       sizeof(*profile->rows)) ||
	    !make_room(&profile->threads, profile->thread_count, parts.threads.count + 1,
		       sizeof(*profile->threads)) ||
	    !make_room(&profile->points, profile->point_count, parts.points.count,
		       sizeof(*profile->points)))
		return false;
	process = &profile->processes[profile->process_count++];
	process->process = number;
	memcpy(&process->counts, from, sizeof(process->counts));
	take_nodes(profile, source, number, &parts);
	take_threads(profile, source, number, &parts);
	take_rows(profile, source, number, &parts);
	take_points(profile, source, number, &parts);
	return true;
}

/* ---- all processes --------------------------------------------------------------------------- */

bool profile_take(struct profile *profile, const struct pl_profile *memory, size_t images)
{
	struct source source = {
		.memory = memory,
		.images = images < PL_LAYOUT_IMAGES ? images : PL_LAYOUT_IMAGES,
	};
	bool is_taken;

	profile_free(profile);
	is_taken = list_chunks(&source);
	for (uint32_t i = 0; is_taken && i < source.images; i++)
		is_taken = take_process(profile, &source, i);
	free(source.chunks);
	if (!is_taken)
		profile_free(profile);
	return is_taken;
}

static void bound(uint32_t *number, size_t count)
{
	if (*number >= count)
		*number = 0;
}

void profile_bound(struct profile *profile, size_t images)
{
	if (images == 0) {
		profile_free(profile);
		return;
	}
	for (size_t i = 0; i < profile->process_count; i++)
		bound(&profile->processes[i].process, images);
	for (size_t i = 0; i < profile->thread_count; i++)
		bound(&profile->threads[i].process, images);
	for (size_t i = 0; i < profile->point_count; i++)
		bound(&profile->points[i].process, images);
	for (size_t i = 0; i < profile->node_count; i++) {
		bound(&profile->nodes[i].process, images);
		bound(&profile->nodes[i].node.parent, i + 1);
	}
	if (profile->thread_count == 0)
		profile->row_count = 0;
	for (size_t i = 0; i < profile->row_count; i++) {
		struct profile_row *row = &profile->rows[i];

		bound(&row->process, images);
		bound(&row->thread, profile->thread_count);
		bound(&row->phase, 2);
		bound(&row->stack, profile->node_count + 1);
	}
}

void profile_free(struct profile *profile)
{
	free(profile->processes);
	free(profile->threads);
	free(profile->nodes);
	free(profile->rows);
	free(profile->points);
	memset(profile, 0, sizeof(*profile));
}
