/* SPDX-License-Identifier: MIT */
/*
 * A function that calls one and has a frame of ROOM bytes; with another ROOM, the same code but for
 * that number.
 */
void plugin_pass(void (*function)(void));
void plugin_pass(void (*function)(void))
{
	volatile char room[ROOM];

	room[0] = 0;
	function();
	room[1] = 0;
}

#ifdef ODD_TABLES
/* A table that the linker does not understand, so that it makes no index. */
__asm__(".text\nodd: .cfi_startproc\n	ret\n	.cfi_escape 0x3f\n	nop\n	.cfi_endproc\n");
#endif
