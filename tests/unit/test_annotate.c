/* SPDX-License-Identifier: MIT */
/*
 * Streams with reports in them, cut anywhere, over modules that do not exist: the file /here with
 * build-id aa knows functions at a few offsets; /bare has no build-id; all others are absent.
 *
 * shows: PL-160 (frames, scopes and tables are named, inlined functions first)
 * shows: PL-162 (another build-id than the report's)
 * shows: PL-163 (what files do not know stays as it is)
 * shows: PL-164 (C++ names)
 * shows: PL-669 (what no report has in it)
 * shows: PL-165 (all else comes out as it went in, and reports are held back, but not for ever)
 */
#define _GNU_SOURCE
#include "annotate.h"
#include "demangle.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define HEAD "phaselock: violation: malloc(64) while allocations are locked\n"
#define VERDICT "phaselock: aborting (policy=abort)\n"

/* ---- the double of namer.h ------------------------------------------------------------------- */

static const struct namer_options options;

struct namer *namer_new(const struct namer_options *given)
{
	assert_ptr_equal(given, &options);
	return malloc(1);
}

void namer_free(struct namer *namer)
{
	free(namer);
}

static enum module_state open_module(const struct question *question)
{
	const char *real = strcmp(question->path, "/here") == 0 ? "aa" : "";

	if (strcmp(question->path, "/here") != 0 && strcmp(question->path, "/bare") != 0)
		return MODULE_ABSENT;
	return question->build_id != NULL && strcmp(question->build_id, real) != 0 ? MODULE_OTHER
										   : MODULE_HERE;
}

static void find(uint64_t offset, struct answer *answer)
{
	static const struct answer_function trim = {"trim", "/src/trim.c", 7};

	if (offset == 0x10) {
		answer->count = 2;
		answer->functions[0] = trim;
		answer->functions[1] = (struct answer_function){"parse", "/src/parse.c", 40};
	} else if (offset == 0x20) {
		answer->count = 1;
		answer->functions[0] = (struct answer_function){"f(int)", "/src/f.cc", 1};
	} else if (offset == 0x40) {
		answer->count = 2;
		answer->functions[0] = trim;
		answer->functions[1] =
			(struct answer_function){"__GI___strdup", "/src/strdup.c", 42};
		answer->symbol = "__GI___strdup";
		answer->symbol_offset = 26;
	} else if (offset == 0x50 || offset == 0x58) {
		answer->count = 2;
		answer->functions[0] = (struct answer_function){
			"lock_allocations",
			offset == 0x50 ? "/usr/include/phaselock/phaselock.h" : "/src/phaselock.h",
			681};
		answer->functions[1] = (struct answer_function){"start", "/src/start.c", 3};
	} else if (offset == 0x30) {
		answer->symbol = "hidden";
		answer->symbol_offset = 5;
	}
}

/* Like the real one, an answer is valid until the next question. */
const struct answer *namer_ask(struct namer *namer, const struct question *question)
{
	static struct answer answer;
	static char *demangled;

	assert_non_null(namer);
	free(demangled);
	demangled = question->function[0] != '\0' ? demangle(question->function) : NULL;
	answer = (struct answer){.state = open_module(question), .demangled = demangled};
	if (answer.state == MODULE_HERE)
		find(question->offset, &answer);
	return &answer;
}

/* ---- help ------------------------------------------------------------------------------------ */

struct seen {
	char *text;
	size_t length;
	unsigned calls;
};

static void see(void *context, const char *text, size_t length)
{
	struct seen *seen = context;

	seen->text = realloc(seen->text, seen->length + length + 1);
	assert_non_null(seen->text);
	memcpy(seen->text + seen->length, text, length);
	seen->length += length;
	seen->text[seen->length] = '\0';
	seen->calls++;
}

/* Feeds a text in pieces; returns the whole output, to be freed. */
static struct seen named(const char *text, size_t length, size_t piece)
{
	struct annotator *annotator = annotator_new(&options);
	struct seen seen = {0};

	for (size_t at = 0; at < length; at += piece)
		annotator_feed(annotator, text + at, length - at < piece ? length - at : piece, see,
			       &seen);
	annotator_flush(annotator, see, &seen);
	annotator_free(annotator);
	return seen;
}

/* In pieces of each length. */
static void assert_named(const char *text, const char *wanted)
{
	for (size_t piece = 1; piece <= strlen(text); piece++) {
		struct seen seen = named(text, strlen(text), piece);

		assert_string_equal(seen.text != NULL ? seen.text : "", wanted);
		free(seen.text);
	}
}

