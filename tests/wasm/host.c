/* SPDX-License-Identifier: MIT */
/*
 * Runs the cases of cases.c, each in a module of its own that wasm2c made C of, and compares what
 * they return, how they end, and each line that the guard in them writes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <wasm-rt-impl.h>

#include "cases.w2c.h"
#include "unwrapped.w2c.h"

#include <phaselock/phaselock.h>

/* Of a module: bit 0 to 13, whatever it is here. */
#define MODULE_ENTRY_ALL ((1u << 14) - 1)

/* ---- what the modules import ----------------------------------------------------------------- */

static struct Z_env_instance_t {
	wasm_rt_memory_t *memory;
	char lines[16384];
	size_t length;
} env;

struct Z_wasi_snapshot_preview1_instance_t {
	int unused;
};

static struct Z_wasi_snapshot_preview1_instance_t wasi;

void Z_envZ_line(struct Z_env_instance_t *host, u32 text, u32 length)
{
	assert_true((uint64_t)text + length <= host->memory->size);
	assert_true(host->length + length + 2 < sizeof(host->lines));
	memcpy(host->lines + host->length, host->memory->data + text, length);
	host->length += length;
	host->lines[host->length++] = '\n';
	host->lines[host->length] = '\0';
}

/* What newlocale() brings; there is no environment. */
u32 Z_wasi_snapshot_preview1Z_environ_get(struct Z_wasi_snapshot_preview1_instance_t *unused,
					  u32 pointers, u32 buffer)
{
	(void)unused;
	(void)pointers;
	(void)buffer;
	return 52; /* ENOSYS */
}

u32 Z_wasi_snapshot_preview1Z_environ_sizes_get(struct Z_wasi_snapshot_preview1_instance_t *unused,
						u32 count, u32 size)
{
	return Z_wasi_snapshot_preview1Z_environ_get(unused, count, size);
}

void Z_wasi_snapshot_preview1Z_proc_exit(struct Z_wasi_snapshot_preview1_instance_t *unused,
					 u32 status)
{
	(void)unused;
	fail_msg("the module exits with %u", status);
}

/* ---- one case -------------------------------------------------------------------------------- */

/* Returns how the case ended: WASM_RT_TRAP_NONE if it returned, with *result. */
static wasm_rt_trap_t run(u32 (*call)(Z_cases_instance_t *), u32 *result)
{
	static Z_cases_instance_t module;
	volatile wasm_rt_trap_t trap;

	memset(&module, 0, sizeof(module));
	Z_cases_instantiate(&module, &env, &wasi);
	env = (struct Z_env_instance_t){.memory = Z_casesZ_memory(&module)};
	Z_casesZ__initialize(&module);
	assert_int_equal(Z_casesZ_arm(&module), MODULE_ENTRY_ALL);
	trap = (wasm_rt_trap_t)wasm_rt_impl_try();
	if (trap == WASM_RT_TRAP_NONE)
		*result = call(&module);
	Z_cases_free(&module);
	return trap;
}

static void holds(u32 (*call)(Z_cases_instance_t *), const char *lines)
{
	u32 failed_line = 0;

	assert_int_equal(run(call, &failed_line), WASM_RT_TRAP_NONE);
	if (failed_line != 0)
		fail_msg("tests/wasm/cases.c:%u does not hold; lines:\n%s", failed_line, env.lines);
	assert_string_equal(env.lines, lines);
}

static void traps(u32 (*call)(Z_cases_instance_t *), const char *lines)
{
	u32 unused;

	assert_int_equal(run(call, &unused), WASM_RT_TRAP_UNREACHABLE);
	assert_string_equal(env.lines, lines);
}

#define V "phaselock: violation: "
#define LOCKED " while allocations are locked\n"
#define FORBIDDEN " inside a forbid scope\n"
#define DENIED "phaselock: denied (policy=deny)\n"
#define ABORTING "phaselock: aborting (policy=abort)\n"

