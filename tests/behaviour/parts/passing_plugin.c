/* SPDX-License-Identifier: MIT */
/* A function that calls one and has a frame of ROOM bytes; with another ROOM, the same code but for that number. */
void plugin_pass(void (*function)(void));
void plugin_pass(void (*function)(void))
{
	volatile char room[ROOM];

	room[0] = 0;
	function();
	room[1] = 0;
}
