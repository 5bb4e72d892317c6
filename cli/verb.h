/* SPDX-License-Identifier: MIT */
/*
 * What the command's verbs have in common: how main() calls one, and the statuses they end with.
 */
#ifndef CLI_VERB_H
#define CLI_VERB_H

/*
 * Statuses of the command itself; a program under it may end with the same numbers. 125 to 127 are
 * as env(1) has them.
 */
enum status {
	STATUS_BUDGET = 1,     /* of `report`: a profile has more of something than it may */
	STATUS_VIOLATION = 99, /* there were violations */
	STATUS_NOT_CHECKED =
		125, /* the command failed, or the guard was not there, or checked nothing */
	STATUS_CANNOT_START = 126, /* the program was found but cannot be run, or not be guarded */
	STATUS_NOT_FOUND = 127,	   /* there is no such program */
};

/* One verb: words[0] is its name, words[count] is NULL. Returns the status to end with. */
typedef int (*verb_function)(int count, char **words);

int verb_run(int count, char **words);
int verb_record(int count, char **words);
int verb_report(int count, char **words);
int verb_symbolize(int count, char **words);

#endif
