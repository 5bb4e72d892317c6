/* SPDX-License-Identifier: MIT */
/*
 * The operating system as the library sees it: memory, output, signals, time, barrier and lock. All
 * of them keep errno.
 *
 * shows: PL-010 (the barrier), PL-021 (the lock blocks signals), PL-041 (files)
 * shows: PL-055 (when a thread is gone), PL-061 (time and signals)
 */
#define _GNU_SOURCE
#include "common/os.h"

#include "child.h"
#include "threads.h"

#include <fcntl.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#define OTHER_ERROR EDOM

/* ---- memory ---------------------------------------------------------------------------------- */

TEST(mapped_memory_is_zeroed_aligned_to_pages_and_writable)
{
	const size_t page = pl_os_page_size();
	unsigned char *memory = pl_os_map(3 * page);

	assert_int_equal(page, 4096);
	assert_non_null(memory);
	assert_int_equal((uintptr_t)memory % page, 0);
	for (size_t i = 0; i < 3 * page; i++)
		assert_int_equal(memory[i], 0);
	memset(memory, 1, 3 * page);
}

TEST(memory_that_cannot_be_had_is_null)
{
	errno = OTHER_ERROR;
	assert_null(pl_os_map(SIZE_MAX / 2));
	assert_null(pl_os_map_shared(-1, 0, 4096));
	assert_null(pl_os_map_shared(STDERR_FILENO, 0, 4096));
	assert_int_equal(errno, OTHER_ERROR);
}

static unsigned char *pages;

static void write_to_the_second_page(void)
{
	signal(SIGSEGV, SIG_DFL);
	pages[2 * pl_os_page_size() - 1] = 7;
}

TEST(protection_covers_the_pages_of_the_range_and_can_be_lifted)
{
	static struct child_end end;
	const size_t page = pl_os_page_size();

	pages = pl_os_map(3 * page);
	assert_non_null(pages);
	errno = OTHER_ERROR;
	assert_true(pl_os_protect(pages + page + 100, 8, false));
	pages[page - 1] = 1;
	pages[2 * page] = 1;
	child_run(write_to_the_second_page, &end);
	assert_true(WIFSIGNALED(end.status));
	assert_int_equal(WTERMSIG(end.status), SIGSEGV);
	assert_true(pl_os_protect(pages + 2 * page - 1, 1, true));
	pages[2 * page - 1] = 1;
	errno = OTHER_ERROR;
	assert_false(pl_os_protect((void *)page, 1, true)); /* nothing is mapped there */
	assert_int_equal(errno, OTHER_ERROR);
}

/* ---- output ---------------------------------------------------------------------------------- */

#define MUCH (1 << 20) /* more than a pipe holds */

static char text[MUCH];
static int pipe_ends[2];
static _Atomic int interruptions;

static void interrupt(int number)
{
	(void)number;
	atomic_fetch_add(&interruptions, 1);
}

/* Interrupts the writer before it empties the pipe a little. Returns its argument if all came. */
static void *read_slowly(void *writer)
{
	static char got[MUCH];
	size_t length = 0;

	while (length < sizeof(got)) {
		ssize_t more;

		/*
		 * The first interrupts a write of something, the next ones writes of nothing yet.
		 */
		for (unsigned i = 0; i < 8; i++) {
			int before = interruptions;

			pthread_kill(*(pthread_t *)writer, SIGUSR1);
			while (interruptions == before && !THREAD_SANITIZED)
				sched_yield(); /* it delivers signals when it likes */
		}
		more = read(pipe_ends[0], got + length,
			    sizeof(got) - length < 40000 ? sizeof(got) - length : 40000);
		if (more <= 0)
			break;
		length += (size_t)more;
	}
	return length == sizeof(got) && memcmp(got, text, sizeof(got)) == 0 ? writer : NULL;
}

