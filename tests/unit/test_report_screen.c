/* SPDX-License-Identifier: MIT */
/*
 * What a terminal shows of a report: it fits, and the rest is in one line.
 *
 * shows: PL-818 PL-819
 */
#define _GNU_SOURCE
#include "screen.h"

#include "common/quote.h"
#include "report_sites.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

static struct report report;

static const char *shown(const struct screen_options *options)
{
	static char kept[65536];
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	group_find_origins(&report);
	assert_true(screen_print(out, &report, options));
	fclose(out);
	assert_true(length < sizeof(kept));
	memcpy(kept, text, length + 1);
	free(text);
	return kept;
}

static struct screen_options of_size(size_t width, size_t height)
{
	return (struct screen_options){.width = width, .height = height, .by = GROUP_FUNCTIONS};
}

static void add_some(void)
{
	sites_free(&report);
	sites_add(&report, "malloc", 120, 4096, "parse!app:src/p.c:12 < read!app < main!app");
	sites_add(&report, "calloc", 40, 4000, "xmalloc!app < parse!app:src/p.c:20 < main!app");
	sites_add(&report, "operator new", 7, 70,
		  "ns::Reader::fill(std::vector<int> const&)!libreader.so.2:r.cc:7 < read!app < "
		  "main!app < start!libc.so.6");
	sites_add(&report, "free", 1, 0, "?!libfoo.so < main!app");
	sites_add(&report, "malloc", 1, 1, "");
	strcpy(report.sites[3].frames[1].function, "work");
	free(report.sites[2].thread);
	report.sites[2].thread = strdup("a\nb");
}

TEST(table_has_a_row_for_each_function)
{
	struct screen_options options = of_size(80, 24);

	add_some();
	assert_string_equal(
		shown(&options),
		"  160 x malloc...     7.9 KiB  parse (app) p.c\n"
		"    7 x operator new     70 B  ns::Reader::fill (libreader.so.2) r.cc:7\n"
		"    1 x malloc            1 B  ??\n"
		"    1 x free              0 B  ?? (libfoo.so+0x1234)\n");
}

TEST(table_is_cut_at_height_and_top)
{
	struct screen_options options = of_size(80, 3);
	const char *text;

	add_some();
	text = shown(&options);
	assert_non_null(strstr(text, "parse (app)"));
	assert_non_null(strstr(text, "fill"));
	assert_non_null(strstr(text, "\n  and 2 more sites, 2 violations\n"));
	options.top = 1;
	text = shown(&options);
	assert_string_equal(text, "  160 x malloc...  7.9 KiB  parse (app) p.c\n"
				  "  and 3 more sites, 9 violations\n");
	options.top = 100;
	assert_null(strstr(shown(&options), "more"));
	report.sites_lost = 5;
	options = of_size(80, 4);
	assert_string_equal(strstr(shown(&options), "  and"),
			    "  and 2 more sites, 2 violations\n"
			    "  and 5 violations at sites for which the record had no room\n");
	options = of_size(80, 5);
	assert_null(strstr(shown(&options), "more site"));
}

TEST(rows_of_sites_have_callers_and_those_of_modules_and_threads_how_many)
{
	struct screen_options options = of_size(80, 24);

	add_some();
	options.by = GROUP_SITES;
	assert_string_equal(
		shown(&options),
		"  120 x malloc        4.0 KiB  parse (app) p.c:12 < read < main\n"
		"   40 x calloc        3.9 KiB  parse (app) p.c:20 < main\n"
		"    7 x operator new     70 B  ns::Reader::fill (libreader.so.2) r.cc:7 < read\n"
		"    1 x malloc            1 B  ??\n"
		"    1 x free              0 B  ?? (libfoo.so+0x1234) < work\n");
	options.by = GROUP_MODULES;
	assert_string_equal(shown(&options), "  160 x  7.9 KiB  app  2 sites\n"
					     "    7 x     70 B  libreader.so.2  1 site\n"
					     "    1 x      1 B  ??  1 site\n"
					     "    1 x      0 B  libfoo.so  1 site\n");
	options.by = GROUP_THREADS;
	options.order = GROUP_BY_BYTES;
	assert_string_equal(shown(&options), "  162 x  7.9 KiB  main  4 sites\n"
					     "    7 x     70 B  a\\nb  1 site\n");
}

