/* SPDX-License-Identifier: MIT */
/*
 * Suggested suppressions: the library's own reader takes them, and they match what they are for.
 *
 * shows: PL-817
 */
#define _GNU_SOURCE
#include "suggest.h"

#include "common/glob.h"
#include "common/suppress.h"
#include "demangle.h"
#include "group.h"
#include "mangled.h"
#include "report_sites.h"

static struct report report;
static struct report_process process = {.program = (char *)(uintptr_t) "app"};

static void begin(void)
{
	sites_free(&report);
	report.processes = &process;
	report.process_count = 1;
}

/* Returns the text, as suppressions= has read it. */
static const char *suggest(void)
{
	static char kept[PL_SUPPRESS_FILE_MAX + 1], errors[1024];
	struct pl_text faults = pl_text_in(errors, sizeof(errors));
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	group_find_origins(&report);
	assert_true(suggest_suppressions(&report, out));
	fclose(out);
	assert_true(length <= PL_SUPPRESS_FILE_MAX);
	strcpy(kept, text);
	free(text);
	pl_suppress_parse(kept, length, "text", &faults);
	assert_string_equal(errors, "");
	return kept;
}

/* The entry for one site; "" if there is none. */
static const char *entry(const char *function, const char *stack)
{
	static char line[1024];
	const char *text;

	begin();
	sites_add(&report, function, 1, 1, stack);
	text = suggest();
	line[0] = '\0';
	for (; text != NULL && *text != '\0'; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (*text != '#' && *text != '\n')
			sscanf(text, "%1023[^\n]", line);
	}
	return line;
}

TEST(entry_names_the_origin_of_the_site_as_narrowly_as_the_file_can)
{
	static const struct {
		const char *stack, *wanted;
	} cases[] = {
		{"parse!app < main!app", "function:parse"},
		{"strdup!libc.so.6 < parse!libfoo.so < main!app", "function:parse"},
		{"xmalloc!app < parse!app < main!app", "stack:parse"},
		{"~xmalloc!app < parse!app < main!app", "function:parse"},
		{"~helper!app < ~other!app < parse!app < main!app", "function:parse"},
		{"malloc!libasan.so.8 < parse!app < main!app", "stack:parse"},
		{"parse.part.0!app < main!app", "function:parse"},
		{"?!libfoo.so < main!app", "module:libfoo.so"},
		{"xmalloc!libx.so < ?!libfoo.so < main!app", "stack:libfoo.so"},
		{"main!app", "function:main"},
		{"f::g(int)!libfoo.so < main!app", "function:_ZN*1f*1g[EIB]*"},
		{"g()!libfoo.so < main!app", "function:_Z1g*"},
		{"g()!app < main!app", "function:_Z*1g*"},
		{"g()::{lambda()#1}::operator()() const!app < g()!app < main!app", "stack:_Z*1g*"},
		/* what would suppress everything, or cannot be named */
		{"?!app < ?!app", ""},
		{"?!?", ""},
		{"", ""},
		{"xmalloc!app < main!app", ""},
		{"operator new(unsigned long)!app < start!libc.so.6", ""},
	};

	EACH_ROW(i, cases)
		assert_string_equal(entry("malloc", cases[i].stack), cases[i].wanted);
	process.program =
		(char *)(uintptr_t) "a_program_with_"; /* a long name, as the kernel has it */
	assert_string_equal(entry("malloc", "?!a_program_with_a_long_name"), "");
	assert_string_equal(entry("malloc", "?!a_program"), "module:a_program");
	process.program = (char *)(uintptr_t) "app";
	assert_string_equal(entry("unlock_allocations", "parse!app < main!app"), "");
	begin();
}

/* The pattern of any name matches that name, and not every other. */
TEST(names_stand_for_themselves)
{
	static const char *const names[] = {
		"a*b",	 "a?b", "a[b]c",     "[",  "a\\b", "\\",       "a\\nb",	   "a\nb",
		" a b ", " ",	"a\x1b\x7f", "\t", "#a",   "\xff\xfe", "\xc3\xa9",
	};

	EACH_ROW(i, names) {
		const struct pl_suppress_pattern *pattern;
		char stack[64], *other = strdup(names[i]);

		snprintf(stack, sizeof(stack), "%s!libfoo.so", names[i]);
		entry("malloc", stack);
		pattern = pl_suppress_pattern(0);
		assert_non_null(pattern);
		assert_true(pl_glob_matches(pattern->glob, names[i]));
		for (size_t at = 0; other[at] != '\0'; at++) {
			other[at] ^= 1;
			assert_false(pl_glob_matches(pattern->glob, other));
			other[at] ^= 1;
		}
		assert_null(pl_suppress_pattern(1));
		free(other);
	}
	begin();
}

TEST(long_name_is_cut_with_a_star)
{
	static char stack[2000], name[1990];
	const struct pl_suppress_pattern *pattern;

	memset(name, 'x', sizeof(name) - 1);
	snprintf(stack, sizeof(stack), "%s!lib", name);
	entry("malloc", stack);
	pattern = pl_suppress_pattern(0);
	assert_non_null(pattern);
	assert_true(pl_glob_matches(pattern->glob, name));
	assert_false(pl_glob_matches(pattern->glob, "xxx"));
	begin();
}

