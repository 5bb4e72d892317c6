/* SPDX-License-Identifier: MIT */
/*
 * What the process that reads debug information, or its parent, may be sent: any message is refused
 * or taken, and what is taken can be written again and is the same then.
 */
#include "fuzz.h"
#include "question.h"

static void read_answer(const char *message, size_t length)
{
	static char again[ANSWER_SIZE];
	static struct answer answer, second;
	size_t written;

	if (!answer_read(message, length, &answer))
		return;
	CHECK(answer.count <= ANSWER_FUNCTIONS);
	written = answer_write(&answer, again);
	CHECK(answer_read(again, written, &second));
	CHECK(second.state == answer.state && second.count == answer.count);
	for (size_t i = 0; i < answer.count; i++)
		CHECK(second.functions[i].line == answer.functions[i].line);
}

static void read_question(const char *message, size_t length)
{
	static char again[QUESTION_SIZE];
	struct question question, second;
	size_t written;

	if (!question_read(message, length, &question))
		return;
	written = question_write(&question, again);
	if (written == 0)
		return;
	CHECK(question_read(again, written, &second));
	CHECK(strcmp(second.path, question.path) == 0 && second.offset == question.offset &&
	      strcmp(second.function, question.function) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	char *message = (char *)input_bytes(&input);

	read_answer(message, input.left);
	read_question(message, input.left);
	free(message);
	return 0;
}
