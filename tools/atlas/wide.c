/* SPDX-License-Identifier: MIT */
/* Cases of the atlas: wide characters, and streams of them. */
#define _GNU_SOURCE
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

CASE(wcsdup, "wcsdup", "copy into a buffer that was taken before the lock")
{
	wchar_t *copy;

	MEASURE(copy = wcsdup(L"hello"));
	free(copy);
}

CASE_LOCALE(mbstowcs, "mbstowcs, wcstombs, mbrtowc, wcrtomb",
	    "call it once before the lock, or phaselock_prewarm() after setlocale()")
{
	wchar_t wide[16];
	char narrow[16];

	MEASURE({
		(void)!mbstowcs(wide, "abc", 16);
		(void)!wcstombs(narrow, L"abc", 16);
	});
}

CASE(fwide, "fwide", "set the orientation before the lock")
{
	MEASURE(fwide(stdout, 1));
}

#define WIDE "use the wide stream once before the lock"

CASE_(case_wprintf, "wprintf", ATLAS_LOCALE, "at the first use of a stream", WIDE, "", "")
{
	MEASURE(wprintf(L"%d\n", 1));
}

CASE_(case_fputws, "fputws", ATLAS_LOCALE, "at the first use of a stream", WIDE, "", "")
{
	MEASURE(fputws(L"a", stdout));
}

CASE_(case_fgetwc, "fgetwc", ATLAS_LOCALE, "at the first use of a stream", WIDE, "", "")
{
	MEASURE(fgetwc(stdin));
}

CASE_LOCALE(swprintf, "swprintf",
	    "call it once before the lock, or phaselock_prewarm() after setlocale()")
{
	wchar_t text[64];

	MEASURE(swprintf(text, 64, L"%d %ls", 1, L"a"));
}