TEST(function_without_a_name_has_its_offset)
{
	struct screen_options options = of_size(80, 24);

	sites_free(&report);
	sites_add(&report, "malloc", 1, 1, "?!libfoo.so");
	assert_string_equal(shown(&options), "  1 x malloc  1 B  ?? (libfoo.so+0x1234)\n");
	sites_add(&report, "malloc", 1, 1, "?!libfoo.so");
	assert_string_equal(shown(&options), "  2 x malloc  2 B  ?? (libfoo.so+0x1234)\n");
}

TEST(row_of_a_function_has_the_function_of_the_system_that_it_called)
{
	struct screen_options options = of_size(80, 24);

	sites_free(&report);
	sites_add(&report, "malloc", 9, 9, "?!libc.so.6 < fopen!libc.so.6 < load!app < main!app");
	sites_add(&report, "malloc", 8, 9, "fopen!libc.so.6 < load!app < main!app");
	sites_add(&report, "calloc", 7, 9, "EVP_new(int)!/usr/lib/libe.so.3 < hash!app");
	sites_add(&report, "malloc", 3, 9, "EVP_new!/usr/lib/libe.so.3 < hash!app < main!app");
	sites_add(&report, "malloc", 2, 9, "strdup!libc.so.6 < copy!app < main!app");
	sites_add(&report, "malloc", 1, 9, "fopen!libc.so.6 < xmalloc!app < own!app < main!app");
	assert_string_equal(shown(&options), "  17 x malloc     18 B  load (app) > fopen\n"
					     "  10 x malloc...  18 B  hash (app)\n"
					     "   2 x malloc      9 B  copy (app)\n"
					     "   1 x malloc      9 B  own (app)\n");
	options.width = 40;
	assert_non_null(strstr(shown(&options), "load (app)\n"));
	options.width = 45;
	assert_non_null(strstr(shown(&options), "load (app) > fopen\n"));
	report.sites[0].frames[1].function[0] = 'F';
	assert_non_null(strstr(shown(&options), "load (app)\n"));
}

/* Columns, not bytes; styles take none, Chinese characters two. */
static size_t columns(const char *line, const char *end)
{
	size_t count = 0;

	for (; line < end; line++) {
		if (*line == '\033')
			line = strchr(line, 'm');
		else
			count += (*line & 0xf0) == 0xe0 ? 2 : (*line & 0xc0) != 0x80;
	}
	return count;
}

