/* SPDX-License-Identifier: MIT */
/*
 * Whether a preloaded library of this build can get into an ELF program.
 */
#ifndef CLI_ELF_H
#define CLI_ELF_H

#include "common/base.h"

#define ELF_FAULT_SIZE 512

/*
 * Inspects the ELF program in an open file. Returns true if it can be guarded; else writes what is
 * wrong and what to do about it to fault, as the rest of a sentence that begins with the file's
 * name.
 */
bool elf_can_be_guarded(int fd, char fault[ELF_FAULT_SIZE]);

/*
 * Returns whether such a file is the dynamic linker itself, which loads the program that its
 * arguments name.
 */
bool elf_is_linker(int fd);

/*
 * Like elf_can_be_guarded(), for a program that the dynamic linker loads: exec() does not see it.
 */
bool elf_can_be_loaded(int fd, char fault[ELF_FAULT_SIZE]);

#endif
