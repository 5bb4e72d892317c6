/* SPDX-License-Identifier: MIT */
/*
 * Baselines: what is written is read, whatever names are in it; a site that is not in one is told,
 * and so is a line that is none.
 *
 * shows: PL-814 PL-815 PL-816
 */
#define _GNU_SOURCE
#include "baseline.h"

#include "capture.h"
#include "group.h"
#include "report_sites.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct baseline baseline;
static struct capture capture;

/* A text in which @1 stands for an id of zeros and a 1. */
static const char *with_ids(const char *text)
{
	static char texts[2][2048];
	static unsigned turn;
	char *made = texts[turn++ % 2];
	size_t length = 0;

	for (; *text != '\0'; text++) {
		assert_true(length + REPORT_ID_SIZE < sizeof(texts[0]));
		if (*text != '@')
			made[length++] = *text;
		else
			length += (size_t)sprintf(made + length, "%015d", 0);
	}
	made[length] = '\0';
	return made;
}

/* Returns the messages. */
static const char *read_text(const char *text, size_t length, bool *whole)
{
	FILE *in = fmemopen(NULL, length + 1, "w+");

	assert_non_null(in);
	assert_int_equal(fwrite(text, 1, length, in), length);
	fflush(in);
	rewind(in);
	capture_begin(&capture);
	*whole = baseline_read_stream(in, "known.txt", &baseline);
	fclose(in);
	return capture_end(&capture);
}

static void read_good(const char *pattern)
{
	const char *text = with_ids(pattern);
	bool whole;

	assert_string_equal(read_text(text, strlen(text), &whole), "");
	assert_true(whole);
}

TEST(lines_of_sites_are_read_and_comments_left_out)
{
	read_good("# known\n"
		  "\n"
		  "  # more\n"
		  "@2  malloc  parse (libfoo.so)\n"
		  "\t@1\n"
		  "@2 malloc twice \r\n"
		  "@f\tx\\n");
	assert_int_equal(baseline.count, 4);
	assert_string_equal(baseline.lines[0].id, "0000000000000001");
	assert_string_equal(baseline.lines[0].words, "");
	assert_int_equal(baseline.lines[0].number, 5);
	assert_string_equal(baseline.lines[1].words, "malloc  parse (libfoo.so)");
	assert_string_equal(baseline.lines[2].words, "malloc twice");
	assert_string_equal(baseline.lines[3].words, "x\\n");
	baseline_free(&baseline);
	read_good("");
	assert_int_equal(baseline.count, 0);
}

TEST(bad_line_is_named_by_file_and_number)
{
	static const char *const lines[] = {
		"malloc  parse", "000000000000000", "@12", "@1x", "@F", "0000 00000000001",
		"@1,a",		 "<<<<<<< HEAD",
	};
	bool whole;

	EACH_ROW(i, lines) {
		char pattern[128];
		const char *text = pattern, *said;

		snprintf(pattern, sizeof(pattern), "# a\n%s\n@1\n", lines[i]);
		text = with_ids(pattern);
		said = read_text(text, strlen(text), &whole);
		assert_false(whole);
		assert_int_equal(baseline.count, 0);
		assert_string_equal(said, "phaselock report: known.txt:2: want the 16 hexadecimal "
					  "digits of a site, and then its words\n");
	}
	assert_string_equal(read_text("0000000000000001 a\0b\n", 21, &whole),
			    "phaselock report: known.txt:1: a NUL byte in the line\n");
	assert_false(whole);
}

TEST(of_many_bad_lines_ten_are_named)
{
	static char text[4096];
	const char *said;
	bool whole;
	size_t lines = 0;

	memset(text, 'x', 2 * 1000);
	for (size_t i = 1; i < 2 * 1000; i += 2)
		text[i] = '\n';
	said = read_text(text, strlen(text), &whole);
	for (const char *c = said; *c != '\0'; c++)
		lines += *c == '\n';
	assert_false(whole);
	assert_int_equal(lines, 11);
	assert_non_null(strstr(said, "known.txt: and 990 bad lines more\n"));
}