TEST(no_line_is_longer_than_the_screen_is_wide)
{
	static const size_t widths[] = {40, 41, 60, 80, 81, 200};
	static const char *const names[] = {
		"f", "a_function_with_quite_a_long_name_for_c_that_goes_on_and_on_and_on_and_on",
		"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4"
		"\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6",
		"\x1b[31m\n\x1b[31m\n\x1b[31m\n\x1b[31m\n\x1b[31m\n\x1b[31m\n\x1b[31m\n\x1b[31m",
		"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc"};

	sites_free(&report);
	EACH_ROW(i, names) {
		char stack[512];

		snprintf(stack, sizeof(stack), "%s!lib%s:%s.c:12 < g!app < main!app", names[i],
			 names[i], names[(i + 1) % COUNT_OF(names)]);
		sites_add(&report, i % 2 == 0 ? "malloc" : "free", 1000000, 1, stack);
		sites_add(&report, "malloc", 10, 123456, "h!app < f!app < main!app");
	}
	EACH_ROW(i, widths) {
		for (unsigned form = 0; form < 10; form++) {
			struct screen_options options = of_size(widths[i], 100);
			const char *line, *text;

			options.by = (enum group_key)(form % 4);
			options.form = form < 8 ? SCREEN_TABLE : SCREEN_TREE;
			options.colours = form % 2 == 0;
			line = text = shown(&options);
			assert_true(*line != '\0');
			for (const char *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
				assert_in_range(columns(line, end), 1, widths[i]);
			/* Cut between characters. */
			for (const char *at = text; *at != '\0';) {
				size_t plain = pl_quote_plain(at, strlen(at));

				assert_true(plain > 0 || *at == '\033' || *at == '\n');
				at += plain > 0 ? plain : 1;
			}
		}
	}
}

TEST(colours_are_only_where_they_are_asked_for)
{
	struct screen_options options = of_size(80, 24);

	add_some();
	assert_null(strchr(shown(&options), '\033'));
	options.colours = true;
	options.top = 1;
	assert_string_equal(
		shown(&options),
		"\033[1m  160 x\033[0m malloc...  7.9 KiB  parse\033[2m (app) p.c\033[0m\n"
		"  and 3 more sites, 9 violations\n");
}

TEST(stream_that_is_no_terminal_is_80x24_without_colours)
{
	struct screen_options options = {.colours = true};
	FILE *out = fopen("/dev/null", "w");

	screen_fit(out, &options);
	fclose(out);
	assert_int_equal(options.width, 80);
	assert_int_equal(options.height, 24);
	assert_false(options.colours);
}

TEST(terminal_has_its_size_and_colours_unless_they_are_not_wanted)
{
	static const struct {
		const char *no_color, *term;
		bool colours;
	} cases[] = {
		{NULL, "xterm", true}, {"", "xterm", true}, {"1", "xterm", false},
		{NULL, "dumb", false}, {NULL, NULL, true},
	};
	struct winsize size = {.ws_col = 132, .ws_row = 50};
	int control = posix_openpt(O_RDWR | O_NOCTTY);
	FILE *out;

	assert_true(control >= 0 && grantpt(control) == 0 && unlockpt(control) == 0);
	assert_int_equal(ioctl(control, TIOCSWINSZ, &size), 0);
	out = fdopen(open(ptsname(control), O_RDWR | O_NOCTTY), "w");
	assert_non_null(out);
	EACH_ROW(i, cases) {
		struct screen_options options = {0};

		unsetenv("NO_COLOR");
		unsetenv("TERM");
		if (cases[i].no_color != NULL)
			setenv("NO_COLOR", cases[i].no_color, 1);
		if (cases[i].term != NULL)
			setenv("TERM", cases[i].term, 1);
		screen_fit(out, &options);
		assert_int_equal(options.width, 132);
		assert_int_equal(options.height, 50);
		assert_int_equal(options.colours, cases[i].colours);
	}
	fclose(out);
	close(control);
}

TEST(tree_leads_from_main_to_the_origins)
{
	struct screen_options options = of_size(80, 24);

	add_some();
	options.form = SCREEN_TREE;
	assert_string_equal(shown(&options),
			    "  167 x     8.0 KiB  main (app)\n"
			    "  127 x     4.1 KiB    read (app)\n"
			    "  120 x     4.0 KiB      parse (app) p.c:12\n"
			    "    7 x        70 B      ns::Reader::fill (libreader.so.2) r.cc:7\n"
			    "   40 x     3.9 KiB    parse (app) p.c:20\n"
			    "    1 x         0 B  work > ?? (libfoo.so)\n"
			    "  and 1 more site, 1 violation\n");
	options.height = 4;
	assert_string_equal(shown(&options), "  167 x     8.0 KiB  main (app)\n"
					     "  127 x     4.1 KiB    read (app)\n"
					     "  120 x     4.0 KiB      parse (app) p.c:12\n"
					     "  and 4 more sites, 49 violations\n");
}

TEST(tree_that_has_no_room_keeps_its_largest_nodes)
{
	struct screen_options options = of_size(80, 4);

	sites_free(&report);
	options.form = SCREEN_TREE;
	sites_add(&report, "malloc", 50, 50, "a!app < large!app < main!app");
	sites_add(&report, "malloc", 2, 2, "b!app < large!app < main!app");
	sites_add(&report, "malloc", 2, 900, "c!app < large!app < main!app");
	sites_add(&report, "malloc", 40, 40, "other!lib < main!app");
	options.top = 4;
	assert_string_equal(shown(&options), "  94 x       992 B  main (app)\n"
					     "  54 x       952 B    large (app)\n"
					     "  50 x        50 B      a (app)\n"
					     "  40 x        40 B    other (lib)\n"
					     "  and 2 more sites, 4 violations\n");
	options.order = GROUP_BY_BYTES;
	options.top = 3;
	assert_string_equal(shown(&options), "  94 x       992 B  main (app)\n"
					     "  54 x       952 B    large (app)\n"
					     "   2 x       900 B      c (app)\n"
					     "  and 3 more sites, 92 violations\n");
}

TEST(chain_of_callers_is_one_line)
{
	struct screen_options options = of_size(80, 24);

	sites_free(&report);
	options.form = SCREEN_TREE;
	sites_add(&report, "malloc", 2, 20, "f!app < qsort!libc.so.6 < e!app < d!app < main!app");
	assert_string_equal(shown(&options), "  2 x        20 B  main > d > e > f (app)\n");
	sites_add(&report, "malloc", 3, 30, "d!app < main!app");
	assert_string_equal(shown(&options), "  5 x        50 B  main > d (app)\n"
					     "  2 x        20 B    e > f (app)\n");
}

TEST(stacks_end_at_main_or_the_function_of_a_thread)
{
	static const struct {
		const char *stack, *wanted;
	} cases[] = {
		{"f!app < main!app < g!libc.so.6 < __libc_start_main!libc.so.6 < _start!app",
		 "main > f"},
		{"f!app < ?!app < ?!libc.so.6 < __libc_start_main!libc.so.6 < ?!app", "?? > f"},
		{"f!app < work!app < start_thread!libc.so.6 < clone!libc.so.6", "work > f"},
		{"f!app < main!app < outer!app", "main > f"},
		{"__libc_start_main!libc.so.6 < f!app", "f"},
	};

	EACH_ROW(i, cases) {
		struct screen_options options = of_size(80, 24);
		char wanted[128];

		sites_free(&report);
		options.form = SCREEN_TREE;
		sites_add(&report, "malloc", 1, 1, cases[i].stack);
		snprintf(wanted, sizeof(wanted), "  1 x         1 B  %s (app)\n", cases[i].wanted);
		assert_string_equal(shown(&options), wanted);
	}
}

TEST(full_form_has_whole_stacks)
{
	struct screen_options options = of_size(80, 24);

	add_some();
	options.form = SCREEN_FULL;
	options.top = 3;
	report.sites[2].frames[0].is_inlined = true;
	assert_string_equal(shown(&options),
			    "  120 x malloc  4.0 KiB  0000000000000001  thread \"main\"\n"
			    "    #0 parse (app+0x1234) src/p.c:12\n"
			    "    #1 read (app+0x1234)\n"
			    "    #2 main (app+0x1234)\n"
			    "  40 x calloc  3.9 KiB  0000000000000002  thread \"main\"\n"
			    "    #0 xmalloc (app+0x1234)\n"
			    "    #1 parse (app+0x1234) src/p.c:20\n"
			    "    #2 main (app+0x1234)\n"
			    "  7 x operator new  70 B  0000000000000003  thread \"a\\nb\"\n"
			    "    #0 ns::Reader::fill(std::vector<int> const&) (libreader.so.2) "
			    "r.cc:7 (inlined)\n"
			    "    #0 read (app+0x1234)\n"
			    "    #1 main (app+0x1234)\n"
			    "  and 2 more sites, 2 violations\n");
}

TEST(empty_report_shows_nothing_but_what_was_lost)
{
	static const enum screen_form forms[] = {SCREEN_TABLE, SCREEN_TREE, SCREEN_FULL};

	sites_free(&report);
	EACH_ROW(i, forms) {
		struct screen_options options = of_size(80, 24);

		options.form = forms[i];
		assert_string_equal(shown(&options), "");
		report.sites_lost = 1;
		assert_string_equal(
			shown(&options),
			"  and 1 violation at sites for which the record had no room\n");
		report.sites_lost = 0;
	}
}

static int end_report(void **state)
{
	(void)state;
	sites_free(&report);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_has_a_row_for_each_function),
		cmocka_unit_test(table_is_cut_at_height_and_top),
		cmocka_unit_test(
			rows_of_sites_have_callers_and_those_of_modules_and_threads_how_many),
		cmocka_unit_test(function_without_a_name_has_its_offset),
		cmocka_unit_test(row_of_a_function_has_the_function_of_the_system_that_it_called),
		cmocka_unit_test(no_line_is_longer_than_the_screen_is_wide),
		cmocka_unit_test(colours_are_only_where_they_are_asked_for),
		cmocka_unit_test(stream_that_is_no_terminal_is_80x24_without_colours),
		cmocka_unit_test(terminal_has_its_size_and_colours_unless_they_are_not_wanted),
		cmocka_unit_test(tree_leads_from_main_to_the_origins),
		cmocka_unit_test(tree_that_has_no_room_keeps_its_largest_nodes),
		cmocka_unit_test(chain_of_callers_is_one_line),
		cmocka_unit_test(stacks_end_at_main_or_the_function_of_a_thread),
		cmocka_unit_test(full_form_has_whole_stacks),
		cmocka_unit_test(empty_report_shows_nothing_but_what_was_lost),
	};

	return cmocka_run_group_tests_name("report_screen", tests, NULL, end_report);
}