TEST(write_writes_all_of_it_however_often_it_is_interrupted)
{
	struct sigaction action = {.sa_handler = interrupt},
			 before; /* no SA_RESTART: write(2) sees EINTR */
	pthread_t self = pthread_self(), reader;
	size_t written;

	for (size_t i = 0; i < MUCH; i++)
		text[i] = (char)(i * 31 >> 3);
	assert_int_equal(pipe(pipe_ends), 0);
	assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
	reader = thread_start(read_slowly, &self);
	errno = OTHER_ERROR;
	written = pl_os_write(pipe_ends[1], PL_OS_PLAIN, text, MUCH, 0);
	assert_true(written == MUCH && errno == OTHER_ERROR);
	assert_ptr_equal(thread_end(reader), &self);
	assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
	assert_true(interruptions > 0);
	assert_true(close(pipe_ends[0]) == 0 && close(pipe_ends[1]) == 0);
}

TEST(write_that_cannot_says_so)
{
	errno = OTHER_ERROR;
	assert_int_equal(pl_os_write(-1, PL_OS_PLAIN, "text", 4, 0), 0);
	assert_int_equal(pl_os_write(-1, PL_OS_PLAIN, "", 0, 0), 0);
	assert_int_equal(errno, OTHER_ERROR);
}

static void assert_content(const char *path, const char *wanted)
{
	char content[64] = "";
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, content, sizeof(content) - 1) >= 0);
	close(fd);
	assert_string_equal(content, wanted);
}

TEST(file_is_made_for_its_owner_appended_to_and_not_opened_through_a_link)
{
	char folder[] = "/tmp/phaselock-os-XXXXXX", path[64], link[64];
	struct stat status;
	uint64_t size;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/file", folder);
	snprintf(link, sizeof(link), "%s/link", folder);
	for (unsigned i = 0; i < 2; i++) {
		int fd = pl_os_open_append(path, &size);

		assert_true(fd >= 0);
		assert_int_equal(size, 2 * i);
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		assert_int_equal(pl_os_write(fd, PL_OS_PLAIN, "ab", 2, 0), 2);
		pl_os_close(fd);
		assert_int_equal(fcntl(fd, F_GETFD), -1);
	}
	assert_content(path, "abab");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(symlink(path, link), 0);
	errno = OTHER_ERROR;
	assert_int_equal(pl_os_open_append(link, &size), -1);
	assert_int_equal(pl_os_open_append(folder, &size), -1);
	assert_int_equal(pl_os_open_append("/proc/self/comm", &size), -1);
	assert_int_equal(pl_os_open_append("/proc/self/mem", &size), -1);
	pl_os_close(-1);
	assert_int_equal(errno, OTHER_ERROR);
	assert_true(unlink(link) == 0 && unlink(path) == 0 && rmdir(folder) == 0);
}

TEST(executable_is_known_and_its_path_is_cut_to_size)
{
	char whole[4096], part[8], wanted[4096];
	ssize_t length = readlink("/proc/self/exe", wanted, sizeof(wanted) - 1);

	assert_true(length > 0);
	wanted[length] = '\0';
	errno = OTHER_ERROR;
	pl_os_executable(whole, sizeof(whole));
	pl_os_executable(part, sizeof(part));
	assert_true(errno == OTHER_ERROR && strcmp(whole, wanted) == 0);
	wanted[7] = '\0';
	assert_string_equal(part, wanted);
}

/* ---- process, threads, time ------------------------------------------------------------------ */

TEST(ids_names_and_time_are_the_kernels)
{
	struct timespec now;
	char name[16];
	uint64_t before;

	assert_true(pl_os_process_id() == (uint64_t)getpid() &&
		    pl_os_thread_id() == (uint64_t)gettid());
	prctl(PR_SET_NAME, "a name too long for it");
	pl_os_thread_name(name);
	assert_string_equal(name, "a name too long");
	clock_gettime(CLOCK_MONOTONIC, &now);
	before = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	assert_true(pl_os_monotonic_ns() >= before);
	assert_true(pl_os_monotonic_ns() - before < 60u * 1000000000u);
}

static sem_t stay;
static _Atomic uint64_t id_of_thread;

static void *live(void *unused)
{
	atomic_store(&id_of_thread, pl_os_thread_id());
	while (sem_wait(&stay) != 0)
		;
	return unused;
}

