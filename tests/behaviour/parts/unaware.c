/* SPDX-License-Identifier: MIT */
/* A program that neither names the library nor asks for memory itself: its libc does. */
#include <stdio.h>

int main(void)
{
	return puts("unaware") < 0;
}