/* ---- the tests ------------------------------------------------------------------------------- */

static void entries_count_and_keep_the_contract_of_libc(void **state)
{
	(void)state;
	holds(Z_casesZ_arming_counts_nothing, "");
	holds(Z_casesZ_each_entry_counts, "");
	holds(Z_casesZ_errors_are_those_of_libc, "");
}

static void innermost_scope_decides(void **state)
{
	(void)state;
	holds(Z_casesZ_innermost_scope_decides,
	      V "malloc(1)" FORBIDDEN DENIED V "malloc(3)" FORBIDDEN DENIED V
		"malloc(4)" FORBIDDEN DENIED V "malloc(7)" LOCKED DENIED);
}

static void denied_request_leaves_all_as_it_was(void **state)
{
	u32 failed_line = 0;

	(void)state;
	assert_int_equal(run(Z_casesZ_denied_leaves_all_as_it_was, &failed_line), 0);
	assert_int_equal(failed_line, 0);
	assert_memory_equal(env.lines, V "realloc(0x", strlen(V "realloc(0x"));
	assert_non_null(strstr(env.lines, ", 100)" LOCKED DENIED V "malloc(2)" LOCKED DENIED V
					  "calloc(1)" LOCKED DENIED V
					  "aligned_alloc(64, alignment 64)" LOCKED DENIED V
					  "posix_memalign(64, alignment 64)" LOCKED DENIED));
}

static void free_is_denied_where_it_is_forbidden(void **state)
{
	u32 failed_line = 0;

	(void)state;
	run(Z_casesZ_free_can_be_forbidden, &failed_line);
	assert_int_equal(failed_line, 0);
	assert_memory_equal(env.lines, V "free(0x", strlen(V "free(0x"));
}

static void handler_decides_and_is_not_called_inside_itself(void **state)
{
	(void)state;
	holds(Z_casesZ_handler_decides,
	      V "malloc(9) while allocations are locked, inside the violation handler\n" DENIED V
		"malloc(10)" LOCKED "phaselock: allowed (handler)\n" V
		"aligned_alloc(60, alignment 64)" LOCKED "phaselock: denied (handler)\n");
}

static void violations_are_listed_once_for_each_site(void **state)
{
	u32 failed_line = 0;
	size_t count = 0;

	(void)state;
	run(Z_casesZ_violations_are_listed, &failed_line);
	assert_int_equal(failed_line, 0);
	for (const char *at = env.lines; (at = strstr(at, V)) != NULL; at++)
		count++;
	assert_int_equal(count, 64);
}

static void statistics_reset_and_difference(void **state)
{
	(void)state;
	holds(Z_casesZ_reset_and_delta, "");
}

static void sealed_heap_stays_sealed(void **state)
{
	(void)state;
	holds(Z_casesZ_seal_stays,
	      V "unlock_allocations() of sealed allocations\nphaselock: allowed (policy=allow)\n");
	holds(Z_casesZ_seal_freezes_its_guard,
	      V "set_policy() of sealed allocations\n" DENIED V
		"set_handler() of sealed allocations\n" DENIED V
		"wasm_configure() of sealed allocations\n" DENIED V
		"seal_allocations() of sealed allocations\n" DENIED V "malloc(10)" LOCKED DENIED);
	holds(Z_casesZ_seal_lets_permits_hold,
	      V "malloc(10)" LOCKED DENIED V "seal_allocations() of sealed allocations\n" DENIED);
}

static void growth_of_the_memory_is_accounted(void **state)
{
	(void)state;
	holds(Z_casesZ_growth_is_accounted,
	      V "sbrk(65536)" LOCKED DENIED V "malloc(2000000)" LOCKED DENIED);
}

