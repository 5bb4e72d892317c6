/* SPDX-License-Identifier: MIT */
/*
 * Functions around the code of places_vendor.c: one before it, in a section of its own, and one
 * behind it. The last line that is noted of the first is that of an inlined function's last call,
 * and has no byte: libdw takes it for the line of all that follows.
 */
#include "places.h"

int vendor_more(int value);
int before_vendor(int value);
int behind_vendor(int value);

static INSIDE int ask(int value)
{
	return vendor_more(value);
}

static INSIDE int ask_rarely(int value)
{
	if (__builtin_expect(value > 100, 0))
		return ask(value);
	return value;
}

__attribute__((hot)) APART int before_vendor(int value)
{
	if (__builtin_expect(value == 7, 1))
		return value;
	return ask_rarely(value);
}

int behind_vendor(int value)
{
	return value + marked;
}
