/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "mistake.h"

#include <phaselock/phaselock.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Kept, or the compiler would do without it. */
static void *volatile lost;

void make_mistake(enum mistake mistake)
{
	switch (mistake) {
	case MISTAKE_MALLOC:
		lost = malloc(24);
		break;
	case MISTAKE_STRDUP:
		lost = strdup("a copy of something");
		break;
	case MISTAKE_SBRK:
		lost = sbrk(65536);
		break;
	case MISTAKE_LEAK:
		phaselock_permit_begin();
		lost = malloc(100);
		phaselock_permit_end();
		break;
	default:
		break;
	}
}
