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
#define DYNAMIC_ENTRIES_MAX 1024

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
	/* MACHINE: x86-64 alone, in the texts too. */
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

static bool read_part(int fd, const Elf64_Ehdr *header, unsigned i, Elf64_Phdr *part)
{
	off_t at = (off_t)(header->e_phoff + i * sizeof(*part));

	return pread(fd, part, sizeof(*part), at) == (ssize_t)sizeof(*part);
}

/* Finds the path of the dynamic linker that the program asks for; "" if it asks for none. */
static bool read_interpreter(int fd, const Elf64_Ehdr *header, char path[PATH_MAX])
{
	path[0] = '\0';
	if (header->e_phnum > PROGRAM_HEADERS_MAX || header->e_phentsize != sizeof(Elf64_Phdr))
		return false;
	for (unsigned i = 0; i < header->e_phnum; i++) {
		Elf64_Phdr part;

		if (!read_part(fd, header, i, &part))
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
 * Whether exec() would give the process other rights than its user's. The kernel would then tell
 * the dynamic linker so (AT_SECURE), which would ignore LD_PRELOAD.
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

/* What an object says of itself in its dynamic section. */
struct object {
	char name[32];	/* DT_SONAME, cut to size; "" if there is none */
	bool is_shared; /* a library or the dynamic linker, no program */
};

/* Finds the offset in the file of an address. */
static bool find_offset(int fd, const Elf64_Ehdr *header, uint64_t address, off_t *offset)
{
	for (unsigned i = 0; i < header->e_phnum; i++) {
		Elf64_Phdr part;

		if (!read_part(fd, header, i, &part))
			return false;
		if (part.p_type == PT_LOAD && address - part.p_vaddr < part.p_filesz) {
			*offset = (off_t)(part.p_offset + (address - part.p_vaddr));
			return true;
		}
	}
	return false;
}

static void read_dynamic(int fd, const Elf64_Ehdr *header, const Elf64_Phdr *dynamic,
			 struct object *object)
{
	uint64_t strings = 0, name = 0;
	Elf64_Dyn entry = {.d_tag = DT_NULL};
	off_t offset;

	object->is_shared = header->e_type == ET_DYN;
	for (uint64_t i = 0; i < dynamic->p_filesz / sizeof(entry) && i < DYNAMIC_ENTRIES_MAX;
	     i++) {
		if (pread(fd, &entry, sizeof(entry),
			  (off_t)(dynamic->p_offset + i * sizeof(entry))) !=
			    (ssize_t)sizeof(entry) ||
		    entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag == DT_STRTAB)
			strings = entry.d_un.d_ptr;
		else if (entry.d_tag == DT_SONAME)
			name = entry.d_un.d_val;
		else if (entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & DF_1_PIE) != 0)
			object->is_shared = false;
	}
	if (name == 0 || !find_offset(fd, header, strings + name, &offset) ||
	    pread(fd, object->name, sizeof(object->name) - 1, offset) <= 0)
		object->name[0] = '\0';
}

static struct object read_object(int fd, const Elf64_Ehdr *header)
{
	struct object object = {.name = ""};
	Elf64_Phdr part;

	for (unsigned i = 0; i < header->e_phnum && read_part(fd, header, i, &part); i++) {
		if (part.p_type == PT_DYNAMIC) {
			read_dynamic(fd, header, &part, &object);
			break;
		}
	}
	return object;
}

static bool is_linker(const struct object *object)
{
	return object->is_shared && strncmp(object->name, "ld-linux", strlen("ld-linux")) == 0;
}

/* Checks a file that asks for no dynamic linker. */
static bool check_alone(int fd, const Elf64_Ehdr *header, bool may_be_linker, char *fault)
{
	struct object object = read_object(fd, header);

	if (may_be_linker && is_linker(&object))
		return true;
	if (object.is_shared)
		return refuse(fault, "is a shared library, or a dynamic linker other than that of "
				     "glibc, and no program; name the program itself");
	return refuse(fault, "is statically linked, so no library can be loaded into it; link it "
			     "dynamically, "
			     "or link libphaselock.a into it and run it without this command");
}

static bool check_program(int fd, bool may_be_linker, char *fault)
{
	char interpreter[PATH_MAX];
	const char *base;
	Elf64_Ehdr header;

	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header))
		return refuse(fault, "is too short to be an ELF program");
	if (!check_header(&header, fault))
		return false;
	if (!read_interpreter(fd, &header, interpreter))
		return refuse(fault, "is a damaged ELF file: its program headers cannot be read");
	if (interpreter[0] == '\0')
		return check_alone(fd, &header, may_be_linker, fault);
	base = strrchr(interpreter, '/');
	base = base != NULL ? base + 1 : interpreter;
	if (strncmp(base, "ld-musl", strlen("ld-musl")) != 0)
		return true;
	return refuse(fault,
		      "is linked with another C library (%.200s), and the library with "
		      "glibc; link it with "
		      "glibc, or preload the library that `make musl` makes, "
		      "without this command",
		      interpreter);
}

bool elf_can_be_guarded(int fd, char fault[ELF_FAULT_SIZE])
{
	const char *by;
	struct stat file;

	if (!check_program(fd, true, fault))
		return false;
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

bool elf_can_be_loaded(int fd, char fault[ELF_FAULT_SIZE])
{
	return check_program(fd, false, fault);
}

bool elf_is_linker(int fd)
{
	Elf64_Ehdr header;
	struct object object;

	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header))
		return false;
	object = read_object(fd, &header);
	return is_linker(&object);
}
