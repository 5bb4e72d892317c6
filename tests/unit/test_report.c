/* SPDX-License-Identifier: MIT */
/*
 * The text of the reports, and where they go. Violations are made by hand. pl_module_find() is a
 * double whose places do not depend on where anything is loaded.
 *
 * shows: PL-180 PL-584
 * shows: PL-030 (the report of an abort is always written), PL-036, PL-037 (the limit), PL-039
 * shows: PL-041, PL-200, PL-202, PL-793, PL-794
 */
#define _GNU_SOURCE
#include "report/report.h"

#include "report/advice.h"
#include "capture.h"
#include "child.h"
#include "life/closing.h"
#include "common/format.h"
#include "report/history.h"
#include "stack/kept.h"
#include "stack/module.h"
#include "report/sink.h"
#include "reaction/hot_modules.h"
#include "reaction/site.h"
#include "common/settings.h"
#include "common/suppress.h"

#include <fcntl.h>
#include <sys/stat.h>

/*
 * ---- the double of lib/stack/module.c
 * --------------------------------------------------------------
 */

static const unsigned char build_id[] = {0x0b, 0xad, 0xf0};

static const char *long_name; /* of the function at IN_LONG */

#define IN_PROGRAM ((void *)0x1010)
#define IN_LIBRARY ((void *)0x2020)
#define IN_NOTHING ((void *)0x3030)
#define IN_LONG ((void *)0x4040)

void pl_module_find(const void *address, struct pl_place *place)
{
	*place = (struct pl_place){.offset = (uintptr_t)address};
	if (address == IN_PROGRAM)
		*place = (struct pl_place){.module = "app", .path = "/bin/app", .offset = 0x10};
	else if (address == IN_LIBRARY)
		*place = (struct pl_place){.module = "libx.so.1",
					   .path = "/lib/libx.so.1",
					   .offset = 0x20,
					   .function = "x_run",
					   .function_offset = 0x5,
					   .build_id = build_id,
					   .build_id_size = 3};
	else if (address == IN_LONG)
		*place = (struct pl_place){.module = "libx.so.1",
					   .path = "/lib/libx.so.1",
					   .offset = 0x40,
					   .function = long_name,
					   .function_offset = 0x6};
}

void pl_module_find_file(const void *address, struct pl_place *place)
{
	pl_module_find(address, place);
}

void pl_kept_find(const void *frame, struct pl_place *place)
{
	pl_module_find(frame, place);
}

void pl_kept_add(void *const *frames, unsigned count)
{
	(void)frames;
	(void)count;
}

void pl_module_start(void)
{
}

/* Or the matching would bring the rest of lib/stack/module.c. */
int pl_suppress_match(const void *const *frames, unsigned count)
{
	(void)frames;
	(void)count;
	return -1;
}

/* Likewise the functions that must not allocate: there are none. */
bool pl_hot_modules_start(void)
{
	return true;
}

const struct pl_hot_range *pl_hot_modules_find(const struct pl_unwind_frame *frame,
					       struct pl_hot_module *module)
{
	(void)frame;
	(void)module;
	return NULL;
}

void pl_hot_modules_look_at_all(void)
{
}

uint64_t pl_hot_modules_matched(void)
{
	return 2;
}

/*
 * ---- the double of lib/report/advice.c
 * --------------------------------------------------------------
 */

#define IN_LIBC ((void *)0x5050)

const struct pl_advice *pl_advice_find(const void *const *frames, unsigned count)
{
	static const struct pl_advice known = {
		.name = "f", .when = "at every call", .cure = "do without"};

	return count > 0 && frames[0] == IN_LIBC ? &known : NULL;
}

bool pl_advice(const void *const *frames, unsigned count, struct pl_text *text)
{
	if (count == 0 || frames[0] != IN_LIBC)
		return false;
	pl_text_append(text, "f allocates at every call; do without");
	return true;
}

/* ---- one violation --------------------------------------------------------------------------- */

