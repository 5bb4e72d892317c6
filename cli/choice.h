/* SPDX-License-Identifier: MIT */
/* What is wrong with the value of an option that takes one of several. */
#ifndef CLI_CHOICE_H
#define CLI_CHOICE_H

/*
 * Says, as `phaselock run`, that --option=value is none of "abort|0..64|file": what is possible,
 * and what may have been meant. value is NULL if none was given.
 */
void choice_complain(const char *option, const char *value, const char *choices);

#endif