TEST(thread_is_gone_when_it_is_and_not_before)
{
	pthread_t thread;

	sem_init(&stay, 0, 0);
	thread = thread_start(live, NULL);
	while (atomic_load(&id_of_thread) == 0)
		sched_yield();
	errno = OTHER_ERROR;
	assert_false(pl_os_thread_is_gone(atomic_load(&id_of_thread)));
	assert_false(pl_os_thread_is_gone(pl_os_thread_id()));
	sem_post(&stay);
	thread_end(thread);
	thread_wait_until_gone(atomic_load(&id_of_thread));
	assert_true(pl_os_thread_is_gone(atomic_load(&id_of_thread)));
	assert_true(
		pl_os_thread_is_gone((uint64_t)getppid())); /* a thread, but of another process */
	assert_int_equal(errno, OTHER_ERROR);
}

TEST(environment_is_read_by_name)
{
	assert_int_equal(setenv("PHASELOCK_TEST", "value", 1), 0);
	assert_string_equal(pl_os_environment("PHASELOCK_TEST"), "value");
	assert_int_equal(unsetenv("PHASELOCK_TEST"), 0);
	assert_null(pl_os_environment("PHASELOCK_TEST"));
}

TEST(abort_is_sigabrt)
{
	child_aborts(pl_os_abort, "");
}

/* ---- signals and time ------------------------------------------------------------------------ */

static volatile sig_atomic_t called;

static void note_call(void)
{
	called = called + 1;
	errno = ERANGE;
}

CHILD_TEST(function_is_called_on_a_signal_and_errno_is_restored)
{
	static const int no_signals[] = {0, -1, 65, SIGKILL, SIGSTOP, 1 << 20};

	CHECK(pl_os_on_signal(SIGUSR1, note_call));
	CHECK(pl_os_on_signal(64, note_call));
	errno = OTHER_ERROR;
	raise(SIGUSR1);
	raise(64);
	CHECK_EQUAL(called, 2);
	CHECK_EQUAL(errno, OTHER_ERROR);
	EACH_ROW(i, no_signals)
		CHECK(!pl_os_on_signal(no_signals[i], note_call));
}

static sem_t alarm_rang;
static uint64_t rang_at;
static sigset_t mask_at_alarm;

static void ring(void)
{
	rang_at = pl_os_monotonic_ns();
	pthread_sigmask(SIG_SETMASK, NULL, &mask_at_alarm);
	sem_post(&alarm_rang);
}

CHILD_TEST(function_is_called_after_a_time_from_a_thread_that_blocks_all_signals)
{
	const uint64_t start = pl_os_monotonic_ns();
	sigset_t mask;

	sem_init(&alarm_rang, 0, 0);
	CHECK(pl_os_after(30, ring));
	while (sem_wait(&alarm_rang) != 0)
		;
	CHECK(rang_at - start >= 30u * 1000000u);
	CHECK(sigismember(&mask_at_alarm, SIGUSR1) == 1 &&
	      sigismember(&mask_at_alarm, SIGTERM) == 1);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	CHECK_EQUAL(sigismember(&mask, SIGUSR1), 0); /* and this one does not */
}

/* ---- barrier and lock ------------------------------------------------------------------------ */

TEST(barrier_reaches_other_threads_where_the_kernel_has_it)
{
	errno = OTHER_ERROR;
	assert_true(pl_os_barrier());
	assert_true(pl_os_barrier());
	assert_int_equal(errno, OTHER_ERROR);
}

#define TURNS 20000

static struct pl_os_lock lock;
static uint64_t under_lock; /* plain: nothing but the lock protects it */

static void *add_under_lock(void *unused)
{
	struct pl_os_signals before;

	for (unsigned i = 0; i < TURNS; i++) {
		pl_os_lock(&lock, &before);
		under_lock++;
		pl_os_unlock(&lock, &before);
	}
	return unused;
}

TEST(lock_lets_one_thread_in_at_a_time)
{
	pthread_t threads[4];

	EACH_ROW(i, threads)
		threads[i] = thread_start(add_under_lock, NULL);
	EACH_ROW(i, threads)
		thread_end(threads[i]);
	assert_int_equal(under_lock, COUNT_OF(threads) * TURNS);
	assert_int_equal(lock.word, 0);
}

