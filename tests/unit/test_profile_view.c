/* SPDX-License-Identifier: MIT */
/*
 * What a profile says when it is read: one tree for all processes, sites, sums, groups and filters.
 *
 * shows: PL-870
 */
#define _GNU_SOURCE
#include "unit.h"

#include "profile_made.h"

/* Two processes of one program: what each does is in one tree. */
static struct made *two_processes(void)
{
	struct made *made = made_new();
	uint32_t first = made_process(made, "app", 10), second = made_process(made, "app", 11);

	made_row(made, first, 0, 100, 40, "xmalloc!app < load!app < main!app");
	made_row(made, first, 1, 7, 7, "xmalloc!app < serve!app < main!app");
	made_row(made, second, 1, 5, 1, "xmalloc!app < serve!app < main!app");
	made_row(made, second, 1, 2, 0, "~make!app<serve!app < main!app < [truncated]");
	return made;
}

static const char *function_of(const struct profile_view *view, uint32_t node)
{
	return node != VIEW_NONE ? view_frame_of(view, node)->function : "none";
}

TEST(equal_stacks_of_processes_are_one)
{
	struct made *made = two_processes();
	struct profile_view *view = made_view(made, NULL);

	assert_int_equal(view->row_count, 4);
	assert_int_equal(view->rows[1].node, view->rows[2].node);
	assert_int_equal(view->rows[1].site, view->rows[2].site);
	assert_true(view->rows[0].site != view->rows[1].site);
	assert_string_equal(function_of(view, view->sites[view->rows[1].site].origin), "serve");
	/* by what each of both phases had */
	assert_int_equal(view->totals[REPORT_INIT].requests, 100);
	assert_int_equal(view->totals[REPORT_LOCKED].requests, 14);
	assert_int_equal(view->totals[REPORT_LOCKED].live_bytes, 6 * 16);
	profile_view_free(view);
	made_free(made);
}

TEST(inlined_functions_are_nodes_of_their_own)
{
	struct made *made = two_processes();
	struct profile_view *view = made_view(made, NULL);
	uint32_t node = view->rows[3].node;

	assert_string_equal(function_of(view, node), "make");
	assert_true(view_frame_of(view, node)->is_inlined);
	node = view->nodes[node].parent;
	assert_string_equal(function_of(view, node), "serve");
	node = view->nodes[view->nodes[node].parent].parent;
	assert_string_equal(function_of(view, node), "[truncated]");
	assert_true(view->frames[view->nodes[node].frame].is_mark);
	assert_int_equal(view->nodes[node].parent, VIEW_NONE);
	profile_view_free(view);
	made_free(made);
}

TEST(sums_of_outermost_nodes_are_all_there_is)
{
	static const uint64_t totals[VIEW_MEASURES] = {14, 114 * 16, 114, 66 * 16, 0, 66 * 16};
	struct made *made = two_processes();
	struct profile_view *view = made_view(made, NULL);

	for (enum view_measure measure = 0; measure < VIEW_MEASURES; measure++) {
		uint64_t *sums = view_sums(view, measure, false),
			 *own = view_sums(view, measure, true);
		uint64_t all = 0, all_own = 0;

		for (uint32_t i = view->root; i != VIEW_NONE; i = view->nodes[i].next)
			all += sums[i];
		for (size_t i = 0; i < view->node_count; i++)
			all_own += own[i];
		assert_int_equal(all, totals[measure]);
		assert_int_equal(all_own, totals[measure]);
		free(sums);
		free(own);
	}
	profile_view_free(view);
	made_free(made);
}

TEST(groups_are_sorted_and_whole)
{
	static const struct {
		enum view_key key;
		enum view_measure measure;
		size_t count;
		uint64_t first;
	} cases[] = {
		{VIEW_BY_FUNCTION, VIEW_LATE, 3, 12},
		{VIEW_BY_FUNCTION, VIEW_BYTES, 3, 1600},
		{VIEW_BY_SITE, VIEW_COUNT, 3, 100},
		{VIEW_BY_MODULE, VIEW_COUNT, 1, 114},
		{VIEW_BY_THREAD, VIEW_COUNT, 1, 114},
		{VIEW_BY_PROCESS, VIEW_COUNT, 1, 114},
		{VIEW_BY_PHASE, VIEW_COUNT, 2, 100},
		{VIEW_BY_STACK, VIEW_COUNT, 3, 100},
		/* what was born while locked comes first */
		{VIEW_BY_FUNCTION, VIEW_LEAKED, 3, 64},
	};
	struct made *made = two_processes();
	struct profile_view *view = made_view(made, NULL);

	EACH_ROW(i, cases) {
		struct view_groups groups = view_group_rows(view, cases[i].key, cases[i].measure);
		uint64_t all = 0;

		assert_int_equal(groups.count, cases[i].count);
		assert_int_equal(view_measure(groups.groups[0].figures, cases[i].measure),
				 cases[i].first);
		for (size_t j = 0; j < groups.count; j++)
			all += view_measure(groups.groups[j].figures, VIEW_COUNT);
		assert_int_equal(all, 114);
		view_groups_free(&groups);
	}
	profile_view_free(view);
	made_free(made);
}