static const struct phaselock_violation plain = {
	.function = "malloc",
	.size = 64,
	.frame_count = 3,
	.thread_id = 77,
	.sequence = 1,
	.count = 1,
	.thread_name = "worker",
	.frames = {IN_PROGRAM, IN_LIBRARY, IN_NOTHING},
};

#define FRAMES                                                                                     \
	"    #0 (/bin/app+0x10)\n"                                                                 \
	"    #1 x_run+0x5 (/lib/libx.so.1+0x20)\n"                                                 \
	"    #2 0x3030\n"
#define BUILD_IDS "  build-id 0badf0 /lib/libx.so.1\n"

static struct capture captured;

static void report(const struct phaselock_violation *violation,
		   const struct pl_report_context *context)
{
	if (pl_report_is_due(violation, context))
		pl_report_violation(violation, context);
}

static const char *report_of(const struct phaselock_violation *violation,
			     enum phaselock_verdict verdict, bool by_handler, bool nested)
{
	const struct pl_report_context context = {
		.verdict = verdict, .by_handler = by_handler, .nested = nested};

	capture_begin(&captured);
	report(violation, &context);
	return capture_end(&captured);
}

/* The first line of the report of a violation, with its newline. */
static void assert_first_line(const struct phaselock_violation *violation, const char *wanted)
{
	const char *text = report_of(violation, PHASELOCK_ABORT, false, false);
	size_t length = strcspn(text, "\n") + 1;

	captured.text[length] = '\0';
	assert_string_equal(text, wanted);
}

static int expect_many_reports(void **state)
{
	(void)state;
	pl_report_configure(PHASELOCK_SITES_MAX);
	return 0;
}

TEST(report_has_request_thread_count_stack_and_verdict)
{
	assert_string_equal(report_of(&plain, PHASELOCK_ALLOW, false, false),
			    "phaselock: violation: malloc(64) while allocations are locked\n"
			    "  thread 77 \"worker\", 1st time at this site\n" FRAMES BUILD_IDS
			    "phaselock: allowed (policy=allow)\n");
}

TEST(report_says_that_the_stack_could_not_be_read_further)
{
	struct pl_report_context context = {.verdict = PHASELOCK_ALLOW};

	context.end = PL_UNWIND_NO_TABLE;
	capture_begin(&captured);
	report(&plain, &context);
	assert_non_null(
		strstr(capture_end(&captured), FRAMES
		       "    (the stack cannot be read further: no unwind table)\n" BUILD_IDS));
	context.end = PL_UNWIND_UNREADABLE;
	capture_begin(&captured);
	report(&plain, &context);
	assert_non_null(strstr(capture_end(&captured),
			       FRAMES "    (the stack cannot be read further: it leads to no "
				      "stack)\n" BUILD_IDS));
	context.end = PL_UNWIND_FULL;
	capture_begin(&captured);
	report(&plain, &context);
	assert_non_null(strstr(capture_end(&captured), FRAMES BUILD_IDS));
}

TEST(verdict_says_who_decided_and_nesting_is_told)
{
	assert_non_null(strstr(report_of(&plain, PHASELOCK_ABORT, false, false),
			       "\nphaselock: aborting (policy=abort)\n"));
	assert_non_null(strstr(report_of(&plain, PHASELOCK_DENY, false, false),
			       "\nphaselock: denied (policy=deny)\n"));
	assert_non_null(strstr(report_of(&plain, PHASELOCK_ABORT, true, false),
			       "\nphaselock: aborting (handler)\n"));
	assert_non_null(strstr(report_of(&plain, PHASELOCK_ALLOW, true, false),
			       "\nphaselock: allowed (handler)\n"));
	assert_non_null(strstr(report_of(&plain, PHASELOCK_ALLOW, false, true),
			       "1st time at this site, inside the violation handler\n"));
}

