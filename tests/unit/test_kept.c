/* SPDX-License-Identifier: MIT */
/*
 * What the library keeps about frames whose modules may be unloaded. The modules are doubles: the
 * test decides which exist and what is in them.
 *
 * shows: PL-523
 */
#include "stack/kept.h"

#include "stack/object.h"
#include "common/os.h"
#include "threads.h"
#include "unit.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define STAYING ((void *)0x1000)
#define PLUGIN ((void *)0x2000)

static const unsigned char build_ids[2][3] = {{1, 2, 3}, {4, 5, 6}};

/* What lies at PLUGIN and behind it. */
static struct pl_place now;
static _Atomic unsigned looked_at, functions_found;

bool pl_object_stays(const void *address)
{
	return (uintptr_t)address < (uintptr_t)PLUGIN - 1;
}

void pl_module_find_file(const void *address, struct pl_place *place)
{
	looked_at++;
	*place = now;
	if (place->module != NULL)
		place->offset = (uintptr_t)address - 0x1800;
	else
		place->offset = (uintptr_t)address;
	place->function = NULL;
}

void pl_module_find_function(const void *address, struct pl_place *place)
{
	(void)address;
	functions_found++;
	place->function = now.function;
	place->function_offset = 7;
}

void pl_module_find(const void *address, struct pl_place *place)
{
	pl_module_find_file(address, place);
	pl_module_find_function(address, place);
}

/* Puts a module there, or none. */
static void load(const char *path, const char *function, const unsigned char *build_id)
{
	now = (struct pl_place){.path = path,
				.module = path != NULL ? strrchr(path, '/') + 1 : NULL,
				.function = function,
				.build_id = build_id,
				.build_id_size = build_id != NULL ? 3 : 0};
}

static void keep(void *frame)
{
	pl_kept_add(&frame, 1);
}

static void assert_kept(const void *frame, const char *path, const char *function)
{
	unsigned before = looked_at;
	struct pl_place place;

	pl_kept_find(frame, &place);
	assert_int_equal(looked_at, before); /* not even asked for */
	assert_string_equal(place.path, path);
	assert_string_equal(place.module, strrchr(path, '/') + 1);
	assert_string_equal(place.function, function);
	assert_int_equal(place.function_offset, 7);
	assert_int_equal(place.offset, (uintptr_t)frame - 0x1800);
}

static void assert_not_kept(const void *frame)
{
	struct pl_place place;

	pl_kept_find(frame, &place);
	assert_null(place.module);
	assert_null(place.function);
	assert_null(place.build_id);
	assert_int_equal(place.offset, (uintptr_t)frame);
}

TEST(frames_of_modules_that_stay_are_looked_up_when_asked_for)
{
	struct pl_place place;

	load("/lib/app", "main", NULL);
	keep(STAYING);
	assert_int_equal(looked_at, 0);
	pl_kept_find(STAYING, &place);
	assert_int_equal(looked_at, 1);
	assert_string_equal(place.function, "main");
}

TEST(frame_that_was_not_kept_is_its_address)
{
	load("/lib/plugin.so", "run", build_ids[0]);
	assert_not_kept(PLUGIN);
	load(NULL, NULL, NULL); /* in no module, like the code of a JIT */
	keep(PLUGIN);
	assert_not_kept(PLUGIN);
}

TEST(what_was_kept_is_a_copy_with_the_build_id)
{
	char path[] = "/lib/plugin.so", function[] = "run";
	struct pl_place place;

	load(path, function, build_ids[0]);
	keep(PLUGIN);
	memset(path, 'x', sizeof(path));
	memset(function, 'x', sizeof(function));
	load(NULL, NULL, NULL);
	assert_kept(PLUGIN, "/lib/plugin.so", "run");
	pl_kept_find(PLUGIN, &place);
	assert_int_equal(place.build_id_size, 3);
	assert_memory_equal(place.build_id, build_ids[0], 3);
}

