/* SPDX-License-Identifier: MIT */
/*
 * What every form of a report says in the same words. Texts that these return are on one line,
 * quoted as for a terminal; the caller frees them.
 */
#ifndef CLI_REPORT_WORDS_H
#define CLI_REPORT_WORDS_H

#include "report.h"

enum report_outcome { REPORT_PASS, REPORT_FAIL, REPORT_NOT_CHECKED };

/* Of the whole report; a verdict that is missing is none. */
enum report_outcome report_outcome(const struct report *report);

/* Of one process: PASS is for a process that was armed, was locked, and kept the rule. */
enum report_outcome report_process_outcome(const struct report_process *process);

/* Why it is no PASS; "" if it is one. */
const char *report_process_reason(const struct report_process *process);

const char *report_outcome_name(enum report_outcome outcome);

/* What a line of a form is about; a site's is its cause. */
struct report_rule {
	const char *id;	  /* stable */
	const char *name; /* the same in one word */
	const char *summary;
	const char *help;
	const char *severity; /* of GitLab's five */
};

enum { REPORT_RULES = 6 };
extern const struct report_rule report_rules[REPORT_RULES];

const struct report_rule *report_rule(const struct report_site *site);

/*
 * What a report has to say beside its sites, so that a form without sites does not look as if all
 * was well: there is no verdict, or no site for it, or no room for some sites.
 */
struct report_remark {
	const struct report_rule *rule;
	char *text;
};

enum { REPORT_REMARKS = 2 };

/* Returns how many there are. */
size_t report_remarks(const struct report *report, struct report_remark remarks[REPORT_REMARKS]);

/* "violations at sites that found no room in the record: 2". */
char *report_lost(const struct report *report);

/* The frame by which a site is named, or NULL. */
const struct report_frame *report_origin(const struct report_site *site);

/* "malloc while allocations are locked, in parse (config.c:12)". */
char *report_title(const struct report_site *site);

/* "parse (config.c:12)": function, name of the file, and line, as far as they are known. */
void report_write_place(const struct report_frame *frame, FILE *out);

/* The call stack, a line for each frame. */
void report_write_stack(const struct report_site *site, FILE *out);

#endif