TEST(request_is_written_as_its_caller_might_have_written_it)
{
	struct phaselock_violation violation = plain;

	violation.size = 0;
	assert_first_line(&violation,
			  "phaselock: violation: malloc(0) while allocations are locked\n");
	violation.size = SIZE_MAX;
	violation.alignment = 4096;
	violation.cause = PHASELOCK_CAUSE_FORBID;
	violation.function = "aligned_alloc";
	assert_first_line(
		&violation,
		"phaselock: violation: aligned_alloc(18446744073709551615, alignment 4096) "
		"inside a forbid scope\n");
	violation = plain;
	violation.function = "realloc";
	violation.old_pointer = (void *)0xbeef;
	assert_first_line(
		&violation,
		"phaselock: violation: realloc(0xbeef, 64) while allocations are locked\n");
	violation.function = "free";
	violation.size = 0;
	assert_first_line(&violation,
			  "phaselock: violation: free(0xbeef) while allocations are locked\n");
	violation = plain;
	violation.function = "unlock_allocations";
	violation.size = 0;
	violation.cause = PHASELOCK_CAUSE_SEAL;
	assert_first_line(&violation,
			  "phaselock: violation: unlock_allocations() of sealed allocations\n");
}

TEST(thread_name_cannot_forge_lines)
{
	struct phaselock_violation violation = plain;

	strcpy(violation.thread_name, "a\"\nphaselock");
	assert_non_null(strstr(report_of(&violation, PHASELOCK_ABORT, false, false),
			       "\n  thread 77 \"a??phaselock\", 1st time"));
}

TEST(names_of_modules_cannot_forge_lines)
{
	static const struct phaselock_unseen unseen = {
		.module = "a\nphaselock run: PASS", .allocator = "b\x1b[2J", .function = "malloc"};

	capture_begin(&captured);
	pl_closing_unseen(&unseen);
	assert_string_equal(capture_end(&captured),
			    "phaselock: a\\nphaselock run: PASS calls b\\x1b[2J's malloc, not "
			    "phaselock's: its requests are not seen\n");
}

TEST(advice_stands_behind_the_stack_of_a_request_for_memory)
{
	struct phaselock_violation violation = plain;

	violation.frames[0] = IN_LIBC;
	assert_non_null(strstr(report_of(&violation, PHASELOCK_ABORT, false, false),
			       "\n    #2 0x3030\n"
			       "  advice: f allocates at every call; do without\n" BUILD_IDS
			       "phaselock: aborting (policy=abort)\n"));
	violation.function = "free";
	violation.old_pointer = (void *)0xbeef;
	violation.size = 0;
	assert_null(strstr(report_of(&violation, PHASELOCK_ABORT, false, false), "advice"));
}

TEST(advice_is_given_for_a_request_for_memory_alone)
{
	struct phaselock_violation violation = plain;
	struct phaselock_advice advice;

	assert_false(phaselock_advise(&violation, &advice));
	violation.frames[0] = IN_LIBC;
	assert_true(phaselock_advise(&violation, &advice));
	assert_string_equal(advice.function, "f");
	assert_string_equal(advice.when, "at every call");
	assert_string_equal(advice.cure, "do without");
	violation.old_pointer = (void *)0xbeef;
	violation.size = 0;
	assert_false(phaselock_advise(&violation, &advice));
}

TEST(frames_are_as_many_as_the_violation_has)
{
	struct phaselock_violation violation = plain;

	violation.frame_count = 0;
	assert_string_equal(report_of(&violation, PHASELOCK_ABORT, false, false),
			    "phaselock: violation: malloc(64) while allocations are locked\n"
			    "  thread 77 \"worker\", 1st time at this site\n"
			    "phaselock: aborting (policy=abort)\n");
	violation.frame_count = PHASELOCK_FRAMES_MAX;
	for (unsigned i = 0; i < PHASELOCK_FRAMES_MAX; i++)
		violation.frames[i] = IN_LIBRARY;
	assert_non_null(strstr(report_of(&violation, PHASELOCK_ABORT, false, false),
			       "\n    #31 x_run+0x5 (/lib/libx.so.1+0x20)\n" BUILD_IDS
			       "phaselock: aborting (policy=abort)\n"));
}

