/* SPDX-License-Identifier: MIT */
/* Cases of the atlas: time of day, clocks, timers, signals and the environment. */
#define _GNU_SOURCE
#include "atlas.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define FIRST "at its first use"
#define ZONE "call tzset() before the lock, or phaselock_prewarm()"
/* Without TZ glibc copies the name of its default time zone each time. */
#define EACH "at its first use, and at every use while TZ is not set or has changed"
#define ZONE_SET                                                                                   \
	"set TZ, to :/etc/localtime if to nothing else, and call tzset() or "                      \
	"phaselock_prewarm() before the lock"
#define ENVIRON "set the environment before the lock"

static const time_t moment = 1700000000;

CASE_WHEN(tzset, "tzset", EACH, ZONE_SET)
{
	MEASURE(tzset());
}

CASE_WHEN(localtime, "localtime", EACH, ZONE_SET)
{
	MEASURE((void)!localtime(&moment));
}

CASE_WHEN(localtime_r, "localtime_r", FIRST, ZONE)
{
	struct tm parts;

	MEASURE(localtime_r(&moment, &parts));
}

CASE_WHEN(gmtime_r, "gmtime_r", FIRST, ZONE)
{
	struct tm parts;

	MEASURE(gmtime_r(&moment, &parts));
}

CASE_WHEN(gmtime, "gmtime", FIRST, ZONE)
{
	MEASURE((void)!gmtime(&moment));
}

CASE_WHEN(mktime, "mktime", EACH, ZONE_SET)
{
	struct tm parts = {.tm_year = 123, .tm_mday = 1, .tm_isdst = -1};

	MEASURE(mktime(&parts));
}

CASE_WHEN(timegm, "timegm", FIRST, ZONE)
{
	struct tm parts = {.tm_year = 123, .tm_mday = 1};

	MEASURE(timegm(&parts));
}

CASE_WHEN(ctime_r, "ctime_r", FIRST, ZONE)
{
	char text[32];

	MEASURE(ctime_r(&moment, text));
}

CASE(asctime_r, "asctime_r", "")
{
	struct tm parts = {.tm_year = 123, .tm_mday = 1};
	char text[32];

	MEASURE(asctime_r(&parts, text));
}

CASE_WHEN(strftime, "strftime", EACH, ZONE_SET)
{
	struct tm parts = {.tm_year = 123, .tm_mday = 1};
	char text[64];

	MEASURE(strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &parts));
}

CASE(strptime, "strptime", "")
{
	struct tm parts;

	MEASURE(strptime("2023-11-14 12:13:14", "%Y-%m-%d %H:%M:%S", &parts));
}

CASE_WHEN(tzset_changed, "tzset after a change of TZ", EACH, ZONE_SET)
{
	static int changes;

	tzset();
	setenv("TZ", ++changes % 2 ? "ABC1" : "DEF2", 1);
	MEASURE(tzset());
}

#define CASE_UNSET(id, name, when, cure)                                                           \
	CASE_(case_##id, name, ATLAS_SOME | ATLAS_NO_ZONE, when, cure, "", "")

CASE_UNSET(tzset_unset, "tzset while TZ is not set", EACH, ZONE_SET)
{
	MEASURE(tzset());
}

CASE_UNSET(mktime_unset, "mktime while TZ is not set", EACH, ZONE_SET)
{
	struct tm parts = {.tm_year = 123, .tm_mday = 1, .tm_isdst = -1};

	MEASURE(mktime(&parts));
}

CASE_UNSET(localtime_unset, "localtime while TZ is not set", EACH, ZONE_SET)
{
	MEASURE((void)!localtime(&moment));
}

CASE_UNSET(localtime_r_unset, "localtime_r while TZ is not set", FIRST, ZONE)
{
	struct tm parts;

	MEASURE(localtime_r(&moment, &parts));
}

CASE(clock_gettime, "clock_gettime, time, gettimeofday, clock", "")
{
	struct timespec now;
	struct timeval day;

	MEASURE({
		clock_gettime(CLOCK_MONOTONIC, &now);
		time(NULL);
		gettimeofday(&day, NULL);
		clock();
	});
}

CASE(nanosleep, "nanosleep, clock_nanosleep, usleep", "")
{
	struct timespec little = {0, 1};

	MEASURE({
		nanosleep(&little, NULL);
		clock_nanosleep(CLOCK_MONOTONIC, 0, &little, NULL);
		usleep(1);
	});
}

#define TIMER "use SIGEV_SIGNAL, or timerfd_create()"

CASE_WHEN(timer_create_signal, "timer_create with SIGEV_SIGNAL", "with SIGEV_THREAD", TIMER)
{
	struct sigevent event;
	timer_t timer;

	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_SIGNAL;
	event.sigev_signo = SIGRTMIN;
	MEASURE(timer_create(CLOCK_MONOTONIC, &event, &timer));
	timer_delete(timer);
}

static void expired(union sigval unused)
{
	(void)unused;
}

CASE_WHEN(timer_create_thread, "timer_create with SIGEV_THREAD", "with SIGEV_THREAD", TIMER)
{
	struct sigevent event;
	timer_t timer;

	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_THREAD;
	event.sigev_notify_function = expired;
	MEASURE(timer_create(CLOCK_MONOTONIC, &event, &timer));
	timer_delete(timer);
}

CASE(timer_settime, "timer_settime, timer_gettime", "")
{
	struct itimerspec when = {.it_value.tv_sec = 1000};
	struct sigevent event;
	timer_t timer;

	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_NONE;
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	MEASURE({
		timer_settime(timer, 0, &when, NULL);
		timer_gettime(timer, &when);
	});
	timer_delete(timer);
}

static void caught(int unused)
{
	(void)unused;
}

CASE(sigaction, "sigaction, signal, raise, kill, sigprocmask", "")
{
	struct sigaction action = {.sa_handler = caught};
	sigset_t set;

	MEASURE({
		sigaction(SIGUSR1, &action, NULL);
		signal(SIGUSR2, caught);
		raise(SIGUSR1);
		kill(getpid(), SIGUSR2);
		sigemptyset(&set);
		sigprocmask(SIG_BLOCK, &set, NULL);
	});
}

CASE(psignal, "psignal", "write the signal's number")
{
	MEASURE(psignal(SIGINT, "a"));
}

CASE(setenv, "setenv of a new variable", ENVIRON)
{
	MEASURE(setenv("ATLAS_NEW", "a", 1));
	unsetenv("ATLAS_NEW");
}

CASE(setenv_again, "setenv of a variable that is there", ENVIRON)
{
	static int value;

	setenv("ATLAS_OLD", "aa", 1);
	MEASURE(setenv("ATLAS_OLD", ++value % 2 ? "bb" : "cc", 1));
}

CASE(putenv, "putenv", ENVIRON)
{
	static char first[] = "ATLAS_ONE=a", second[] = "ATLAS_TWO=a";
	static int calls;

	MEASURE(putenv(++calls % 2 ? first : second));
}

CASE(unsetenv, "unsetenv", "")
{
	setenv("ATLAS_GONE", "a", 1);
	MEASURE(unsetenv("ATLAS_GONE"));
}

CASE(getenv, "getenv", "")
{
	MEASURE(getenv("HOME"));
}

CASE(clearenv, "clearenv", "")
{
	MEASURE(clearenv());
}
