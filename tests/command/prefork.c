/* SPDX-License-Identifier: MIT */
/* A server whose worker does all the work for a second, while the first process waits. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	if (fork() == 0) {
		for (int i = 0; i < 100; i++) {
			char *volatile served = strdup("a request is served");

			free(served);
			usleep(10000);
		}
		return 0;
	}
	wait(NULL);
	return 0;
}
