/* SPDX-License-Identifier: MIT */
/*
 * The facts of an ELF file that decide whether the dynamic linker will preload a library into it:
 * processor, dynamic linker, and rights. It must not know how the file was found.
 */
#define _GNU_SOURCE
#include "elf.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PROGRAM_HEADERS_MAX 1024

static bool PL_PRINTF(2, 3) refuse(char *fault, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(fault, ELF_FAULT_SIZE, format, arguments);
	va_end(arguments);
	return false;
}

/* The class decides the layout of what follows in the header, so it is looked at first. */
static bool check_header(const Elf64_Ehdr *header, char *fault)
{
	if (header->e_ident[EI_CLASS] != ELFCLASS64)
		return refuse(
			fault,
			"is a 32-bit program, and the library is of 64 bits; build it for x86-64");
	if (header->e_ident[EI_DATA] != ELFDATA2LSB || header->e_machine != EM_X86_64)
		return refuse(fault,
			      "is built for another processor (ELF machine %u), and the library "
			      "for x86-64; "
			      "build it for x86-64",
			      (unsigned)header->e_machine);
	if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
		return refuse(fault, "is an ELF file, but not a program; link it to one");
	return true;
}

/* Finds the path of the dynamic linker that the program asks for; "" if it asks for none. */
static bool read_interpreter(int fd, const Elf64_Ehdr *header, char path[PATH_MAX])
{
	path[0] = '\0';
	if (header->e_phnum > PROGRAM_HEADERS_MAX || header->e_phentsize != sizeof(Elf64_Phdr))
		return false;
	for (unsigned i = 0; i < header->e_phnum; i++) {
		Elf64_Phdr part;
		off_t at = (off_t)(header->e_phoff + i * sizeof(part));

		if (pread(fd, &part, sizeof(part), at) != (ssize_t)sizeof(part))
			return false;
		if (part.p_type != PT_INTERP)
			continue;
		if (part.p_filesz < 2 || part.p_filesz > PATH_MAX ||
		    pread(fd, path, part.p_filesz, (off_t)part.p_offset) != (ssize_t)part.p_filesz)
			return false;
		path[part.p_filesz - 1] = '\0';
		return true;
	}
	return true;
}

/*
 * Whether exec() would give the process other rights than its user's. Then the kernel says so to
 * the dynamic linker (AT_SECURE), and that ignores LD_PRELOAD.
 */
static bool changes_rights(int fd, const struct stat *file, const char **by)
{
	struct statvfs system;
	uid_t user = geteuid();
	gid_t group = getegid();
	bool ignored = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ||
		       (fstatvfs(fd, &system) == 0 && (system.f_flag & ST_NOSUID) != 0);

	if (!ignored && (file->st_mode & S_ISUID) != 0)
		user = file->st_uid;
	if (!ignored && (file->st_mode & S_ISGID) != 0 && (file->st_mode & S_IXGRP) != 0)
		group = file->st_gid;
	*by = "the setuid or setgid bit of the file, or of this command";
	if (user != getuid() || group != getgid())
		return true;
	*by = "the file's capabilities";
	return !ignored && getuid() != 0 && fgetxattr(fd, "security.capability", NULL, 0) > 0;
}

bool elf_can_be_guarded(int fd, char fault[ELF_FAULT_SIZE])
{
	char interpreter[PATH_MAX];
	const char *base, *by;
	Elf64_Ehdr header;
	struct stat file;

	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header))
		return refuse(fault, "is too short to be an ELF program");
	if (!check_header(&header, fault))
		return false;
	if (!read_interpreter(fd, &header, interpreter))
		return refuse(fault, "is a damaged ELF file: its program headers cannot be read");
	if (interpreter[0] == '\0')
		return refuse(fault,
			      "is statically linked, so no library can be loaded into it; link it "
			      "dynamically, "
			      "or link libphaselock.a into it and run it without this command");
	base = strrchr(interpreter, '/');
	base = base != NULL ? base + 1 : interpreter;
	if (strncmp(base, "ld-musl", strlen("ld-musl")) == 0)
		return refuse(fault,
			      "is linked with another C library (%.200s), and the library with "
			      "glibc; link it with "
			      "glibc, or preload the library that `make musl` makes, "
			      "without this command",
			      interpreter);
	if (fstat(fd, &file) != 0)
		return refuse(fault, "cannot be inspected: %s", strerror(errno));
	if (changes_rights(fd, &file, &by))
		return refuse(fault,
			      "would run with other rights than yours (by %s), so the dynamic "
			      "linker would ignore "
			      "the guard; run a copy without them",
			      by);
	return true;
}
