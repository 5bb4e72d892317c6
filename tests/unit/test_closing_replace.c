/* SPDX-License-Identifier: MIT */
/*
 * The table at exit while other threads still violate: sites appear and counts rise between one
 * look and the next. The table of sites is a double that has more sites each time.
 *
 * shows: PL-039
 */
#define _GNU_SOURCE
#include "capture.h"
#include "life/closing.h"
#include "reaction/site.h"

#include <stdlib.h>
#include <string.h>

static size_t sites_at_first, sites_later;
static size_t next;

int pl_site_count(struct phaselock_violation *violation)
{
	(void)violation;
	return -1;
}

size_t pl_site_list(void *out, size_t capacity, size_t size)
{
	(void)out;
	(void)capacity;
	(void)size;
	return sites_at_first;
}

bool pl_site_next(struct phaselock_violation *site, bool first)
{
	next = first ? 0 : next + 1;
	if (next >= sites_later)
		return false;
	*site = (struct phaselock_violation){.function = "malloc", .count = 2};
	return true;
}

uint64_t pl_site_total(void)
{
	return 2 * sites_at_first;
}

uint64_t pl_site_overflow(void)
{
	return 0;
}

static struct capture captured;

static const char *table(unsigned max_reports)
{
	capture_begin(&captured);
	pl_closing_configure(max_reports);
	pl_closing_sites();
	return capture_end(&captured);
}

/* How often a word stands in a text. */
static unsigned occurrences(const char *text, const char *word)
{
	unsigned count = 0;

	for (; (text = strstr(text, word)) != NULL; text++)
		count++;
	return count;
}

TEST(site_that_appears_while_the_table_is_written_does_not_upset_the_numbers)
{
	for (sites_at_first = 1; sites_at_first <= 4; sites_at_first++)
		for (sites_later = sites_at_first; sites_later <= 8; sites_later++)
			for (unsigned max_reports = 0; max_reports <= 10; max_reports++) {
				const char *text = table(max_reports);
				const char *rest = strstr(text, "phaselock:   and ");
				unsigned lines = occurrences(text, " x malloc");

				assert_true(lines <= max_reports && lines <= sites_later);
				if (rest != NULL)
					assert_true(strtoul(rest + 17, NULL, 10) <=
						    sites_later - lines);
				else
					assert_true(lines >= sites_at_first);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			site_that_appears_while_the_table_is_written_does_not_upset_the_numbers),
	};

	return cmocka_run_group_tests_name("closing_replace", tests, NULL, NULL);
}