TEST(file_that_cannot_be_read_is_said)
{
	bool whole;

	capture_begin(&capture);
	whole = baseline_read("/nowhere/at/all", &baseline);
	assert_string_equal(capture_end(&capture), "phaselock report: cannot open /nowhere/at/all: "
						   "No such file or directory\n");
	assert_false(whole);
	capture_begin(&capture);
	whole = baseline_read("/", &baseline);
	assert_string_equal(capture_end(&capture),
			    "phaselock report: cannot read /: Is a directory\n");
	assert_false(whole);
}

static void add_sites(struct report *report)
{
	sites_add(report, "malloc", 5, 50, "parse!libfoo.so:p.c:12 < main!app");
	sites_add(report, "operator new", 4, 40, "run(int)!app < main!app");
	sites_add(report, "calloc", 3, 30, "a\nb \x1b\\!li\tb < main!app");
	sites_add(report, "free", 2, 20, "?!? < main!app");
	sites_add(report, "malloc", 1, 10, "");
	sites_add(report, "malloc", 1, 10, "parse!app < main!app");
	group_find_origins(report);
}

TEST(what_is_written_is_sorted_by_module_and_function_and_is_read_again)
{
	struct report report = {0};
	struct baseline_difference difference;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	add_sites(&report);
	assert_true(baseline_write_stream(&report, out));
	fclose(out);
	assert_string_equal(text, with_ids("# Sites that are known and accepted: phaselock report "
					   "--baseline=THIS-FILE RECORD\n"
					   "@4  free  ??\n"
					   "@5  malloc\n"
					   "@6  malloc  parse (app)\n"
					   "@2  operator new  run(int) (app)\n"
					   "@3  calloc  a\\nb \\x1b\\\\ (li\\x09b)\n"
					   "@1  malloc  parse (libfoo.so)\n"));
	read_good(text);
	assert_true(baseline_compare(&report, &baseline, &difference));
	assert_int_equal(difference.fresh_count + difference.gone_count, 0);
	assert_true(baseline_holds(&difference));
	baseline_difference_free(&difference);
	baseline_free(&baseline);
	free(text);
	sites_free(&report);
}

static const char *told(const struct baseline_difference *difference)
{
	static char text[1024];
	FILE *out = fmemopen(text, sizeof(text), "w");

	text[0] = '\0';
	assert_non_null(out);
	baseline_tell(difference, out);
	fclose(out);
	return text;
}

TEST(new_sites_fail_and_sites_that_did_not_come_are_only_told)
{
	struct report report = {0};
	struct baseline_difference difference;

	add_sites(&report);
	read_good("@9 free\tx\x1b\n"
		  "@2\n@4\n@3\n@5\n"
		  "@7 gone\n"
		  "@4 again\n"
		  "@7 gone too\n"
		  "@6\n");
	assert_true(baseline_compare(&report, &baseline, &difference));
	assert_false(baseline_holds(&difference));
	assert_string_equal(told(&difference),
			    with_ids("new: @1  5 x malloc  parse (libfoo.so) p.c:12\n"
				     "gone: @9  free\tx\\x1b (line 1 of the baseline)\n"
				     "gone: @7  gone (line 6 of the baseline)\n"
				     "gone: @7  gone too (line 8 of the baseline)\n"));
	baseline_difference_free(&difference);

	strcpy(report.sites[0].id, report.sites[1].id);
	assert_true(baseline_compare(&report, &baseline, &difference));
	assert_true(baseline_holds(&difference));
	baseline_difference_free(&difference);
	baseline_free(&baseline);
	sites_free(&report);
}

TEST(violations_without_a_site_do_not_hold)
{
	struct report report = {.sites_lost = 2};
	struct baseline_difference difference;

	read_good("");
	assert_true(baseline_compare(&report, &baseline, &difference));
	assert_false(baseline_holds(&difference));
	assert_string_equal(told(&difference),
			    "new: 2 violations at sites for which the record had no room\n");
	baseline_difference_free(&difference);
}