CHILD_TEST(report_tells_who_locked_the_heap_and_how_long_before)
{
	struct pl_history lock = {
		.time_ns = 1000000000, .thread_id = 7, .thread_name = "flight", .frame_count = 1};
	struct phaselock_violation violation = plain;

	lock.frames[0] = IN_LIBRARY;
	pl_history_keep(&lock);
	violation.time_ns = 1000042999;
	CHECK(strstr(report_of(&violation, PHASELOCK_ABORT, false, false),
		     "\n    #2 0x3030\n  locked 42 us before by thread 7 \"flight\":\n"
		     "    #0 x_run+0x5 (/lib/libx.so.1+0x20)\n" BUILD_IDS
		     "phaselock: aborting") != NULL);
	lock.option = "lock=main";
	pl_history_keep(&lock);
	violation.time_ns = 3500000000;
	CHECK(strstr(report_of(&violation, PHASELOCK_ABORT, false, false),
		     "  locked 2500 ms before by thread 7 \"flight\" (lock=main):\n    #0 ") !=
	      NULL);
	violation.time_ns = 5; /* it was locked again since */
	CHECK(strstr(report_of(&violation, PHASELOCK_ABORT, false, false),
		     "  locked 0 us before by ") != NULL);
	lock.thread_id = 0; /* phaselock run did it */
	lock.option = "lock_after";
	pl_history_keep(&lock);
	violation.time_ns = 3500000000;
	CHECK(strstr(report_of(&violation, PHASELOCK_ABORT, false, false),
		     "  locked 2500 ms before in all processes of the run (lock_after)\n" BUILD_IDS
		     "phaselock: aborting") != NULL);
}

TEST(report_of_a_forbid_scope_tells_who_began_it)
{
	const struct pl_report_context context = {.forbidden_by = IN_LIBRARY};
	struct phaselock_violation violation = plain;
	struct pl_history lock = {.frame_count = 0};

	pl_history_keep(&lock);
	violation.cause = PHASELOCK_CAUSE_FORBID;
	capture_begin(&captured);
	report(&violation, &context);
	assert_non_null(strstr(
		capture_end(&captured),
		"\n    #2 0x3030\n  forbidden by x_run+0x5 (/lib/libx.so.1+0x20)\n" BUILD_IDS));
	assert_null(strstr(report_of(&violation, PHASELOCK_ABORT, false, false), "locked"));
}

TEST(report_of_a_function_that_must_not_allocate_names_it_and_nobody_who_locked)
{
	const struct pl_report_context context = {.hot_function = "parse\nheader",
						  .hot_pattern = "\"parse*"};
	struct phaselock_violation violation = plain;
	struct pl_history lock = {.frame_count = 0};
	const char *text;

	pl_history_keep(&lock);
	violation.cause = PHASELOCK_CAUSE_HOT;
	capture_begin(&captured);
	report(&violation, &context);
	text = capture_end(&captured);
	assert_non_null(strstr(text, "phaselock: violation: malloc(64) in a function that must not "
				     "allocate (hot=?parse*): parse\\nheader\n  thread 77 "));
	assert_null(strstr(text, "locked"));
}

TEST(patterns_of_hot_without_a_function_are_named_at_the_end)
{
	memcpy(pl_settings.options.hot, "a*\0b\0\nc\0", sizeof("a*\0b\0\nc\0"));
	capture_begin(&captured);
	pl_closing_hot(true);
	assert_string_equal(capture_end(&captured), "phaselock: hot: no function is called a*\n"
						    "phaselock: hot: no function is called ?c\n");
	capture_begin(&captured);
	pl_closing_hot(false);
	assert_string_equal(capture_end(&captured), "");
	pl_settings.options.hot[0] = '\0';
}

TEST(report_with_names_that_do_not_fit_keeps_its_lines_whole_and_its_verdict)
{
	static const char verdict[] = "\nphaselock: aborting (policy=abort)\n";
	static char name[1024];
	struct phaselock_violation violation = plain;

	long_name = name;
	violation.frame_count = PHASELOCK_FRAMES_MAX;
	for (unsigned i = 0; i < PHASELOCK_FRAMES_MAX; i++)
		violation.frames[i] = IN_LONG;
	for (size_t length = 50; length < sizeof(name); length += 61) {
		const char *text;

		memset(name, 'n', length); /* as mangled names of C++ are */
		text = report_of(&violation, PHASELOCK_ABORT, false, false);
		assert_true(strlen(text) > sizeof(verdict));
		assert_string_equal(text + strlen(text) - strlen(verdict), verdict);
	}
}