CHILD_TEST(lock_keeps_signals_away_until_it_is_open_and_leaves_the_mask_as_it_was)
{
	struct pl_os_signals before;
	sigset_t mask;

	CHECK(pl_os_on_signal(SIGUSR1, note_call));
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &mask, NULL);
	errno = OTHER_ERROR;
	pl_os_lock(&lock, &before);
	kill(getpid(), SIGUSR1);
	if (!THREAD_SANITIZED) /* it delivers signals when it likes */
		CHECK_EQUAL(called, 0);
	pl_os_unlock(&lock, &before);
	CHECK_EQUAL(errno, OTHER_ERROR);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	CHECK_EQUAL(called, 1);
	CHECK(sigismember(&mask, SIGUSR2) == 1 && sigismember(&mask, SIGUSR1) == 0);
}

static struct pl_os_lock held_long;
static _Atomic bool is_held;
static volatile sig_atomic_t alarms;

static void *hold_for_long(void *unused)
{
	struct pl_os_signals before;

	pl_os_lock(&held_long, &before);
	is_held = true;
	pl_os_sleep_ms(1300);
	pl_os_unlock(&held_long, &before);
	return unused;
}

static void count_alarm(int number)
{
	(void)number;
	alarms = alarms + 1;
}

/* Of no use with ThreadSanitizer, which delivers signals when it likes. */
static void wait_for_long(void)
{
	pthread_t thread = thread_start(hold_for_long, NULL);
	struct pl_os_signals before;

	signal(SIGUSR1, count_alarm);
	while (!is_held)
		sched_yield();
	raise(SIGUSR1);
	CHECK_EQUAL(alarms, 1);
	alarm(1);
	signal(SIGALRM, count_alarm);
	pl_os_lock(&held_long, &before);
	CHECK_EQUAL(alarms, 2); /* while it waited */
	pl_os_unlock(&held_long, &before);
	thread_end(thread);
}

TEST(who_waits_for_a_lock_for_a_second_says_so_and_lets_signals_come)
{
	static struct child_end end;

	if (THREAD_SANITIZED)
		skip();
	child_run(wait_for_long, &end);
	assert_int_equal(end.status, 0);
	assert_string_equal(end.text,
			    "phaselock: waiting for a lock of the library that another thread has "
			    "held for a second; signals are delivered meanwhile\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mapped_memory_is_zeroed_aligned_to_pages_and_writable),
		cmocka_unit_test(memory_that_cannot_be_had_is_null),
		cmocka_unit_test(protection_covers_the_pages_of_the_range_and_can_be_lifted),
		cmocka_unit_test(write_writes_all_of_it_however_often_it_is_interrupted),
		cmocka_unit_test(write_that_cannot_says_so),
		cmocka_unit_test(
			file_is_made_for_its_owner_appended_to_and_not_opened_through_a_link),
		cmocka_unit_test(executable_is_known_and_its_path_is_cut_to_size),
		cmocka_unit_test(ids_names_and_time_are_the_kernels),
		cmocka_unit_test(thread_is_gone_when_it_is_and_not_before),
		cmocka_unit_test(environment_is_read_by_name),
		cmocka_unit_test(abort_is_sigabrt),
		cmocka_unit_test(function_is_called_on_a_signal_and_errno_is_restored),
		cmocka_unit_test(
			function_is_called_after_a_time_from_a_thread_that_blocks_all_signals),
		cmocka_unit_test(barrier_reaches_other_threads_where_the_kernel_has_it),
		cmocka_unit_test(lock_lets_one_thread_in_at_a_time),
		cmocka_unit_test(
			lock_keeps_signals_away_until_it_is_open_and_leaves_the_mask_as_it_was),
		cmocka_unit_test(who_waits_for_a_lock_for_a_second_says_so_and_lets_signals_come),
	};

	return cmocka_run_group_tests_name("os", tests, NULL, NULL);
}
