/* SPDX-License-Identifier: MIT */
/*
 * The cases of the atlas: one for each function of the C or C++ library. A case is called twice in
 * a process of its own, and its requests inside MEASURE() are counted: the first call gives the
 * cold count, the second the warm one. Preparation and clean-up are outside of MEASURE().
 */
#ifndef ATLAS_H
#define ATLAS_H

#ifdef __cplusplus
extern "C" {
#endif

enum {
	ATLAS_SOME = 1,	   /* the numbers depend on the machine: files of /etc, paths, kernel */
	ATLAS_LOCALE = 2,  /* setlocale(LC_ALL, "") is called first */
	ATLAS_NO_ZONE = 4, /* TZ is not set */
};

struct atlas_case {
	const char *name;
	void (*run)(void);
	int flags;
	const char *when;     /* it allocates; "" for "at every call" or "at its first use" */
	const char *cure;     /* what to do instead; "" if it allocates nothing */
	const char *family;   /* C++: the family of functions that it stands for */
	const char *prefixes; /* and the beginnings of their mangled names */
};

void atlas_begin(void);
void atlas_end(void);

#define MEASURE(...)                                                                               \
	do {                                                                                       \
		atlas_begin();                                                                     \
		__VA_ARGS__;                                                                       \
		atlas_end();                                                                       \
	} while (0)

/* The linker names the two ends of the section, so cases need no list. */
#define CASE_(id, name, flags, ...)                                                                \
	static void id(void);                                                                      \
	static const struct atlas_case entry_##id = {name, id, flags, __VA_ARGS__};                \
	__attribute__((section("atlas_cases"),                                                     \
		       used)) static const struct atlas_case *const listed_##id = &entry_##id;     \
	static void id(void)

/* CASE(id, name of the function, what to do instead) { ... } and its kin. */
#define CASE(id, name, cure) CASE_(case_##id, name, 0, "", cure, "", "")
#define CASE_SOME(id, name, cure) CASE_(case_##id, name, ATLAS_SOME, "", cure, "", "")
#define CASE_LOCALE(id, name, cure) CASE_(case_##id, name, ATLAS_LOCALE, "", cure, "", "")
#define CASE_WHEN(id, name, when, cure) CASE_(case_##id, name, 0, when, cure, "", "")
#define CASE_FAMILY(id, name, when, cure, family, prefixes)                                        \
	CASE_(case_##id, name, 0, when, cure, family, prefixes)

#ifdef __cplusplus
}
#endif

#endif