/* ---- files ----------------------------------------------------------------------------------- */

static char folder[] = "/tmp/test_report_baseline.XXXXXX";
static char path[64];

static int make_folder(void **state)
{
	(void)state;
	strcpy(strrchr(folder, '.'), ".XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/known", folder);
	return 0;
}

static void put(const char *name, const char *text)
{
	FILE *out = fopen(name, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void assert_alone(const char *wanted)
{
	char command[160], found[256] = "";
	FILE *list;

	snprintf(command, sizeof(command), "cd %s && ls | tr '\\n' ' '", folder);
	list = popen(command, "r");
	assert_non_null(list);
	assert_non_null(fgets(found, sizeof(found), list));
	pclose(list);
	assert_string_equal(found, wanted);
}

TEST(written_file_has_the_mode_of_the_old_one_or_that_of_a_new_one)
{
	struct report report = {0};
	struct stat made;
	mode_t mask = umask(027);
	char link[80];

	add_sites(&report);
	assert_true(baseline_write(&report, path));
	assert_int_equal(stat(path, &made), 0);
	assert_int_equal(made.st_mode & 0777, 0640);
	assert_int_equal(chmod(path, 0604), 0);
	snprintf(link, sizeof(link), "%s/link", folder);
	assert_int_equal(symlink("known", link), 0);
	assert_true(baseline_write(&report, link));
	umask(mask);
	assert_int_equal(lstat(link, &made), 0);
	assert_true(S_ISLNK(made.st_mode));
	assert_int_equal(stat(path, &made), 0);
	assert_int_equal(made.st_mode & 0777, 0604);
	assert_alone("known link ");
	assert_true(baseline_read(path, &baseline));
	assert_int_equal(baseline.count, 6);
	baseline_free(&baseline);
	unlink(link);
	unlink(path);
	rmdir(folder);
	sites_free(&report);
}

static const char *write_said(const struct report *report, const char *name)
{
	bool whole;

	capture_begin(&capture);
	whole = baseline_write(report, name);
	capture_end(&capture);
	assert_false(whole);
	return capture.text;
}

/* Like a full disk. */
static const char *write_limited(const struct report *report, const char *name)
{
	struct rlimit all, few;
	const char *said;

	getrlimit(RLIMIT_FSIZE, &all);
	few = (struct rlimit){128, all.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &few);
	said = write_said(report, name);
	setrlimit(RLIMIT_FSIZE, &all);
	return said;
}

TEST(what_cannot_be_written_stays_as_it_was)
{
	struct report report = {0};
	FILE *old;

	add_sites(&report);
	put(path, "old");
	assert_non_null(strstr(write_said(&report, "/dev/null"), "/dev/null: it is no regular"));
	assert_non_null(strstr(write_said(&report, folder), "it is no regular file"));
	assert_non_null(strstr(write_said(&report, "/nowhere/x"), "No such file or directory"));
	assert_non_null(strstr(write_limited(&report, path), "File too large"));
	assert_alone("known ");
	old = fopen(path, "r");
	assert_int_equal(fgetc(old), 'o');
	fclose(old);
	unlink(path);
	rmdir(folder);
	sites_free(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_sites_are_read_and_comments_left_out),
		cmocka_unit_test(bad_line_is_named_by_file_and_number),
		cmocka_unit_test(of_many_bad_lines_ten_are_named),
		cmocka_unit_test(file_that_cannot_be_read_is_said),
		cmocka_unit_test(
			what_is_written_is_sorted_by_module_and_function_and_is_read_again),
		cmocka_unit_test(new_sites_fail_and_sites_that_did_not_come_are_only_told),
		cmocka_unit_test(violations_without_a_site_do_not_hold),
		cmocka_unit_test_setup(
			written_file_has_the_mode_of_the_old_one_or_that_of_a_new_one, make_folder),
		cmocka_unit_test_setup(what_cannot_be_written_stays_as_it_was, make_folder),
	};

	return cmocka_run_group_tests_name("report_baseline", tests, NULL, NULL);
}