TEST(filters_leave_what_is_asked_for)
{
	static const struct {
		struct view_filter filter;
		uint64_t requests;
		size_t straddling;
	} cases[] = {
		{{.thread = NULL}, 114, 0},
		{{.has_phase = true, .phase = REPORT_LOCKED}, 14, 0},
		{{.process = "11"}, 7, 0},
		{{.process = "a*"}, 114, 0},
		{{.process = "b*"}, 0, 0},
		{{.thread = "app", .has_phase = true, .phase = REPORT_INIT}, 100, 0},
		{{.thread = "10"}, 107, 0},
		{{.has_since = true, .since_ns = 2200000}, 14, 1},
		{{.has_since = true, .since_ns = UINT64_MAX}, 14, 0},
	};
	struct made *made = two_processes();

	EACH_ROW(i, cases) {
		struct profile_view *view = made_view(made, &cases[i].filter);

		assert_int_equal(view_both(view->totals).requests, cases[i].requests);
		assert_int_equal(view->straddling, cases[i].straddling);
		profile_view_free(view);
	}
	made_free(made);
}

TEST(live_at_the_peak_is_what_did_not_change_since)
{
	struct made *made = made_new();
	uint32_t process = made_process(made, "app", 10);
	struct pl_profile_row *row = made_row(made, process, 0, 10, 2, "f!app < main!app");
	struct profile_view *view;

	made->profile.processes[0].counts.peak_turn = 3;
	row->at_peak_turn = 2;
	row->at_peak_bytes = 99;
	row = made_row(made, process, 0, 10, 2, "g!app < main!app");
	row->at_peak_turn = 3;
	row->at_peak_bytes = 99;
	view = made_view(made, NULL);
	assert_int_equal(view->rows[0].figures.peak_bytes, 8 * 16);
	assert_int_equal(view->rows[1].figures.peak_bytes, 99);
	profile_view_free(view);
	made_free(made);
}

TEST(python_with_an_allocator_of_its_own_is_told)
{
	struct made *made = made_new();
	uint32_t process = made_process(made, "app", 10);
	struct pl_profile_row *row =
		made_row(made, process, 0, 10, 2, "PyMem_RawMalloc!python3.11 < main!python3.11");
	struct profile_view *view = made_view(made, NULL);

	assert_false(view_hides_requests(view, 0));
	profile_view_free(view);
	row->classes[5] = 1;
	row->classes[11] = 9;
	view = made_view(made, NULL);
	assert_true(view_hides_requests(view, 0));
	profile_view_free(view);
	made_free(made);
}

/* Deeper than any stack that is kept: somebody else wrote it. */
TEST(stack_of_any_depth_is_bounded)
{
	struct made *made = made_new();
	uint32_t process = made_process(made, "app", 10);
	struct profile_view *view;
	size_t deepest = 0;

	made_row(made, process, 0, 10, 2, "f!app < main!app");
	for (uint32_t i = 0; i < 3000; i++) {
		made->profile.nodes[made->profile.node_count++] = (struct profile_node){
			.process = process, .node = {.place = 0x1000 + i, .parent = 2 + i}};
	}
	made->profile.rows[0].stack = (uint32_t)made->profile.node_count;
	view = made_view(made, NULL);
	for (size_t i = 0; i < view->node_count; i++) {
		size_t depth = 0;

		for (uint32_t at = (uint32_t)i; at != VIEW_NONE; at = view->nodes[at].parent)
			depth++;
		deepest = depth > deepest ? depth : deepest;
	}
	assert_in_range(deepest, 1000, 1100);
	assert_int_equal(view->totals[REPORT_INIT].requests, 10);
	profile_view_free(view);
	made_free(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_stacks_of_processes_are_one),
		cmocka_unit_test(inlined_functions_are_nodes_of_their_own),
		cmocka_unit_test(sums_of_outermost_nodes_are_all_there_is),
		cmocka_unit_test(groups_are_sorted_and_whole),
		cmocka_unit_test(filters_leave_what_is_asked_for),
		cmocka_unit_test(live_at_the_peak_is_what_did_not_change_since),
		cmocka_unit_test(stack_of_any_depth_is_bounded),
		cmocka_unit_test(python_with_an_allocator_of_its_own_is_told),
	};

	return cmocka_run_group_tests_name("profile_view", tests, NULL, NULL);
}
