/* SPDX-License-Identifier: MIT */
/* Cases of the atlas: processes, loading of code, names of users, hosts and services, messages. */
#define _GNU_SOURCE
#include "atlas.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

extern char **environ;

CASE(fork, "fork, waitpid, _exit", "")
{
	MEASURE({
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		waitpid(child, NULL, 0);
	});
}

CASE(posix_spawn, "posix_spawn", "")
{
	char name[] = "true", *arguments[] = {name, NULL};
	pid_t child = 0;

	MEASURE(posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environ));
	waitpid(child, NULL, 0);
}

CASE(posix_spawn_actions, "posix_spawn_file_actions_addclose",
     "prepare the actions before the lock")
{
	posix_spawn_file_actions_t actions;

	posix_spawn_file_actions_init(&actions);
	MEASURE(posix_spawn_file_actions_addclose(&actions, 100));
	posix_spawn_file_actions_destroy(&actions);
}

CASE(system, "system", "")
{
	MEASURE((void)!system("true"));
}

static void at_end(void)
{
}

#define AT_EXIT "register before the lock"

CASE_WHEN(atexit, "atexit", "for each 32 handlers", AT_EXIT)
{
	MEASURE(atexit(at_end));
}

CASE_WHEN(atexit_many, "atexit, 32 times", "for each 32 handlers", AT_EXIT)
{
	MEASURE({
		for (int i = 0; i < 32; i++)
			atexit(at_end);
	});
}

CASE(setjmp, "setjmp, longjmp", "")
{
	static jmp_buf place;
	volatile int again = 0;

	atlas_begin();
	if (setjmp(place) == 0 && !again) {
		again = 1;
		longjmp(place, 1);
	}
	atlas_end();
}

CASE(sysconf, "sysconf, getpid, getrusage, uname, gethostname", "")
{
	struct rusage usage;
	struct utsname names;
	char host[65];

	MEASURE({
		sysconf(_SC_NPROCESSORS_ONLN);
		sysconf(_SC_PHYS_PAGES);
		getrusage(RUSAGE_SELF, &usage);
		uname(&names);
		gethostname(host, sizeof(host));
		getpid();
	});
}

#define LOAD "load it before the lock"

CASE_SOME(dlopen, "dlopen", LOAD)
{
	void *handle;

	MEASURE(handle = dlopen("libutil.so.1", RTLD_NOW));
	if (handle != NULL)
		dlclose(handle);
}

CASE(dlsym, "dlsym", "")
{
	MEASURE(dlsym(RTLD_DEFAULT, "strlen"));
}

#define UNKNOWN "look up before the lock what may be missing: the message of a failure allocates"

CASE_(case_dlsym_unknown, "dlsym of an unknown name", ATLAS_SOME, "for a name it does not find",
      UNKNOWN, "", "")
{
	MEASURE(dlsym(RTLD_DEFAULT, "no_such_function_"));
	dlerror();
}

CASE_(case_dlerror, "dlerror after a failure", ATLAS_SOME, "after a failure", UNKNOWN, "", "")
{
	dlsym(RTLD_DEFAULT, "no_such_function_");
	MEASURE(dlerror());
}

CASE(dlerror_none, "dlerror after no failure", "")
{
	MEASURE(dlerror());
}

CASE(dladdr, "dladdr", "")
{
	Dl_info info;

	MEASURE(dladdr(environ, &info));
}

/* ---- names ----------------------------------------------------------------------------------- */

#define LOOK_UP "look it up before the lock and keep the answer"

CASE_SOME(getaddrinfo, "getaddrinfo of a number", LOOK_UP)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM},
			*found = NULL;

	MEASURE(getaddrinfo("127.0.0.1", NULL, &hints, &found));
	if (found != NULL)
		freeaddrinfo(found);
}

CASE_SOME(gethostbyname, "gethostbyname of a number", LOOK_UP)
{
	MEASURE(gethostbyname("127.0.0.1"));
}

CASE(getnameinfo, "getnameinfo of a number", "")
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	char name[64];

	MEASURE(getnameinfo((struct sockaddr *)&address, sizeof(address), name, sizeof(name), NULL,
			    0, NI_NUMERICHOST));
}

CASE(inet_pton, "inet_pton, inet_ntop, htonl", "")
{
	struct in_addr address;
	char text[64];

	MEASURE({
		inet_pton(AF_INET, "127.0.0.1", &address);
		inet_ntop(AF_INET, &address, text, sizeof(text));
	});
}

CASE_SOME(getpwuid, "getpwuid", LOOK_UP)
{
	MEASURE(getpwuid(0));
}

CASE_SOME(getpwnam_r, "getpwnam_r", LOOK_UP)
{
	struct passwd entry, *found;
	char text[1024];

	MEASURE(getpwnam_r("root", &entry, text, sizeof(text), &found));
}

CASE_SOME(getgrgid, "getgrgid", LOOK_UP)
{
	MEASURE(getgrgid(0));
}

CASE_SOME(getservbyname, "getservbyname", LOOK_UP)
{
	MEASURE(getservbyname("http", "tcp"));
}

/* ---- messages -------------------------------------------------------------------------------- */

CASE(openlog, "openlog, closelog", "")
{
	MEASURE({
		openlog("atlas", 0, LOG_USER);
		closelog();
	});
}

CASE(syslog, "syslog", "call tzset() before the lock, or phaselock_prewarm()")
{
	MEASURE(syslog(LOG_DEBUG, "a %d", 1));
}

CASE(warn, "warn, warnx", "write with snprintf() into an array, then write()")
{
	errno = EINVAL;
	MEASURE({
		warn("a");
		warnx("a");
	});
}