/* ---- the limit ------------------------------------------------------------------------------- */

CHILD_TEST(reports_are_at_most_max_reports_but_an_abort_is_always_told)
{
	struct phaselock_violation violation = plain;

	pl_report_configure(3);
	for (unsigned i = 0; i < 10; i++) {
		CHECK_EQUAL(report_of(&violation, PHASELOCK_ALLOW, false, false)[0] != '\0', i < 3);
		violation.count = 2; /* a site that is known is not reported again */
		CHECK_EQUAL(report_of(&violation, PHASELOCK_DENY, false, false)[0], '\0');
		violation.count = 1;
	}
	violation.count = 112;
	CHECK(strstr(report_of(&violation, PHASELOCK_ABORT, false, false),
		     ", 112th time at this site\n") != NULL);
	violation.count = 0;
	CHECK(strstr(report_of(&violation, PHASELOCK_ABORT, false, false),
		     ", at a site beyond the 1024 that are kept\n") != NULL);
	pl_report_configure(0);
	violation.count = 1;
	CHECK_EQUAL(report_of(&violation, PHASELOCK_ALLOW, false, false)[0], '\0');
	CHECK(report_of(&violation, PHASELOCK_ABORT, false, false)[0] != '\0');
}

/* All kept sites may be suppressed ones, which were never reported. */
CHILD_TEST(violations_at_sites_that_are_not_kept_are_reported_while_there_is_room)
{
	struct phaselock_violation violation = plain;

	pl_report_configure(3);
	violation.count = 0;
	for (unsigned i = 0; i < 10; i++)
		CHECK_EQUAL(report_of(&violation, PHASELOCK_ALLOW, false, false)[0] != '\0', i < 3);
}

/* ---- the table at exit ----------------------------------------------------------------------- */

static void count_site(const char *function, void *frame, unsigned frames, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		static uint64_t sequence;
		struct phaselock_violation violation = {.function = function,
							.frame_count = frames};

		for (unsigned j = 0; j < frames; j++)
			violation.frames[j] = frame;
		violation.sequence = ++sequence;
		CHECK_EQUAL(pl_site_count(&violation), -1);
	}
}

static const char *table(unsigned max_reports)
{
	capture_begin(&captured);
	pl_closing_configure(max_reports);
	pl_closing_sites();
	return capture_end(&captured);
}

static void check_text(const char *is, const char *wanted)
{
	if (strcmp(is, wanted) != 0)
		child_fail(__FILE__, __LINE__, is);
}

CHILD_TEST(table_is_nothing_without_violations_and_lists_sites_by_falling_count)
{
	static const char malloc_name[] = "malloc", new_name[] = "operator new",
			  free_name[] = "free";

	check_text(table(20), "");
	count_site(malloc_name, IN_PROGRAM, 1, 1);
	check_text(table(20), "phaselock: 1 violation at 1 site, by count:\n"
			      "phaselock:   1 x malloc  (/bin/app+0x10)\n");
	count_site(new_name, IN_LIBRARY, 6, 3);
	count_site(free_name, IN_NOTHING, 0, 1);
	check_text(table(20), "phaselock: 5 violations at 3 sites, by count:\n"
			      "phaselock:   3 x operator new  x_run+0x5 (/lib/libx.so.1+0x20) < "
			      "x_run+0x5 (/lib/libx.so.1+0x20) < "
			      "x_run+0x5 (/lib/libx.so.1+0x20) < x_run+0x5 (/lib/libx.so.1+0x20)\n"
			      "phaselock:   1 x malloc  (/bin/app+0x10)\n"
			      "phaselock:   1 x free  \n");
	check_text(table(2), "phaselock: 5 violations at 3 sites, by count:\n"
			     "phaselock:   3 x operator new  x_run+0x5 (/lib/libx.so.1+0x20) < "
			     "x_run+0x5 (/lib/libx.so.1+0x20) < "
			     "x_run+0x5 (/lib/libx.so.1+0x20) < x_run+0x5 (/lib/libx.so.1+0x20)\n"
			     "phaselock:   1 x malloc  (/bin/app+0x10)\n"
			     "phaselock:   and 1 site more (max_reports=2)\n");
	check_text(table(0), "phaselock: 5 violations at 3 sites, by count:\n"
			     "phaselock:   and 3 sites more (max_reports=0)\n");
}