static void stages_are_told_as_by_the_library(void **state)
{
	(void)state;
	holds(Z_casesZ_stages_are_told,
	      "[MEMORY-TRACK] Begin: bytes_allocated=12, allocations=1, deallocations=0\n"
	      "[MEMORY-TRACK] Middle: bytes_allocated=24 (+12), allocations=2 (+1), "
	      "deallocations=0 (+0)\n"
	      "[MEMORY-TRACK] End: bytes_allocated=36 (+12), allocations=4 (+2), deallocations=1 "
	      "(+1)\n"
	      "[MEMORY-LEAK] Potential leak at End: 2 net allocations, 24 bytes potentially "
	      "leaked\n"
	      "[MEMORY-TRACK] A?g?[2J?????caf\xc3\xa9: bytes_allocated=36, allocations=4, "
	      "deallocations=1\n"
	      "[MEMORY-TRACK] Balanced: bytes_allocated=24 (-12), allocations=4 (+0), "
	      "deallocations=2 (+1)\n");
}

static void what_libc_asks_for_inside_is_seen(void **state)
{
	u32 failed_line = 0;

	(void)state;
	run(Z_casesZ_libc_inside_is_seen, &failed_line);
	assert_int_equal(failed_line, 0);
	assert_memory_equal(env.lines, V, strlen(V));
}

static void violation_traps_after_its_report(void **state)
{
	(void)state;
	traps(Z_casesZ_trap_by_malloc, V "malloc(24)" LOCKED ABORTING);
	traps(Z_casesZ_trap_by_libc, V "malloc(7)" LOCKED ABORTING);
	traps(Z_casesZ_trap_by_growth, V "sbrk(65536)" LOCKED ABORTING);
	traps(Z_casesZ_trap_by_unlock, V "unlock_allocations() of sealed allocations\n" ABORTING);
}

static void misuse_of_scopes_traps_under_any_policy(void **state)
{
	(void)state;
	traps(Z_casesZ_trap_by_wrong_end, "phaselock: misuse: phaselock_permit_end() but this "
					  "thread's innermost scope is no permit scope\n");
	traps(Z_casesZ_trap_by_depth, "deep\nphaselock: misuse: scopes nested deeper than 63 "
				      "(PHASELOCK_SCOPE_DEPTH_MAX); is an end missing?\n");
}

/* The canary: the same case in a module without wrap.flags passes by, and armed() says so. */
static void module_without_the_flags_is_not_armed(void **state)
{
	static Z_unwrapped_instance_t module;

	(void)state;
	Z_unwrapped_instantiate(&module, &env, &wasi);
	env = (struct Z_env_instance_t){.memory = Z_unwrappedZ_memory(&module)};
	Z_unwrappedZ__initialize(&module);
	assert_int_equal(Z_unwrappedZ_arm(&module), 0);
	assert_int_equal(Z_unwrappedZ_trap_by_malloc(&module), 0);
	assert_string_equal(env.lines, "");
	Z_unwrapped_free(&module);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_count_and_keep_the_contract_of_libc),
		cmocka_unit_test(innermost_scope_decides),
		cmocka_unit_test(denied_request_leaves_all_as_it_was),
		cmocka_unit_test(free_is_denied_where_it_is_forbidden),
		cmocka_unit_test(handler_decides_and_is_not_called_inside_itself),
		cmocka_unit_test(violations_are_listed_once_for_each_site),
		cmocka_unit_test(statistics_reset_and_difference),
		cmocka_unit_test(sealed_heap_stays_sealed),
		cmocka_unit_test(growth_of_the_memory_is_accounted),
		cmocka_unit_test(stages_are_told_as_by_the_library),
		cmocka_unit_test(what_libc_asks_for_inside_is_seen),
		cmocka_unit_test(violation_traps_after_its_report),
		cmocka_unit_test(misuse_of_scopes_traps_under_any_policy),
		cmocka_unit_test(module_without_the_flags_is_not_armed),
	};
	int failed;

	wasm_rt_init();
	Z_cases_init_module();
	Z_unwrapped_init_module();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	wasm_rt_free();
	return failed;
}