static void assert_unchanged(const char *text, size_t length, size_t piece)
{
	struct seen seen = named(text, length, piece);

	assert_int_equal(seen.length, length);
	assert_memory_equal(seen.text, text, length);
	free(seen.text);
}

/* ---- reports --------------------------------------------------------------------------------- */

TEST(report_is_named_wherever_the_stream_is_cut)
{
	assert_named("before\n" HEAD "  thread 1 \"t\", 1st time at this site\n"
		     "    #0 strdup+0x1a (/gone+0x10)\n"
		     "    #1 (/here+0x10)\n"
		     "    #2 0x7f0012345678\n"
		     "    #3 main+0x100 (/here+0x30)\n"
		     "    #4 main+0x4 (/here+0x30)\n"
		     "  forbidden since main+0x1c (/here+0x20)\n"
		     "  advice: strdup allocates at every call\n"
		     "  build-id bb /gone\n"
		     "  build-id aa /here\n" VERDICT "after",
		     "before\n" HEAD "  thread 1 \"t\", 1st time at this site\n"
		     "    #0 strdup+0x1a (/gone+0x10)\n"
		     "    #1 trim /src/trim.c:7 (inlined)\n"
		     "    #1 parse /src/parse.c:40\n"
		     "    #2 0x7f0012345678\n"
		     "    #3 hidden+0x5 (/here+0x30)\n"
		     "    #4 main+0x4 (/here+0x30)\n"
		     "  forbidden since f(int) /src/f.cc:1\n"
		     "  advice: strdup allocates at every call\n" VERDICT "after");
}

TEST(inlined_functions_of_the_guards_own_header_are_left_out)
{
	assert_named(HEAD "  locked 5 us before by thread 1 \"t\":\n"
			  "    #0 (/here+0x50)\n"
			  "    #1 (/here+0x58)\n"
			  "  forbidden since (/here+0x50)\n"
			  "  build-id aa /here\n" VERDICT,
		     HEAD "  locked 5 us before by thread 1 \"t\":\n"
			  "    #0 start /src/start.c:3\n"
			  "    #1 lock_allocations /src/phaselock.h:681 (inlined)\n"
			  "    #1 start /src/start.c:3\n"
			  "  forbidden since start /src/start.c:3\n" VERDICT);
}

TEST(mangled_name_is_demangled_without_any_file)
{
	assert_named("    #0 _ZN3net4feedEi+0x1a (/gone+0x10)\n",
		     "    #0 net::feed(int)+0x1a (/gone+0x10)\n");
	assert_named("phaselock:   1 x free  _Z1fv+0x1 (/gone+0x2) < i+0x3 (/gone+0x4)\n",
		     "phaselock:   1 x free  f()+0x1 (/gone+0x2) < i+0x3 (/gone+0x4)\n");
}

TEST(name_is_demangled_as_it_was_before_it_was_quoted)
{
	assert_named("    #0 _Z3a\\x1bbv+0x1 (/gone+0x10)\n",
		     "    #0 a\\x1bb()+0x1 (/gone+0x10)\n");
	assert_named("    #0 _Z3a\\nbi+0x1 (/gone+0x10)\n", "    #0 a\\nb(int)+0x1 (/gone+0x10)\n");
	assert_named("    #0 _Z3a\\\\bv+0x1 (/gone+0x10)\n", "    #0 a\\\\b()+0x1 (/gone+0x10)\n");
	assert_named("    #0 _Z\\n+0x1 (/gone+0x10)\n", "    #0 _Z\\n+0x1 (/gone+0x10)\n");
}

TEST(exported_name_stays_for_the_outermost_function_if_it_is_the_same_one)
{
	assert_named(
		"    #0 strdup+0x1a (/here+0x40)\n    #1 strdup+0x2a (/here+0x40)\n",
		"    #0 trim /src/trim.c:7 (inlined)\n    #0 strdup /src/strdup.c:42\n"
		"    #1 trim /src/trim.c:7 (inlined)\n    #1 __GI___strdup /src/strdup.c:42\n");
}

TEST(site_of_a_scope_is_the_innermost_function)
{
	assert_named("  forbidden by (/here+0x10)\n  forbidden since (/gone+0x10)\n",
		     "  forbidden by trim /src/trim.c:7\n  forbidden since (/gone+0x10)\n");
}

