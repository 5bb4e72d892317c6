/* SPDX-License-Identifier: MIT */
/*
 * Which frame names a site, and which sites are one row.
 *
 * shows: PL-812 PL-813
 */
#define _GNU_SOURCE
#include "group.h"

#include "frame.h"
#include "report_sites.h"
#include "wrapper.h"

static void assert_origin(const struct report_site *site, const char *function)
{
	const struct report_frame *origin = group_origin(site);

	assert_non_null(origin);
	assert_string_equal(origin->function != NULL ? origin->function : "?", function);
}

TEST(origin_is_the_first_frame_that_is_no_wrapper_and_of_no_run_time_library)
{
	static const struct {
		const char *stack, *origin;
	} cases[] = {
		{"parse!app < main!app", "parse"},
		{"strdup!libc.so.6 < parse!app < main!app", "parse"},
		{"xmalloc!app < xstrdup!app < parse!app < main!app", "parse"},
		{"malloc!libasan.so.8 < malloc!libphaselock.so.0 < parse!app", "parse"},
		{"~xmalloc!app:x.c:1 < parse!app:p.c:2 < main!app", "parse"},
		{"~parse_inner!app < parse!app", "parse_inner"},
		{"xmalloc.constprop.0!app < parse!app", "parse"},
		{"?!app < main!app", "main"},
		{"?!s.so < ?!s.so < sqlite3_malloc!s.so < ?!s.so < sqlite3_step!s.so < main!app",
		 "sqlite3_step"},
		{"?!s.so < ?!s.so < main!app", "?"},
		/* the program's own comes before a library of the system that it called */
		{"EVP_new!/usr/lib/libcrypto.so.3 < run!app < main!app", "run"},
		{"EVP_new!/usr/lib/libcrypto.so.3 < parse!libown.so < main!app", "parse"},
		{"?!/usr/lib/libcrypto.so.3 < run!app", "run"},
		{"init!/usr/lib/gcc/cc1 < main!/usr/lib/gcc/cc1", "init"},
		{"f!/usr/lib/x.sorted < main!app", "f"},
		/* of a stripped program only the function that it called has a name */
		{"?!/lib/l.so.1 < insert!/lib/l.so.1 < EVP_new!/lib/l.so.1 < ?!app < ?!app",
		 "EVP_new"},
		{"insert!/lib/l.so.1 < ?!/lib/l.so.1 < ?!app < start!libc.so.6 < ?!app", "insert"},
		{"?!/lib/l.so.1 < ?!app < ?!app", "?"},
		{"insert!/lib/l.so.1 < ?!/lib/l.so.1 < ?!app < run!app", "run"},
		/* without the program the innermost */
		{"insert!/lib/l.so.1 < work!/lib/l.so.1 < start_thread!libc.so.6", "insert"},
		{"insert!/lib/l.so.1 < ?!?", "insert"},
		{"?!app < qsort!libc.so.6 < main!app", "?"},
		{"?!? < main!app", "?"},
		{"CRYPTO_zalloc!libcrypto.so.3 < EVP_MD_CTX_new!libcrypto.so.3 < main!app",
		 "EVP_MD_CTX_new"},
		{"sqlite3MemMalloc!libsqlite3.so.0 < sqlite3Malloc!libsqlite3.so.0 < "
		 "sqlite3MallocZero!libsqlite3.so.0 < sqlite3DbMallocRawNN!libsqlite3.so.0 < "
		 "sqlite3BtreeOpen!libsqlite3.so.0",
		 "sqlite3BtreeOpen"},
		{"PyObject_Malloc!python3 < _PyObject_GC_New!python3 < PyDict_New!python3",
		 "PyDict_New"},
		{"ngx_alloc!nginx < ngx_palloc_block!nginx < ngx_pnalloc!nginx < "
		 "ngx_http_parse!nginx",
		 "ngx_http_parse"},
		{"std::vector<int, std::allocator<int> >::_M_grow(int)!app < a::run(int)!app",
		 "a::run(int)"},
		{"void std::vector<int>::_M_realloc_insert<int>(int&&)!app < run!app", "run"},
		{"operator new(unsigned long)!app < run!app", "run"},
		{"a::f(std::string)!app < main!app", "a::f(std::string)"},
		{"std::string a::g<int>(int) const!app < main!app",
		 "std::string a::g<int>(int) const"},
		{"alloc::vec::Vec<T>::push!app < app::main::h0123456789abcdef!app",
		 "app::main::h0123456789abcdef"},
		/* nothing but wrappers, as where few frames were recorded: the outermost */
		{"sqlite3MemMalloc!s.so < sqlite3Malloc!s.so", "sqlite3Malloc"},
		{"xmalloc!app < main2!libc.so.6", "xmalloc"},
		{"strdup!libc.so.6 < start!libc.so.6", "strdup"},
	};

	EACH_ROW(i, cases) {
		struct report report = {0};

		sites_add(&report, "malloc", 1, 1, cases[i].stack);
		group_find_origins(&report);
		assert_origin(report.sites, cases[i].origin);
		sites_free(&report);
	}
}

