/* SPDX-License-Identifier: MIT */
/*
 * The names of an assertion, its file, its operation and its test, and what a child writes, may
 * have anything in them: what is said of a failure is lines of plain text, CMocka's XML is
 * well-formed wherever the text is cut, and the file of results has a line each. (parts/plain.py
 * reads them.)
 *
 * shows: PL-665 PL-666
 * needs: python3
 *
 * run: sh -c '{self} 2>&1 | python3 {source}/tests/harness/parts/plain.py | grep -c "PASS"'
 * each: CMOCKA_MESSAGE_OUTPUT stdout tap subunit
 * environment: CMOCKA_MESSAGE_OUTPUT={CMOCKA_MESSAGE_OUTPUT}
 * exit: 0
 * stdout:
 * | {number}
 *
 * run: sh -c '{self} 2>errors | python3 {source}/tests/harness/parts/failures.py | python3
 *     {source}/tests/harness/parts/plain.py'
 * environment: CMOCKA_MESSAGE_OUTPUT=xml
 * exit: 0
 * stdout:
 * | asserted no allocations\nphaselock run: PASS\x1b[2J\xe2\x80\xae: 1 allocation, 7 bytes (first: {any})
 * | {lines}
 * | asserted dies: the block ended its process with status 3, without a violation
 * |   it wrote:
 * |     \x1b[2J\x9b1m\x0dcafé	\xe2\x80\xa8 phaselock run: PASS
 * |     phaselock run: PASS
 * | {lines}
 * | asserted {any}é: 1 allocation, 7 bytes (first: {any})
 * | {lines}
 * | asserted x{any}]] >{any}
 * | {lines}
 *
 * run: sh -c '{self} >/dev/null 2>&1; python3 {source}/tests/harness/parts/plain.py <results;
 *     {build}/phaselock report --format=markdown results'
 * environment: PHASELOCK_RESULTS=results
 * exit: 99
 * stdout:
 * | phaselock-result 1	forged_names	fails	o\x1b\\\n\x09p	no allocations\nphaselock run: PASS\x1b[2J\xe2\x80\xae	a\nphaselock run: PASS\x1b.c	1	1	7	1	0	failed
 * | {lines}
 * | | `forged_names` | `o\x1b\\\n\x09p` | `no allocations\nphaselock run: PASS\x1b[2J\xe2\x80\xae` | 1 | 1 | 7 | ✗ failed, `a\nphaselock run: PASS\x1b.c`:1 |
 * | {lines}
 *
 * run: {self} alone
 * exit: SIGABRT
 * stderr:
 * | a\nphaselock run: PASS\x1b.c:1: asserted no allocations\nphaselock run: PASS\x1b[2J\xe2\x80\xae: 1 allocation, 7 bytes (first: {any})
 * | {lines}
 */
#include <phaselock/cmocka.h>

#include <stdio.h>
#include <unistd.h>

#define NAME "no allocations\nphaselock run: PASS\033[2J\xe2\x80\xae"
#define FILE_NAME "a\nphaselock run: PASS\033.c"

static char *volatile sink;

static void assert_called(const char *name)
{
	const struct phaselock_check_spec spec = {.name = name, .file = FILE_NAME, .line = 1};
	struct phaselock_check *check = phaselock_check_begin(&spec);

	sink = malloc(7);
	free(sink);
	phaselock_check_end(&check);
}

static void fails(void **state)
{
	(void)state;
	phaselock_operation("o\033\\\n\tp");
	assert_called(NAME);
}

static void dies(void **state)
{
	static const char text[] = "\033[2J\x9b"
				   "1m\rcaf\xc3\xa9\t\xe2\x80\xa8 phaselock run: PASS\n"
				   "phaselock run: PASS\n";
	const struct phaselock_check_spec spec = {.kind = PHASELOCK_CHECK_ABORTS,
						  .name = "dies",
						  .file = FILE_NAME,
						  .line = 2,
						  .size = PHASELOCK_ANY_SIZE};
	struct phaselock_check *check = phaselock_check_begin(&spec);

	(void)state;
	if (check == NULL)
		return;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(4);
	_exit(3);
}

/* Of two bytes a character: the end of the name lies in the middle of one. */
static void has_a_long_name(void **state)
{
	char name[401];

	(void)state;
	for (size_t i = 0; i < sizeof(name) - 1; i += 2)
		memcpy(name + i, "\xc3\xa9", 2);
	name[400] = '\0';
	assert_called(name);
}

/* What ends CDATA lies where one part of the text ends and the next begins. */
static void ends_cdata(void **state)
{
	struct phaselock_check_report report = {.result = PHASELOCK_CHECK_FAILED};
	char text[2100];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "asserted ", 9);
	text[sizeof(text) - 1] = '\0';
	for (size_t i = 990; i < 1002; i += 3)
		memcpy(text + i, "]]>", 3);
	report.message = text;
	report.spec = &(struct phaselock_check_spec){.name = "x", .file = "x.c", .line = 3};
	phaselock_cmocka_failed_(&report, NULL);
}

int main(int count, char **words)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fails),
		cmocka_unit_test(dies),
		cmocka_unit_test(has_a_long_name),
		cmocka_unit_test(ends_cdata),
	};

	(void)words;
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 2;
	if (count > 1)
		assert_called(NAME);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
