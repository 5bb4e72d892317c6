/* SPDX-License-Identifier: MIT */
/*
 * Reports through the pipe of `phaselock run`: the pieces and their heads, and what happens to a
 * text that the pipe does not take.
 *
 * shows: PL-167 (the pieces, which no other can mix with)
 * shows: PL-168 (what the pipe does not take is not lost)
 */
#define _GNU_SOURCE
#include "report/report.h"
#include "report/sink.h"

#include "capture.h"
#include "common/channel.h"
#include "child.h"
#include "common/os.h"

#include <fcntl.h>

static int ends[2];
static char path[64];
static struct capture captured;

static void use_pipe(void)
{
	CHECK_EQUAL(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	pl_sink_use_pipe(path);
}

static void read_piece(char *text, size_t length)
{
	struct pl_channel_piece piece;

	CHECK_EQUAL(read(ends[0], &piece, sizeof(piece)), sizeof(piece));
	CHECK_EQUAL(piece.process, getpid());
	CHECK_EQUAL(piece.report, 0);
	CHECK_EQUAL(piece.length, length);
	CHECK_EQUAL(read(ends[0], text, length), length);
	text[length] = '\0';
}

CHILD_TEST(text_comes_with_its_process_and_not_on_stderr)
{
	char text[64];

	use_pipe();
	capture_begin(&captured);
	pl_report_message("word");
	CHECK(strcmp(capture_end(&captured), "") == 0);
	read_piece(text, strlen("phaselock: word\n"));
	CHECK(strcmp(text, "phaselock: word\n") == 0);
	CHECK_EQUAL(read(ends[0], text, 1), (uint64_t)-1);
}

CHILD_TEST(long_text_comes_in_pieces_that_no_other_can_mix_with)
{
	static char lines[2 * PL_CHANNEL_TEXT_MAX + 10 + 1], text[PL_CHANNEL_PIECE_SIZE];

	_Static_assert(PL_CHANNEL_PIECE_SIZE <= 4096, "PIPE_BUF");
	memset(lines, 'x', sizeof(lines) - 1);
	use_pipe();
	pl_report_lines(lines);
	read_piece(text, PL_CHANNEL_TEXT_MAX);
	read_piece(text, PL_CHANNEL_TEXT_MAX);
	read_piece(text, 10);
}

CHILD_TEST(piece_of_several_lines_ends_with_one)
{
	static char lines[PL_CHANNEL_TEXT_MAX + 10 + 1], text[PL_CHANNEL_PIECE_SIZE];

	memset(lines, 'x', sizeof(lines) - 1);
	lines[99] = '\n';
	use_pipe();
	pl_report_lines(lines);
	read_piece(text, 100);
	read_piece(text, PL_CHANNEL_TEXT_MAX + 10 - 100);
}

CHILD_TEST(call_names_a_report_and_has_no_text)
{
	struct pl_channel_piece piece;

	CHECK(!pl_sink_call(7, PL_SINK_WHOLE)); /* there is no pipe */
	use_pipe();
	CHECK(pl_sink_call(7, PL_SINK_WHOLE));
	CHECK_EQUAL(read(ends[0], &piece, sizeof(piece)), sizeof(piece));
	CHECK_EQUAL(piece.process, getpid());
	CHECK_EQUAL(piece.report, 8);
	CHECK_EQUAL(piece.length, 0);
	CHECK_EQUAL(read(ends[0], &piece, 1), (uint64_t)-1);
}

CHILD_TEST(what_the_pipe_does_not_take_goes_to_stderr)
{
	use_pipe();
	close(ends[0]); /* the path, too, is gone */
	capture_begin(&captured);
	pl_report_message("word");
	CHECK(strcmp(capture_end(&captured), "phaselock: word\n") == 0);
}

CHILD_TEST(another_pipe_under_the_same_path_is_not_written_to)
{
	int first[2];
	char byte;

	use_pipe();
	CHECK(dup2(ends[0], 100) == 100 && dup2(ends[1], 101) == 101);
	CHECK_EQUAL(pipe2(first, O_NONBLOCK), 0);
	CHECK_EQUAL(dup2(first[0], ends[0]), ends[0]);
	capture_begin(&captured);
	pl_report_message("word");
	CHECK(strcmp(capture_end(&captured), "phaselock: word\n") == 0);
	CHECK_EQUAL(read(first[0], &byte, 1), (uint64_t)-1);
}

CHILD_TEST(without_a_pipe_there_reports_go_where_they_went)
{
	capture_begin(&captured);
	pl_sink_use_pipe("/dev/null");
	pl_report_message("word");
	CHECK(strcmp(capture_end(&captured), "phaselock: word\n") == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_comes_with_its_process_and_not_on_stderr),
		cmocka_unit_test(long_text_comes_in_pieces_that_no_other_can_mix_with),
		cmocka_unit_test(piece_of_several_lines_ends_with_one),
		cmocka_unit_test(call_names_a_report_and_has_no_text),
		cmocka_unit_test(what_the_pipe_does_not_take_goes_to_stderr),
		cmocka_unit_test(another_pipe_under_the_same_path_is_not_written_to),
		cmocka_unit_test(without_a_pipe_there_reports_go_where_they_went),
	};

	return cmocka_run_group_tests_name("report_pipe", tests, NULL, NULL);
}