TEST(closing_table_has_functions_and_files_without_folders)
{
	assert_named("phaselock: 7 violations at 2 sites, by count:\n"
		     "phaselock:   5 x operator new  (/here+0x10) < 0x7f00 < (/here+0x20)\n"
		     "phaselock:   2 x calloc  (/here+0x20) < (/here+0x",
		     "phaselock: 7 violations at 2 sites, by count:\n"
		     "phaselock:   5 x operator new  trim trim.c:7 < 0x7f00 < f(int) f.cc:1\n"
		     "phaselock:   2 x calloc  f(int) f.cc:1 < (/here+0x");
}

TEST(frame_without_a_report_around_it_is_named)
{
	assert_named("    #12 (/here+0x20)", "    #12 f(int) /src/f.cc:1");
}

/* ---- build-ids ------------------------------------------------------------------------------- */

TEST(module_of_another_build_id_stays_raw_and_is_named_once)
{
	assert_named(HEAD "    #0 (/here+0x10)\n"
			  "    #1 (/here+0x20)\n"
			  "  build-id bb /here\n" VERDICT,
		     HEAD
		     "    #0 (/here+0x10)\n"
		     "    #1 (/here+0x20)\n"
		     "  (/here has another build-id now: its frames keep their offsets)\n" VERDICT);
}

TEST(module_that_had_no_build_id_is_not_one_that_has)
{
	assert_named(HEAD "    #0 (/here+0x10)\n"
			  "    #1 (/bare+0x20)\n" VERDICT,
		     HEAD "    #0 (/here+0x10)\n"
			  "    #1 f(int) /src/f.cc:1\n" VERDICT);
}

TEST(table_goes_by_the_build_ids_of_the_reports_before_it)
{
	assert_named(HEAD "    #0 (/here+0x20)\n"
			  "  build-id bb /here\n" VERDICT
			  "phaselock:   1 x free  (/here+0x20) < (/bare+0x20)\n" HEAD
			  "    #0 (/here+0x20)\n"
			  "  build-id aa /here\n" VERDICT "phaselock:   1 x free  (/here+0x20)\n",
		     HEAD
		     "    #0 (/here+0x20)\n"
		     "  (/here has another build-id now: its frames keep their offsets)\n" VERDICT
		     "phaselock:   1 x free  (/here+0x20) < f(int) f.cc:1\n" HEAD
		     "    #0 f(int) /src/f.cc:1\n" VERDICT
		     "phaselock:   1 x free  f(int) f.cc:1\n");
}

/* ---- holding back ---------------------------------------------------------------------------- */

TEST(report_is_held_back_until_its_verdict_and_comes_at_once)
{
	static const char report[] = HEAD "    #0 (/here+0x20)\n  build-id aa /here\n" VERDICT;
	struct annotator *annotator = annotator_new(&options);
	struct seen seen = {0};

	annotator_feed(annotator, report, strlen(report) - 1, see, &seen);
	assert_int_equal(seen.calls, 0);
	annotator_feed(annotator, "\n", 1, see, &seen);
	assert_int_equal(seen.calls, 1);
	assert_string_equal(seen.text, HEAD "    #0 f(int) /src/f.cc:1\n" VERDICT);
	annotator_flush(annotator, see, &seen);
	assert_int_equal(seen.calls, 1);
	free(seen.text);
	annotator_free(annotator);
}

TEST(report_ends_at_the_line_behind_its_build_ids_and_at_the_next_report)
{
	assert_named("    #0 (/here+0x20)\n  build-id aa /here\nother\n"
		     "    #0 (/here+0x20)\n" HEAD "    #0 (/here+0x20)\n  build-id bb /here\n",
		     "    #0 f(int) /src/f.cc:1\nother\n"
		     "    #0 f(int) /src/f.cc:1\n" HEAD "    #0 (/here+0x20)\n"
		     "  (/here has another build-id now: its frames keep their offsets)\n");
}

TEST(annotators_of_two_streams_share_nothing)
{
	struct annotator *one = annotator_new(&options), *other = annotator_new(&options);
	struct seen seen = {0};

	annotator_feed(one, "    #0 (/here+0x20)\n  build-id bb /here\n", 40, see, &seen);
	annotator_feed(other, "phaselock:   1 x free  (/here+0x20)\n", 36, see, &seen);
	assert_string_equal(seen.text, "phaselock:   1 x free  f(int) f.cc:1\n");
	free(seen.text);
	annotator_free(one);
	annotator_free(other);
}

