/* SPDX-License-Identifier: MIT */
/* What somebody puts in the place of the symbolizer: shows that it ran. */
#include <stdio.h>

int main(void)
{
	char text[65536];
	size_t size = fread(text, 1, sizeof(text), stdin);

	printf("forged ");
	return fwrite(text, 1, size, stdout) == size ? 0 : 1;
}