TEST(newest_module_at_an_address_is_the_one)
{
	for (int i = 0; i < 3; i++) {
		load("/lib/a.so", "a", build_ids[0]);
		keep(PLUGIN);
		assert_kept(PLUGIN, "/lib/a.so", "a");
		load("/lib/b.so", "b", build_ids[1]);
		keep(PLUGIN);
		assert_kept(PLUGIN, "/lib/b.so", "b");
		load("/lib/a.so", "new", NULL); /* rebuilt, without a build-id */
		keep(PLUGIN);
		assert_kept(PLUGIN, "/lib/a.so", "new");
		load("/lib/a.so", "newer", NULL);
		keep(PLUGIN);
		assert_kept(PLUGIN, "/lib/a.so", "newer");
	}
}

TEST(function_is_looked_up_once_for_a_module_that_is_known)
{
	unsigned before;

	load("/lib/once.so", "once", build_ids[0]);
	before = functions_found;
	for (int i = 0; i < 100; i++)
		keep(PLUGIN);
	assert_int_equal(functions_found, before + 1);
}

TEST(function_without_a_name_and_one_beyond_all_measure_are_kept)
{
	static char name[100000];
	struct pl_place place;

	memset(name, 'n', sizeof(name) - 1);
	load("/lib/stripped.so", NULL, build_ids[0]);
	keep(PLUGIN);
	pl_kept_find(PLUGIN, &place);
	assert_string_equal(place.module, "stripped.so");
	assert_null(place.function);
	load("/lib/templates.so", name, build_ids[0]);
	keep(PLUGIN);
	pl_kept_find(PLUGIN, &place);
	assert_string_equal(place.module, "templates.so");
	assert_int_equal(strlen(place.function), 1024);
	assert_int_equal(name[0], place.function[1023]);
}

#define THREADS 8
#define EACH 500

static _Atomic unsigned lost;

static void *keep_many(void *unused)
{
	for (uintptr_t i = 0; i < EACH; i++) {
		void *frames[2] = {(char *)PLUGIN + 0x10000 + i, (char *)PLUGIN + 0x10000 + i / 2};

		struct pl_place place;

		pl_kept_add(frames, 2);
		pl_kept_find(frames[0], &place);
		lost += place.module == NULL || strcmp(place.function, "shared") != 0;
	}
	return unused;
}

TEST(eight_threads_that_keep_the_same_frames_lose_none)
{
	pthread_t threads[THREADS];

	load("/lib/shared.so", "shared", build_ids[1]);
	for (size_t i = 0; i < THREADS; i++)
		threads[i] = thread_start(keep_many, NULL);
	for (size_t i = 0; i < THREADS; i++)
		thread_end(threads[i]);
	assert_int_equal(lost, 0);
	for (uintptr_t i = 0; i < EACH; i++)
		assert_kept((char *)PLUGIN + 0x10000 + i, "/lib/shared.so", "shared");
}

/* The last test: nothing can be kept afterwards. */
TEST(what_there_is_no_room_for_is_not_kept_and_nothing_older_stands_for_it)
{
	static char name[1000];
	char *frame = (char *)PLUGIN + 0x100000;

	memset(name, 'n', sizeof(name) - 1);
	load("/lib/first.so", "first", build_ids[0]);
	keep(PLUGIN);
	load("/lib/full.so", name, build_ids[0]);
	for (int i = 0; i < 5000; i++)
		keep(frame + i);
	assert_kept(frame, "/lib/full.so", name);
	assert_not_kept(frame + 4999);
	assert_kept(PLUGIN, "/lib/first.so", "first");
	load("/lib/second.so", name, build_ids[1]);
	keep(PLUGIN);
	assert_not_kept(PLUGIN);
	load("/lib/first.so", "first", build_ids[0]); /* this one is there */
	keep(PLUGIN);
	assert_kept(PLUGIN, "/lib/first.so", "first");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_of_modules_that_stay_are_looked_up_when_asked_for),
		cmocka_unit_test(frame_that_was_not_kept_is_its_address),
		cmocka_unit_test(what_was_kept_is_a_copy_with_the_build_id),
		cmocka_unit_test(newest_module_at_an_address_is_the_one),
		cmocka_unit_test(function_is_looked_up_once_for_a_module_that_is_known),
		cmocka_unit_test(function_without_a_name_and_one_beyond_all_measure_are_kept),
		cmocka_unit_test(eight_threads_that_keep_the_same_frames_lose_none),
		cmocka_unit_test(
			what_there_is_no_room_for_is_not_kept_and_nothing_older_stands_for_it),
	};

	return cmocka_run_group_tests_name("kept", tests, NULL, NULL);
}
