/* SPDX-License-Identifier: MIT */
/*
 * A plug-in with one function, NAME_parse(), which calls back. Two of them that differ in the name
 * only have the function at the same place.
 */
#include <stddef.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

void *JOIN(NAME, _parse)(void *(*work)(size_t));
void *JOIN(NAME, _parse)(void *(*work)(size_t))
{
	void *volatile block = work(24);

	return block;
}
