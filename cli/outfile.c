/* SPDX-License-Identifier: MIT */
/*
 * Writes beside a file and renames at the end, so that nobody reads a half, and an old file stays
 * if the new one cannot be written. It must not know what is written.
 */
#define _GNU_SOURCE
#include "outfile.h"

#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool complain(const char *path, const char *what)
{
	say("--output=%s: %s", path, what);
	return false;
}

bool outfile_open(struct outfile *file, const char *path, bool force)
{
	struct stat old;
	bool exists = path != NULL && stat(path, &old) == 0;
	int fd;

	*file = (struct outfile){.stream = stdout, .path = path, .force = force};
	if (path == NULL)
		return true;
	signal(SIGXFSZ, SIG_IGN); /* then a limit of files is an error like others */
	if (exists && S_ISREG(old.st_mode) && !force)
		return complain(path, "it is there already; --force writes over it");
	/* A rename would put a file in the place of /dev/null. */
	if (exists && !S_ISREG(old.st_mode)) {
		fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	} else {
		if (asprintf(&file->part, "%s.part.XXXXXX", path) < 0)
			return complain(path, "no memory");
		fd = mkostemp(file->part, O_CLOEXEC);
	}
	if (fd >= 0 && (file->stream = fdopen(fd, "w")) != NULL)
		return true;
	complain(path, strerror(errno));
	if (fd >= 0 && file->part != NULL)
		unlink(file->part);
	free(file->part);
	return false;
}

/* As a file would be that open(2) had made, or as the old one was. */
static mode_t find_mode(const char *path)
{
	struct stat old;
	mode_t mask = umask(0);

	umask(mask);
	return stat(path, &old) == 0 ? old.st_mode & 0777 : 0666 & ~mask;
}

static bool put_in_place(const struct outfile *file)
{
	if (chmod(file->part, find_mode(file->path)) != 0)
		return false;
	if (file->force)
		return rename(file->part, file->path) == 0;
	/* Somebody may have made one meanwhile. Not all file systems look and rename at once. */
	if (renameat2(AT_FDCWD, file->part, AT_FDCWD, file->path, RENAME_NOREPLACE) == 0)
		return true;
	return errno == EINVAL && access(file->path, F_OK) != 0 &&
	       rename(file->part, file->path) == 0;
}

bool outfile_close(struct outfile *file, bool is_whole)
{
	bool failed = fflush(file->stream) != 0 || ferror(file->stream);

	if (file->path == NULL) {
		if (failed)
			say("cannot write: %s", strerror(errno));
		return !failed;
	}
	failed = fclose(file->stream) != 0 || failed;
	if (file->part != NULL && is_whole && !failed)
		failed = !put_in_place(file);
	if (failed)
		complain(file->path, strerror(errno));
	if (file->part != NULL && (failed || !is_whole))
		unlink(file->part);
	free(file->part);
	return !failed;
}
