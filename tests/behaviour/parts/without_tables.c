/* SPDX-License-Identifier: MIT */
/*
 * Handlers and callers in code that is built without unwind tables. The request is the program's.
 */
void part_handle(void (*request)(void));
void part_handle(void (*request)(void))
{
	volatile int after = 0;

	request();
	after = 1;
	(void)after;
}

/* Calls a function so much deeper in the stack. */
void part_call(void (*function)(void), int depth);
void part_call(void (*function)(void), int depth)
{
	volatile char room[100];

	for (int i = 0; i < 100; i++)
		room[i] = (char)depth;
	if (depth > 0)
		part_call(function, depth - 1);
	else
		function();
	room[0] = 0;
	(void)room;
}
