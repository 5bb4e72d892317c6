/* SPDX-License-Identifier: MIT */
/*
 * The ids of sites: the same from build to build, and others for other sites.
 *
 * shows: PL-810 PL-811
 */
#define _GNU_SOURCE
#include "site_id.h"

#include "report_sites.h"

static const char *id_of(const char *function, const char *stack)
{
	static char ids[2][REPORT_ID_SIZE];
	static unsigned turn;
	struct report report = {0};
	char *id = ids[turn++ % 2];

	sites_add(&report, function, 1, 1, stack);
	site_id(report.sites, id);
	sites_free(&report);
	return id;
}

#define STACK "parse!app:p.c:7 < read!app < run!libfoo.so.1 < loop!app < start!app < main!app"

/* Baselines in repositories contain it: no version of phaselock may change it. */
TEST(id_is_what_it_was_in_earlier_versions)
{
	assert_string_equal(id_of("malloc", STACK), "b38643df233507ce");
	assert_string_equal(id_of("operator new[]", ""), "6bd55ebd6afa882c");
}

TEST(other_sites_have_other_ids)
{
	static const char *const others[] = {
		"parse2!app < read!app < run!libfoo.so.1 < loop!app < start!app",
		"parse!app2 < read!app < run!libfoo.so.1 < loop!app < start!app",
		"parse!app < read!app < run!libfoo.so.1 < loop!app < start2!app",
		"parse!app < read!app < run!libbar.so.1 < loop!app < start!app",
		"read!app < parse!app < run!libfoo.so.1 < loop!app < start!app",
		"?!app < read!app < run!libfoo.so.1 < loop!app < start!app",
		"?!? < read!app < run!libfoo.so.1 < loop!app < start!app",
		"read!app < run!libfoo.so.1 < loop!app < start!app",
		"pars!eapp < read!app < run!libfoo.so.1 < loop!app < start!app",
		"",
	};

	EACH_ROW(i, others) {
		assert_string_not_equal(id_of("malloc", others[i]), id_of("malloc", STACK));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(id_of("malloc", others[i]),
						id_of("malloc", others[j]));
	}
	assert_string_not_equal(id_of("calloc", STACK), id_of("malloc", STACK));
}

TEST(another_cause_is_another_site)
{
	struct report report = {0};
	char phase[REPORT_ID_SIZE], forbid[REPORT_ID_SIZE];

	sites_add(&report, "malloc", 1, 1, STACK);
	site_id(report.sites, phase);
	strcpy(report.sites->cause, "seal");
	site_id(report.sites, forbid);
	assert_string_not_equal(phase, forbid);
	sites_free(&report);
}

TEST(what_a_build_or_a_machine_changes_is_not_in_the_id)
{
	static const struct {
		const char *one, *other;
	} cases[] = {
		/* lines, and debug information at all */
		{STACK, "parse!app < read!app:r.c:9 < run!libfoo.so.1 < loop!app < start!app"},
		{STACK, "~inner!app:i.c:1 < ~outer!app:p.c:2 < parse!app:p.c:3 < ~x!app < "
			"read!app < run!libfoo.so.1 < loop!app < start!app"},
		/* frames of run-time libraries, and what is beyond the fifth frame */
		{STACK, "operator new(unsigned long)!libstdc++.so.6 < strdup!libc.so.6 < "
			"parse!app < qsort!libc.so.6 < read!app < run!libfoo.so.1 < loop!app < "
			"start!app < other!app"},
		{STACK, "malloc!libasan.so.8 < malloc!libphaselock.so.0 < parse!app < read!app < "
			"run!libfoo.so.1 < loop!app < start!app"},
		/* the next version of a library */
		{STACK, "parse!app < read!app < run!libfoo.so.1.2.3 < loop!app < start!app"},
		/* how deep a recursion is */
		{STACK, "parse!app < parse!app < parse!app < read!app < run!libfoo.so.1 < "
			"loop!app < start!app"},
		/* what compilers append */
		{STACK, "parse.constprop.0!app < read.part.1.cold!app < run@@FOO_1.2!libfoo.so.1 < "
			"loop.lto_priv.0!app < start.llvm.12!app"},
		{"a::f(int)!app", "a::f(int) [clone .isra.0]!app"},
		{"a::f::h0123456789abcdef!app", "a::f::hfedcba9876543210!app"},
		{"_RNvCs9ltgdHTiPiY_5crate4main!app", "_RNvCs1_5crate4main!app"},
		{"f()::{lambda(int)#1}::operator()(int) const!app",
		 "f()::{lambda(int)#12}::operator()(int) const!app"},
		{"f()::$_0::operator()() const!app", "f()::$_3::operator()() const!app"},
	};

	EACH_ROW(i, cases)
		assert_string_equal(id_of("malloc", cases[i].one), id_of("malloc", cases[i].other));
}

TEST(what_only_looks_like_a_suffix_stays)
{
	static const struct {
		const char *one, *other;
	} cases[] = {
		{"a::h0123!app", "a::h0124!app"},
		{"::h0123456789abcdef!app", "::h0123456789abcdee!app"},
		{"a::hx123456789abcdef!app", "a::hx123456789abcdee!app"},
		{"a.b!app", "a.c!app"},
		{"f_1!app", "f_2!app"},
		{"@a!app", "@b!app"},
		{"f!libx.so.plugin", "f!libx.so.driver"},
		{"f<1>()!app", "f<2>()!app"},
	};

	EACH_ROW(i, cases)
		assert_string_not_equal(id_of("malloc", cases[i].one),
					id_of("malloc", cases[i].other));
}

TEST(stack_of_run_time_libraries_alone_has_an_id_of_its_frames)
{
	assert_string_not_equal(id_of("malloc", "strdup!libc.so.6"),
				id_of("malloc", "getline!libc.so.6"));
	assert_string_not_equal(id_of("malloc", "strdup!libc.so.6"), id_of("malloc", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(id_is_what_it_was_in_earlier_versions),
		cmocka_unit_test(other_sites_have_other_ids),
		cmocka_unit_test(another_cause_is_another_site),
		cmocka_unit_test(what_a_build_or_a_machine_changes_is_not_in_the_id),
		cmocka_unit_test(what_only_looks_like_a_suffix_stays),
		cmocka_unit_test(stack_of_run_time_libraries_alone_has_an_id_of_its_frames),
	};

	return cmocka_run_group_tests_name("report_id", tests, NULL, NULL);
}