CHILD_TEST(line_of_the_table_ends_however_long_its_names_are)
{
	static const char malloc_name[] = "malloc";
	static char name[2000];
	const char *text;

	memset(name, 'n', sizeof(name) - 1);
	long_name = name;
	count_site(malloc_name, IN_LONG, 4, 1);
	text = table(20);
	CHECK_EQUAL(text[strlen(text) - 1], '\n');
	CHECK(strlen(text) > 1400 && strlen(text) < 1700);
}

CHILD_TEST(table_counts_the_violations_at_sites_that_are_not_kept)
{
	static const char malloc_name[] = "malloc";

	for (uintptr_t i = 1; i <= PHASELOCK_SITES_MAX + 10; i++)
		count_site(malloc_name, (void *)(0x10000 + i), 1, 1);
	check_text(table(1), "phaselock: 1034 violations at 1024 sites and more, by count:\n"
			     "phaselock:   1 x malloc  0x10001\n"
			     "phaselock:   and 1023 sites more (max_reports=1)\n");
}

TEST(description_is_cut_to_the_room_that_there_is_even_if_that_is_none)
{
	char text[16] = "untouched";

	assert_int_equal(phaselock_describe(&plain, text, 0), 0);
	assert_string_equal(text, "untouched");
	assert_int_equal(phaselock_describe(&plain, text, 1), 0);
	assert_string_equal(text, "");
	assert_int_equal(phaselock_describe(&plain, text, 7), 6);
	assert_memory_equal(text, "malloc", 7);
}

/* ---- other texts ----------------------------------------------------------------------------- */

TEST(statistics_are_written_one_a_line_and_signed_where_they_are)
{
	const struct phaselock_stats stats = {
		.allocations = 1,
		.deallocations = 2,
		.reallocations = 3,
		.failed_allocations = 4,
		.bytes_requested = 5,
		.bytes_allocated = 6,
		.bytes_deallocated = 7,
		.bytes_reallocated = (uint64_t)-800,
		.live_allocations = 9,
		.live_bytes = 10,
		.locked_attempts = 11,
		.permitted_attempts = 12,
		.locked_deallocations = 13,
		.threads = 14,
		.suppressed_attempts = 15,
	};

	capture_begin(&captured);
	pl_closing_stats(&stats);
	assert_string_equal(
		capture_end(&captured),
		"phaselock: allocations: 1\nphaselock: deallocations: 2\nphaselock: reallocations: "
		"3\n"
		"phaselock: failed_allocations: 4\nphaselock: bytes_requested: 5\n"
		"phaselock: bytes_allocated: 6\nphaselock: bytes_deallocated: 7\n"
		"phaselock: bytes_reallocated: -800\nphaselock: live_allocations: 9\n"
		"phaselock: live_bytes: 10\nphaselock: locked_attempts: 11\n"
		"phaselock: permitted_attempts: 12\nphaselock: locked_deallocations: 13\n"
		"phaselock: suppressed_attempts: 15\n"
		"phaselock: threads: 14\n");
}

TEST(messages_have_the_prefix_and_lines_are_as_they_are)
{
	capture_begin(&captured);
	pl_report_message("a fault");
	pl_report_lines("one\ntwo\n");
	assert_string_equal(capture_end(&captured), "phaselock: a fault\none\ntwo\n");
}

/* ---- files ----------------------------------------------------------------------------------- */