TEST(site_without_frames_has_no_origin)
{
	struct report report = {0};

	sites_add(&report, "malloc", 1, 1, "");
	group_find_origins(&report);
	assert_int_equal(report.sites->origin, 0);
	assert_null(group_origin(report.sites));
	sites_free(&report);
}

TEST(names_that_tell_more_than_their_callers_are_no_wrappers)
{
	static const char *const names[] = {
		"main",
		"allocate_widgets",
		"EVP_MD_CTX_new",
		"PyList_New",
		"parse_alloc_table",
		"std",
		"malloc_stats_print",
		"",
		"(anonymous namespace)::f(int)",
		"mystd::f()",
	};

	EACH_ROW(i, names)
		assert_false(wrapper_is_known(names[i]));
	assert_false(wrapper_is_known(NULL));
}

TEST(short_name_has_no_type_and_no_parameters)
{
	static const struct {
		const char *name, *wanted;
	} cases[] = {
		{"main", "main"},
		{"f(int, char (*)[2])", "f"},
		{"void a::f<int>(int) const", "a::f<int>"},
		{"unsigned int f<1>()", "f<1>"},
		{"A<int, B<char> >::g(int) const &", "A<int, B<char> >::g"},
		{"a::operator()(int)", "a::operator()"},
		{"operator new(unsigned long)", "operator new"},
		{"A::operator unsigned int() const", "A::operator unsigned int"},
		{"A& A::operator<< <int>(int)", "A::operator<< <int>"},
		{"f(int)::{lambda(int)#1}::operator()(int) const",
		 "f(int)::{lambda(int)#1}::operator()"},
		{"(anonymous namespace)::f(int)", "(anonymous namespace)::f"},
		{"my function", "my function"},
		{")", ")"},
		{"))", "))"},
		{" const", " const"},
		{"", ""},
	};

	EACH_ROW(i, cases) {
		struct slice name = frame_short_name(cases[i].name);

		assert_int_equal(name.length, strlen(cases[i].wanted));
		assert_memory_equal(name.start, cases[i].wanted, name.length);
	}
}

/* Twelve callers, each by its own function and under it two wrappers that no table has. */
static void add_twelve(struct report *report)
{
	char stack[128];

	for (char c = 'a'; c <= 'l'; c++) {
		snprintf(stack, sizeof(stack),
			 "%spool_take!app < pool_get!app < use_%c!app < main!app",
			 c < 'k' ? "grow!app < " : "", c);
		sites_add(report, "malloc", 1, 1, stack);
	}
}

TEST(function_on_the_inner_end_of_most_stacks_is_a_wrapper)
{
	struct report report = {0};

	add_twelve(&report);
	sites_add(&report, "malloc", 1, 1, "other!app < main!app");
	group_find_origins(&report);
	for (size_t i = 0; i < 12; i++) {
		char wanted[] = {'u', 's', 'e', '_', (char)('a' + i), '\0'};

		assert_origin(&report.sites[i], wanted);
	}
	assert_origin(&report.sites[12], "other");
	sites_free(&report);
}

TEST(few_sites_or_one_way_make_no_wrapper)
{
	struct report few = {0}, one = {0};

	add_twelve(&few);
	few.site_count = 7;
	group_find_origins(&few);
	assert_origin(few.sites, "grow");
	few.site_count = 12;
	sites_free(&few);

	for (unsigned i = 0; i < 20; i++)
		sites_add(&one, "malloc", 1, 1, "work!app < run!app < main!app");
	group_find_origins(&one);
	assert_origin(one.sites, "work");
	sites_free(&one);
}

/* What has no name is not one function. */
TEST(frames_without_names_are_no_wrapper)
{
	struct report report = {0};
	char stack[128];

	for (char c = 'a'; c <= 'l'; c++) {
		snprintf(stack, sizeof(stack), "?!s.so < use_%c!app < main!app", c);
		sites_add(&report, "malloc", 1, 1, stack);
	}
	group_find_origins(&report);
	assert_origin(report.sites, "?");
	sites_free(&report);
}

static void make_rows(struct report *report, enum group_key key, enum group_order order,
		      struct group_rows *rows)
{
	group_find_origins(report);
	assert_true(group_rows(report, key, order, rows));
}

static void assert_row(const struct group_row *row, const char *name, uint64_t count,
		       uint64_t bytes, size_t sites)
{
	assert_int_equal(row->name.length, strlen(name));
	assert_memory_equal(row->name.start, name, row->name.length);
	assert_int_equal(row->count, count);
	assert_int_equal(row->bytes, bytes);
	assert_int_equal(row->sites, sites);
}

