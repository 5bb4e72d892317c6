/* SPDX-License-Identifier: MIT */
/* Cases of the atlas: strings, numbers, conversions, sorting and searching. */
#define _GNU_SOURCE
#include "atlas.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <iconv.h>
#include <locale.h>
#include <langinfo.h>
#include <regex.h>
#include <search.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>
#include <wordexp.h>

#define COPY "copy into a buffer that was taken before the lock"
#define SORT_INTS 128 /* of 8 bytes: 1,024 bytes are the most that glibc sorts without the heap */

CASE(strdup, "strdup", COPY)
{
	char *copy;

	MEASURE(copy = strdup("hello"));
	free(copy);
}

CASE(strndup, "strndup", COPY)
{
	char *copy;

	MEASURE(copy = strndup("hello", 3));
	free(copy);
}

CASE(memcpy, "memcpy, memmove, memset, memcmp, memchr, memmem", "")
{
	char a[64], b[64] = "b";

	MEASURE({
		memcpy(a, b, sizeof(a));
		memmove(a + 1, a, 10);
		memset(a, 0, sizeof(a));
		(void)!memcmp(a, b, sizeof(a));
		(void)!memchr(a, 1, sizeof(a));
		(void)!memmem(a, sizeof(a), b, 2);
	});
}

CASE(strcpy, "strcpy, strncpy, strcat, stpcpy, strlen, strcmp, strchr, strstr, strtok_r", "")
{
	char text[64], *rest;

	MEASURE({
		strcpy(text, "a b");
		strncpy(text, "a b c", 6);
		strcat(text, "d");
		stpcpy(text + 10, "a");
		(void)!strlen(text);
		(void)!strcmp(text, "a");
		(void)!strcasecmp(text, "a");
		(void)!strchr(text, 'a');
		(void)!strstr(text, "b");
		strtok_r(text, " ", &rest);
	});
}

CASE_LOCALE(strcoll, "strcoll, strxfrm", "")
{
	char text[64];

	MEASURE({
		(void)!strcoll("a", "b");
		strxfrm(text, "abc", sizeof(text));
	});
}

CASE(strtol, "strtol, strtoul, atoi, atol", "")
{
	MEASURE({
		(void)!strtol("12", NULL, 10);
		(void)!strtoul("12", NULL, 0);
		(void)!atoi("12");
		(void)!atol("12");
	});
}

CASE(strtod, "strtod, strtof, atof", "")
{
	MEASURE({
		(void)!(strtod("1.25e10", NULL) > 0);
		(void)!(strtof("0.1", NULL) > 0);
		(void)!(atof("3.14159") > 0);
	});
}

CASE_LOCALE(toupper, "toupper, isalpha, towupper, iswalpha", "")
{
	MEASURE({
		(void)!toupper('a');
		(void)!isalpha('a');
		(void)!towupper(L'a');
		(void)!iswalpha(L'a');
	});
}

CASE(strerror, "strerror of a known number", "")
{
	MEASURE(strerror(EINVAL));
}

CASE_WHEN(strerror_unknown, "strerror of an unknown number", "for a number it does not know",
	  "call strerror_r() with an array")
{
	MEASURE(strerror(12345));
}

CASE(strerror_r, "strerror_r", "")
{
	char text[64];

	MEASURE((void)!strerror_r(12345, text, sizeof(text)));
}

CASE(strsignal, "strsignal of a known signal", "")
{
	MEASURE(strsignal(SIGINT));
}

#define SIGNAL_NAME "write the signal's number"

CASE_WHEN(strsignal_rt, "strsignal of a real-time signal", "for a signal without a name",
	  SIGNAL_NAME)
{
	MEASURE(strsignal(SIGRTMIN + 1));
}

CASE_WHEN(strsignal_unknown, "strsignal of an unknown signal", "for a signal without a name",
	  SIGNAL_NAME)
{
	MEASURE(strsignal(1234));
}

static int compare(const void *a, const void *b)
{
	long one = *(const long *)a, other = *(const long *)b;

	return (one > other) - (one < other);
}

static int compare_with(const void *a, const void *b, void *unused)
{
	(void)unused;
	return compare(a, b);
}

static long array[5000];

static void fill(void)
{
	for (long i = 0; i < 5000; i++)
		array[i] = i * 7919 % 5000;
}

#define SORT "sort no more than 1,023 bytes at once, or with a function of your own"

CASE(qsort_small, "qsort of 1,016 bytes", "")
{
	fill();
	MEASURE(qsort(array, SORT_INTS - 1, sizeof(array[0]), compare));
}

CASE_WHEN(qsort_limit, "qsort of 1,024 bytes", "for 1,024 bytes or more", SORT)
{
	fill();
	MEASURE(qsort(array, SORT_INTS, sizeof(array[0]), compare));
}

CASE_WHEN(qsort_large, "qsort of 40,000 bytes", "for 1,024 bytes or more", SORT)
{
	fill();
	MEASURE(qsort(array, 5000, sizeof(array[0]), compare));
}