static void check_file(const char *path, const char *wanted)
{
	char text[256] = "";
	struct stat status;
	int fd = open(path, O_RDONLY);

	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) >= 0 && fstat(fd, &status) == 0);
	close(fd);
	check_text(text, wanted);
	CHECK_EQUAL(status.st_mode & 0777, 0600);
}

CHILD_TEST(file_is_appended_to_under_the_process_id_and_never_through_a_link)
{
	char folder[] = "/tmp/phaselock-report-XXXXXX", path[128], pattern[128];

	CHECK(mkdtemp(folder) != NULL);
	snprintf(pattern, sizeof(pattern), "%s/a.%%p.%%p", folder);
	snprintf(path, sizeof(path), "%s/a.%d.%d", folder, getpid(), getpid());
	pl_sink_use_file(pattern);
	CHECK(pl_sink_usable());
	pl_report_message("first");
	pl_report_message("second");
	check_file(path, "phaselock: first\nphaselock: second\n");

	snprintf(pattern, sizeof(pattern), "%s/link", folder);
	CHECK_EQUAL(symlink(path, pattern), 0);
	pl_sink_use_file(pattern);
	capture_begin(&captured);
	pl_report_message("not through the link");
	check_text(capture_end(&captured),
		   "phaselock: cannot open the file of report= any more (rights were dropped, the "
		   "root was changed, or the file replaced?); using stderr\n"
		   "phaselock: not through the link\n");
	capture_begin(&captured);
	pl_report_message("nor this"); /* that is said once */
	check_text(capture_end(&captured), "phaselock: nor this\n");
	CHECK(!pl_sink_usable()); /* and from now on stderr is the sink */
	CHECK(pl_sink_usable());
	check_file(path, "phaselock: first\nphaselock: second\n");
	CHECK(unlink(pattern) == 0 && unlink(path) == 0 && rmdir(folder) == 0);
}

int main(void)
{
	/* First the test whose child must find a process without a report. */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_are_at_most_max_reports_but_an_abort_is_always_told),
		cmocka_unit_test(
			violations_at_sites_that_are_not_kept_are_reported_while_there_is_room),
		cmocka_unit_test(report_has_request_thread_count_stack_and_verdict),
		cmocka_unit_test(report_says_that_the_stack_could_not_be_read_further),
		cmocka_unit_test(verdict_says_who_decided_and_nesting_is_told),
		cmocka_unit_test(request_is_written_as_its_caller_might_have_written_it),
		cmocka_unit_test(thread_name_cannot_forge_lines),
		cmocka_unit_test(names_of_modules_cannot_forge_lines),
		cmocka_unit_test(advice_stands_behind_the_stack_of_a_request_for_memory),
		cmocka_unit_test(advice_is_given_for_a_request_for_memory_alone),
		cmocka_unit_test(frames_are_as_many_as_the_violation_has),
		cmocka_unit_test(report_tells_who_locked_the_heap_and_how_long_before),
		cmocka_unit_test(report_of_a_forbid_scope_tells_who_began_it),
		cmocka_unit_test(
			report_of_a_function_that_must_not_allocate_names_it_and_nobody_who_locked),
		cmocka_unit_test(patterns_of_hot_without_a_function_are_named_at_the_end),
		cmocka_unit_test(
			report_with_names_that_do_not_fit_keeps_its_lines_whole_and_its_verdict),
		cmocka_unit_test(
			table_is_nothing_without_violations_and_lists_sites_by_falling_count),
		cmocka_unit_test(line_of_the_table_ends_however_long_its_names_are),
		cmocka_unit_test(table_counts_the_violations_at_sites_that_are_not_kept),
		cmocka_unit_test(description_is_cut_to_the_room_that_there_is_even_if_that_is_none),
		cmocka_unit_test(statistics_are_written_one_a_line_and_signed_where_they_are),
		cmocka_unit_test(messages_have_the_prefix_and_lines_are_as_they_are),
		cmocka_unit_test(file_is_appended_to_under_the_process_id_and_never_through_a_link),
	};

	return cmocka_run_group_tests_name("report", tests, expect_many_reports, NULL);
}
