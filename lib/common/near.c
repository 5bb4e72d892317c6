/* SPDX-License-Identifier: MIT */
/*
 * The distance between two words. It must not know what they are for.
 */
#include "common/near.h"

#include <string.h>

#define MOST_SLIPS 2 /* three make one long word of another: lock_at, lock_after */

struct pl_near pl_near_to(const char *word, size_t length)
{
	return (struct pl_near){.word = word, .length = length};
}

static char fold(char letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return (char)(letter - 'A' + 'a');
	if (letter == '_')
		return '-';
	return letter;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Whether the last two letters of a[..i] and b[..j] are the same two, swapped. */
static bool is_swapped(const char *a, size_t i, const char *b, size_t j)
{
	return i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
	       fold(a[i - 2]) == fold(b[j - 1]);
}

/* The optimal string alignment distance; both words are shorter than PL_NEAR_SIZE. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	/* Row i holds the distance of a[..i] from each b[..j]; only the last three are needed. */
	size_t rows[3][PL_NEAR_SIZE];

	for (size_t i = 0; i <= a_length; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			if (i == 0) {
				row[j] = j;
				continue;
			}
			row[j] = smaller(above[j], row[j - 1]) + 1;
			row[j] = smaller(row[j], above[j - 1] + (fold(a[i - 1]) != fold(b[j - 1])));
			if (is_swapped(a, i, b, j))
				row[j] = smaller(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

void pl_near_offer(struct pl_near *near, const char *known, size_t length)
{
	size_t slips;

	if (near->length >= PL_NEAR_SIZE || length >= PL_NEAR_SIZE)
		return;
	slips = distance(near->word, near->length, known, length);
	if (slips * 3 > length || slips > MOST_SLIPS ||
	    (near->best[0] != '\0' && slips >= near->distance))
		return;
	near->distance = slips;
	memcpy(near->best, known, length);
	near->best[length] = '\0';
}

void pl_near_offer_each(struct pl_near *near, const char *words)
{
	while (*words != '\0') {
		size_t length = strcspn(words, "|");
		char first = fold(*words);

		if (first >= 'a' && first <= 'z')
			pl_near_offer(near, words, length);
		words += length;
		words += *words == '|';
	}
}
