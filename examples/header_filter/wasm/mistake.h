/* SPDX-License-Identifier: MIT */
/* Mistakes on purpose, by the configuration: what the guard is there to find. */
#ifndef MISTAKE_H
#define MISTAKE_H

#include "configuration.h"

void make_mistake(enum mistake mistake);

#endif