/* Names that a compiler makes, and others that must not match. */
TEST(pattern_of_a_mangled_name_matches_it)
{
	static const struct {
		const char *mangled, *other;
	} cases[] = {
		{"_Z5parsei", "_Z6parse2i"},
		{"_ZL5parsePKc", "_ZL6parse2PKc"},
		{"_ZN1a1b1fEv", "_ZN1a1b2ffEv"},
		{"_ZNK1a1b1fEv", "_ZNK1a1c1fEv"},
		{"_ZN1aL1fEi", "_ZN1a1gEi"},
		{"_ZN12_GLOBAL__N_11fEi", "_ZN1a1fEi"},
		{"_ZN1a6ParserC2Ei", "_ZN1a6ParserD2Ev"},
		{"_ZN1a6ParserD1Ev", "_ZN1a6ParserC1Ev"},
		{"_ZN1a3MapIiSt6vectorIiSaIiEEE3putEi", "_ZN1a3MapIiE3getEi"},
		{"_ZN1a1fIiEEvT_", "_ZN1a2fgIiEEvT_"},
		{"_Z1fIiEvT_", "_Z2ffIiEvT_"},
		{"_Z1fB5cxx11v", "_Z2gfB5cxx11v"},
		{"_ZN1a1fB5cxx11Ev", "_ZN1a1gB5cxx11Ev"},
		{"_ZN3app4main17h0123456789abcdefE", "_ZN3app5mains17h0123456789abcdefE"},
	};

	EACH_ROW(i, cases) {
		char *name = demangle(cases[i].mangled), *pattern = NULL;
		size_t length;
		FILE *out = open_memstream(&pattern, &length);

		assert_true(mangled_is_needed(name));
		assert_true(mangled_write_pattern(name, true, out));
		fclose(out);
		if (!pl_glob_is_valid(pattern) || !pl_glob_matches(pattern, cases[i].mangled))
			fail_msg("%s does not match %s", pattern, name);
		assert_false(pl_glob_matches(pattern, cases[i].other));
		free(pattern);
		free(name);
	}
}

TEST(what_has_no_identifier_has_no_pattern)
{
	static const char *const names[] = {
		"a::operator()(int)",
		"a::operator bool() const",
		"f()::{lambda()#1}::operator()() const",
		"a<",
		"a::",
		"::a",
		"a<b::c(int)",
		"(anonymous namespace)",
		"std::vector<int>::push_back(int)",
		"a b(",
		"f[abi:(int)",
	};
	char *pattern = NULL;
	size_t length;

	EACH_ROW(i, names) {
		FILE *out = open_memstream(&pattern, &length);

		assert_false(mangled_write_pattern(names[i], true, out));
		fclose(out);
		assert_int_equal(length, 0);
		free(pattern);
	}
}

TEST(equal_entries_are_one_and_the_largest_comes_first)
{
	begin();
	sites_add(&report, "malloc", 5, 1, "parse!app < main!app");
	sites_add(&report, "malloc", 9, 1, "xmalloc!app < read!app < main!app");
	sites_add(&report, "calloc", 7, 1, "strdup!libc.so.6 < parse!app < run!app");
	sites_add(&report, "malloc", 1, 1, "?!?");
	assert_string_equal(suggest(), "# Keep what you accept, and say why.\n"
				       "\n# 12 violations at 2 sites\nfunction:parse\n"
				       "\n# 9 violations at 1 site\nstack:read\n"
				       "\n# 1 violation at 1 site that no pattern can name\n");
	begin();
}

TEST(file_has_no_more_than_it_may)
{
	static const struct {
		size_t padding, least;
	} cases[] = {{1, 256}, {300, 60}};

	EACH_ROW(i, cases) {
		char name[512];
		const char *text;
		size_t entries = 0;

		begin();
		for (unsigned j = 0; j < 600; j++) {
			snprintf(name, sizeof(name), "f%u_%0*d!app < main!app", j,
				 (int)cases[i].padding, 0);
			sites_add(&report, "malloc", 1, 1, name);
		}
		text = suggest();
		assert_non_null(strstr(text, " sites more, for which a file has no room\n"));
		while (pl_suppress_pattern((unsigned)entries) != NULL)
			entries++;
		assert_in_range(entries, cases[i].least, 256);
	}
	begin();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_names_the_origin_of_the_site_as_narrowly_as_the_file_can),
		cmocka_unit_test(names_stand_for_themselves),
		cmocka_unit_test(long_name_is_cut_with_a_star),
		cmocka_unit_test(pattern_of_a_mangled_name_matches_it),
		cmocka_unit_test(what_has_no_identifier_has_no_pattern),
		cmocka_unit_test(equal_entries_are_one_and_the_largest_comes_first),
		cmocka_unit_test(file_has_no_more_than_it_may),
	};

	return cmocka_run_group_tests_name("report_suggest", tests, NULL, NULL);
}
