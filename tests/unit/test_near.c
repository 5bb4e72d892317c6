/* SPDX-License-Identifier: MIT */
/*
 * Which known word is near to a mistyped one: the slips that count as one, those that are none, how
 * many are too many, and words of any length.
 *
 * shows: PL-771
 */
#include "common/near.h"
#include "unit.h"

#include <string.h>

static const char choices[] = "abort|allow|deny|follow_children|IO|0|1..64|/path";

/* near is "" for none. */
static void assert_near(const char *word, const char *wanted)
{
	struct pl_near near = pl_near_to(word, strlen(word));

	pl_near_offer_each(&near, choices);
	assert_string_equal(near.best, wanted);
}

TEST(one_slip_is_a_letter_wrong_missing_too_many_or_swapped)
{
	assert_near("alliw", "allow");
	assert_near("alow", "allow");
	assert_near("llow", "allow");
	assert_near("allo", "allow");
	assert_near("alloww", "allow");
	assert_near("xallow", "allow");
	assert_near("alolw", "allow");
	assert_near("lalow", "allow");
	assert_near("dney", "deny");
	assert_near("ednx", "");
}

TEST(capitals_and_dashes_are_no_slips)
{
	assert_near("ALLOW", "allow");
	assert_near("Deny", "deny");
	assert_near("io", "IO");
	assert_near("FOLLOW-CHILDREN", "follow_children");
	assert_near("folow-childern", "follow_children"); /* two */
}

TEST(near_is_one_slip_for_each_three_letters_and_two_at_most)
{
	assert_near("axlxow", "");
	assert_near("folowchildren", "follow_children");
	assert_near("folowchildrn", "");
	assert_near("den", "deny");
	assert_near("dn", "");
	assert_near("I", "");
	assert_near("", "");
	assert_near("maybe", "");
}

TEST(what_is_no_word_is_never_meant)
{
	assert_near("2", "");
	assert_near("1.64", "");
	assert_near("path", "");
	assert_near("0", "");
}

TEST(nearest_is_kept_and_of_several_the_first)
{
	struct pl_near near = pl_near_to("stast", 5);

	pl_near_offer_each(&near, "stages|state|stats|start");
	assert_string_equal(near.best, "stats");
	near = pl_near_to("bat", 3);
	pl_near_offer_each(&near, "cat|hat|bats");
	assert_string_equal(near.best, "cat");
}

TEST(long_words_are_near_to_nothing_and_the_longest_short_one_fits)
{
	char word[2 * PL_NEAR_SIZE];
	struct pl_near near;

	memset(word, 'x', sizeof(word));
	near = pl_near_to(word, PL_NEAR_SIZE - 1);
	pl_near_offer(&near, word, PL_NEAR_SIZE - 1);
	assert_int_equal(strlen(near.best), PL_NEAR_SIZE - 1);
	near = pl_near_to(word, PL_NEAR_SIZE);
	pl_near_offer(&near, word, PL_NEAR_SIZE - 1);
	assert_string_equal(near.best, "");
	near = pl_near_to(word, PL_NEAR_SIZE - 1);
	pl_near_offer(&near, word, PL_NEAR_SIZE);
	assert_string_equal(near.best, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_slip_is_a_letter_wrong_missing_too_many_or_swapped),
		cmocka_unit_test(capitals_and_dashes_are_no_slips),
		cmocka_unit_test(near_is_one_slip_for_each_three_letters_and_two_at_most),
		cmocka_unit_test(what_is_no_word_is_never_meant),
		cmocka_unit_test(nearest_is_kept_and_of_several_the_first),
		cmocka_unit_test(long_words_are_near_to_nothing_and_the_longest_short_one_fits),
	};

	return cmocka_run_group_tests_name("near", tests, NULL, NULL);
}