CASE(qsort_r_small, "qsort_r of 1,016 bytes", "")
{
	fill();
	MEASURE(qsort_r(array, SORT_INTS - 1, sizeof(array[0]), compare_with, NULL));
}

CASE_WHEN(qsort_r, "qsort_r of 40,000 bytes", "for 1,024 bytes or more", SORT)
{
	fill();
	MEASURE(qsort_r(array, 5000, sizeof(array[0]), compare_with, NULL));
}

CASE(bsearch, "bsearch, lfind", "")
{
	long key = 3;
	size_t count = 100;

	MEASURE({
		(void)!bsearch(&key, array, 100, sizeof(array[0]), compare);
		(void)!lfind(&key, array, &count, sizeof(array[0]), compare);
	});
}

CASE(hcreate, "hcreate", "make the table before the lock")
{
	MEASURE(hcreate(100));
	hdestroy();
}

CASE(hsearch, "hsearch", "")
{
	ENTRY entry = {(char *)"a", NULL};

	hcreate(100);
	MEASURE(hsearch(entry, ENTER));
	hdestroy();
}

CASE_WHEN(tsearch, "tsearch of a new key", "for a new key",
	  "enter every key before the lock and use tfind()")
{
	void *root = NULL;

	MEASURE(tsearch(&array[1], &root, compare));
	tdelete(&array[1], &root, compare);
}

CASE(tfind, "tfind", "")
{
	void *root = NULL;

	tsearch(&array[1], &root, compare);
	MEASURE((void)!tfind(&array[1], &root, compare));
	tdelete(&array[1], &root, compare);
}

CASE_SOME(iconv_open, "iconv_open", "open the conversion before the lock")
{
	iconv_t conversion;

	MEASURE(conversion = iconv_open("UTF-8", "UCS-4LE"));
	if (conversion != (iconv_t)-1)
		iconv_close(conversion);
}

CASE(iconv, "iconv", "")
{
	iconv_t conversion = iconv_open("UTF-8", "UCS-4LE");
	char in[] = "a\0\0", out[16], *from = in, *to = out;
	size_t in_left = 4, out_left = sizeof(out);

	MEASURE((void)!iconv(conversion, &from, &in_left, &to, &out_left));
	iconv_close(conversion);
}

CASE_(case_setlocale, "setlocale", ATLAS_SOME, "when it is given a name",
      "set the locale before the lock", "", "")
{
	MEASURE(setlocale(LC_ALL, ""));
}

CASE(setlocale_query, "setlocale without a name", "")
{
	MEASURE(setlocale(LC_ALL, NULL));
}

CASE_SOME(newlocale, "newlocale", "make the locale before the lock")
{
	locale_t locale;

	MEASURE(locale = newlocale(LC_ALL_MASK, "C.UTF-8", NULL));
	freelocale(locale);
}

CASE(duplocale, "duplocale", "make the locale before the lock")
{
	locale_t locale = newlocale(LC_ALL_MASK, "C.UTF-8", NULL), copy;

	MEASURE(copy = duplocale(locale));
	freelocale(copy);
	freelocale(locale);
}

CASE(uselocale, "uselocale", "")
{
	MEASURE(uselocale(LC_GLOBAL_LOCALE));
}

CASE_LOCALE(nl_langinfo, "nl_langinfo, localeconv", "")
{
	MEASURE({
		nl_langinfo(CODESET);
		localeconv();
	});
}

CASE(regcomp, "regcomp", "compile the expression before the lock")
{
	regex_t expression;

	MEASURE(regcomp(&expression, "^a+(b|c)*$", REG_EXTENDED));
	regfree(&expression);
}

CASE(regexec, "regexec",
     "match by code of your own, or with a library that matches without the heap")
{
	static regex_t expression;
	static int compiled;
	regmatch_t match[2];

	if (!compiled)
		compiled = regcomp(&expression, "^a+(b|c)*$", REG_EXTENDED) == 0;
	MEASURE(regexec(&expression, "aabcb", 2, match, 0));
}

CASE_LOCALE(fnmatch, "fnmatch",
	    "call it once before the lock, or phaselock_prewarm() after setlocale()")
{
	MEASURE(fnmatch("a*[bc]?", "aabd", 0));
}

CASE(wordexp, "wordexp", "expand the words before the lock")
{
	wordexp_t words;

	MEASURE(wordexp("a b", &words, WRDE_NOCMD));
	wordfree(&words);
}

CASE(getopt_long, "getopt_long", "")
{
	static const struct option options[] = {{"all", 0, NULL, 'a'}, {NULL, 0, NULL, 0}};
	char name[] = "p", one[] = "--all", *arguments[] = {name, one, NULL};

	optind = 1;
	MEASURE(getopt_long(2, arguments, "a", options, NULL));
}

CASE(random, "rand, random, drand48, rand_r", "")
{
	unsigned seed = 1;

	MEASURE({
		(void)!rand();
		(void)!random();
		(void)!(drand48() > 0);
		(void)!rand_r(&seed);
	});
}
