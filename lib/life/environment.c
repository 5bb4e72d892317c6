/* SPDX-License-Identifier: MIT */
/* Changes the environment of the programs that this one starts. It must not know why. */
#include "life/environment.h"

#include "common/os.h"

#include <string.h>

void pl_environment_remove(const char *name)
{
	size_t length = strlen(name);
	char **kept = pl_os_environment_all();

	for (char **entry = kept; *entry != NULL; entry++)
		if (strncmp(*entry, name, length) != 0 || (*entry)[length] != '=')
			*kept++ = *entry;
	*kept = NULL;
}

void pl_environment_restore_preload(void)
{
	char *preload = (char *)(uintptr_t)pl_os_environment("LD_PRELOAD");
	char *rest = preload != NULL ? strchr(preload, ':') : NULL;

	if (rest == NULL)
		pl_environment_remove("LD_PRELOAD");
	else
		memmove(preload, rest + 1, strlen(rest + 1) + 1);
}