static void add_mixed(struct report *report)
{
	sites_add(report, "malloc", 5, 100, "parse!app:p.c:1 < main!app");
	sites_add(report, "calloc", 3, 4000, "xmalloc!app < parse.part.0!app:p.c:9 < main!app");
	sites_add(report, "malloc", 6, 60, "parse!libfoo.so < main!app");
	sites_add(report, "operator new", 4, 40, "parse!app:p.c:1 < main!app");
	sites_add(report, "malloc", 1, 1, "?!libfoo.so:f.c:1 < main!app");
	sites_add(report, "realloc", 1, 1, "?!libfoo.so:f.c:1 < run!app");
	free(report->sites[5].thread);
	report->sites[5].thread = strdup("worker");
}

TEST(sites_of_one_function_and_family_are_one_row)
{
	struct report report = {0};
	struct group_rows rows;

	add_mixed(&report);
	make_rows(&report, GROUP_FUNCTIONS, GROUP_BY_COUNT, &rows);
	assert_int_equal(rows.count, 4);
	assert_row(&rows.rows[0], "parse", 8, 4100, 2);
	assert_null(rows.rows[0].entry);
	assert_int_equal(rows.rows[0].family, GROUP_MALLOC);
	assert_true(rows.rows[0].one_file);
	assert_false(rows.rows[0].one_line);
	assert_ptr_equal(rows.rows[0].site, &report.sites[0]);
	assert_row(&rows.rows[1], "parse", 6, 60, 1);
	assert_string_equal(rows.rows[1].origin->module, "libfoo.so");
	assert_row(&rows.rows[2], "parse", 4, 40, 1);
	assert_string_equal(rows.rows[2].entry, "operator new");
	assert_row(&rows.rows[3], "", 2, 2, 2);
	assert_null(rows.rows[3].name.start);
	assert_true(rows.rows[3].one_line);
	group_rows_free(&rows);

	make_rows(&report, GROUP_FUNCTIONS, GROUP_BY_BYTES, &rows);
	assert_row(&rows.rows[0], "parse", 8, 4100, 2);
	assert_row(&rows.rows[1], "parse", 6, 60, 1);
	group_rows_free(&rows);
	sites_free(&report);
}

TEST(rows_of_sites_modules_and_threads)
{
	struct report report = {0};
	struct group_rows rows;

	add_mixed(&report);
	make_rows(&report, GROUP_SITES, GROUP_BY_BYTES, &rows);
	assert_int_equal(rows.count, 6);
	assert_row(&rows.rows[0], "parse", 3, 4000, 1);
	assert_row(&rows.rows[1], "parse", 5, 100, 1);
	assert_string_equal(rows.rows[4].site->id, report.sites[4].id);
	group_rows_free(&rows);

	make_rows(&report, GROUP_MODULES, GROUP_BY_COUNT, &rows);
	assert_int_equal(rows.count, 2);
	assert_row(&rows.rows[0], "app", 12, 4140, 3);
	assert_row(&rows.rows[1], "libfoo.so", 8, 62, 3);
	assert_int_equal(rows.rows[0].family, GROUP_OTHER);
	group_rows_free(&rows);

	make_rows(&report, GROUP_THREADS, GROUP_BY_COUNT, &rows);
	assert_int_equal(rows.count, 2);
	assert_row(&rows.rows[0], "main", 19, 4201, 5);
	assert_row(&rows.rows[1], "worker", 1, 1, 1);
	group_rows_free(&rows);
	sites_free(&report);
}

TEST(sum_that_is_too_large_stays_the_largest)
{
	struct report report = {0};
	struct group_rows rows;

	sites_add(&report, "malloc", UINT64_MAX, UINT64_MAX - 1, "f!app");
	sites_add(&report, "malloc", 1, 2, "f!app");
	make_rows(&report, GROUP_FUNCTIONS, GROUP_BY_COUNT, &rows);
	assert_row(&rows.rows[0], "f", UINT64_MAX, UINT64_MAX, 2);
	group_rows_free(&rows);
	sites_free(&report);
}

TEST(empty_report_has_no_rows)
{
	struct report report = {0};
	struct group_rows rows;

	make_rows(&report, GROUP_FUNCTIONS, GROUP_BY_COUNT, &rows);
	assert_int_equal(rows.count, 0);
	group_rows_free(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			origin_is_the_first_frame_that_is_no_wrapper_and_of_no_run_time_library),
		cmocka_unit_test(site_without_frames_has_no_origin),
		cmocka_unit_test(names_that_tell_more_than_their_callers_are_no_wrappers),
		cmocka_unit_test(short_name_has_no_type_and_no_parameters),
		cmocka_unit_test(function_on_the_inner_end_of_most_stacks_is_a_wrapper),
		cmocka_unit_test(few_sites_or_one_way_make_no_wrapper),
		cmocka_unit_test(frames_without_names_are_no_wrapper),
		cmocka_unit_test(sites_of_one_function_and_family_are_one_row),
		cmocka_unit_test(rows_of_sites_modules_and_threads),
		cmocka_unit_test(sum_that_is_too_large_stays_the_largest),
		cmocka_unit_test(empty_report_has_no_rows),
	};

	return cmocka_run_group_tests_name("report_group", tests, NULL, NULL);
}