TEST(no_more_than_64_kib_are_held_back)
{
	static char line[100] = "text of the program between the lines of a report";
	struct annotator *annotator = annotator_new(&options);
	struct seen seen = {0};
	size_t fed = 0;

	memset(line + strlen(line), '.', sizeof(line) - strlen(line));
	line[sizeof(line) - 1] = '\n';
	annotator_feed(annotator, HEAD, strlen(HEAD), see, &seen);
	for (fed = strlen(HEAD); seen.calls == 0; fed += sizeof(line))
		annotator_feed(annotator, line, sizeof(line), see, &seen);
	assert_in_range(fed, 65536, 65536 + sizeof(line));
	assert_in_range(seen.length, 65536 - sizeof(line), fed);
	annotator_flush(annotator, see, &seen);
	assert_int_equal(seen.length, fed);
	free(seen.text);
	annotator_free(annotator);
}

/* ---- what is no report ----------------------------------------------------------------------- */

TEST(other_lines_come_out_byte_for_byte)
{
	static const char lines[] = "\n\n  build-id aa /here\n    #\n    #1\n    #x (/here+0x10)\n"
				    "   #1 (/here+0x10)\n    #1 (/here+0x10)\r\n"
				    "    #1 0x12 in main (/here+0x10)\n"
				    "phaselock:   x free  (/here+0x10)\n"
				    "phaselock:   1 x (/here+0x10)\n"
				    "phaselock: PASS (/here+0x10)\n\0\xff\xfe\n (/here+0x10)\n\0";

	for (size_t piece = 1; piece < sizeof(lines); piece++)
		assert_unchanged(lines, sizeof(lines) - 1, piece);
}

TEST(lines_of_any_length_and_junk_come_out_byte_for_byte)
{
	static const size_t pieces[] = {1, 4095, 65535, 65536, 65537, 300000};
	static char text[300000];
	uint32_t random = 1;

	memset(text, 'x', sizeof(text));
	EACH_ROW(i, pieces)
		assert_unchanged(text, sizeof(text), pieces[i]);
	for (size_t i = 65530; i < 65542; i++) {
		text[i] = '\n';
		assert_unchanged(text, sizeof(text), 65536);
		text[i] = 'x';
	}
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)((random = random * 1664525 + 1013904223) >> 24);
	EACH_ROW(i, pieces)
		assert_unchanged(text, sizeof(text), pieces[i]);
}

TEST(report_behind_a_long_line_is_named)
{
	static char text[200000];

	memset(text, 'x', sizeof(text));
	strcpy(text + 100000, "\n" HEAD "    #0 (/here+0x20)\n  build-id aa /here\n" VERDICT);
	for (size_t piece = 1000; piece < 140000; piece += 7777) {
		struct seen seen = named(text, strlen(text), piece);

		assert_string_equal(seen.text + 100000,
				    "\n" HEAD "    #0 f(int) /src/f.cc:1\n" VERDICT);
		free(seen.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_is_named_wherever_the_stream_is_cut),
		cmocka_unit_test(inlined_functions_of_the_guards_own_header_are_left_out),
		cmocka_unit_test(mangled_name_is_demangled_without_any_file),
		cmocka_unit_test(name_is_demangled_as_it_was_before_it_was_quoted),
		cmocka_unit_test(
			exported_name_stays_for_the_outermost_function_if_it_is_the_same_one),
		cmocka_unit_test(site_of_a_scope_is_the_innermost_function),
		cmocka_unit_test(closing_table_has_functions_and_files_without_folders),
		cmocka_unit_test(frame_without_a_report_around_it_is_named),
		cmocka_unit_test(module_of_another_build_id_stays_raw_and_is_named_once),
		cmocka_unit_test(module_that_had_no_build_id_is_not_one_that_has),
		cmocka_unit_test(table_goes_by_the_build_ids_of_the_reports_before_it),
		cmocka_unit_test(report_is_held_back_until_its_verdict_and_comes_at_once),
		cmocka_unit_test(
			report_ends_at_the_line_behind_its_build_ids_and_at_the_next_report),
		cmocka_unit_test(annotators_of_two_streams_share_nothing),
		cmocka_unit_test(no_more_than_64_kib_are_held_back),
		cmocka_unit_test(other_lines_come_out_byte_for_byte),
		cmocka_unit_test(lines_of_any_length_and_junk_come_out_byte_for_byte),
		cmocka_unit_test(report_behind_a_long_line_is_named),
	};

	return cmocka_run_group_tests_name("annotate", tests, NULL, NULL);
}
