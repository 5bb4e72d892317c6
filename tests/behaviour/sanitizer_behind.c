/* SPDX-License-Identifier: MIT */
/*
 * If a sanitizer's runtime stands behind the library, it has lost its malloc, and the program would
 * run without its checks or crash before main(). The process ends with a message instead:
 * preloaded, linked with libphaselock.a, and under `phaselock run`. AddressSanitizer's shared
 * runtime finds out by itself. With the runtime preloaded first, or inside the program, it works. A
 * runtime inside the program without hooks leaves the library unarmed, and the library says so.
 *
 * shows: PL-113 PL-114 PL-070
 * needs: gcc clang
 * run: {source}/tests/behaviour/parts/sanitized.sh {build} static {CC} "-fsanitize={FLAGS}"
 *     sanitizer_behind.c
 * each: CC=FLAGS=NAME "gcc=address=Address" "clang=address=Address" "gcc=thread=Thread"
 *     "clang=thread=Thread" "gcc=leak=Leak"
 * exit: SIGABRT
 * stderr:
 * | phaselock: {NAME}Sanitizer is in this program, but the malloc of this library stands in front of it: link libphaselock.so, or preload the sanitizer's runtime first (docs/sanitizers.md)
 * run: sh -c '{source}/tests/behaviour/parts/sanitized.sh {build} none {CC} "-fsanitize={FLAGS}"
 *     sanitizer_behind.c && LD_PRELOAD={build}/libphaselock.so exec ./program'
 * each: CC=FLAGS=NAME "gcc=thread=Thread" "gcc=leak=Leak"
 * exit: SIGABRT
 * stderr:
 * | phaselock: {NAME}Sanitizer is in this program, but the malloc of this library stands in front of it: link libphaselock.so, or preload the sanitizer's runtime first (docs/sanitizers.md)
 * run: sh -c '{source}/tests/behaviour/parts/sanitized.sh {build} none {CC} "-fsanitize={FLAGS}"
 *     sanitizer_behind.c && exec {build}/phaselock run --lock-at=main -- ./program'
 * each: CC=FLAGS=NAME "gcc=thread=Thread" "gcc=leak=Leak"
 * exit: 125
 * stderr:
 * | phaselock: {NAME}Sanitizer is in this program, but the malloc of this library stands in front of it: link libphaselock.so, or preload the sanitizer's runtime first (docs/sanitizers.md)
 * | phaselock run: not armed: the library did not start in the program
 * | phaselock run: FAIL: the guard was not armed; signal 6 (SIGABRT) ended the program
 * run: sh -c '{source}/tests/behaviour/parts/sanitized.sh {build} none {CC} "-fsanitize={FLAGS}"
 *     sanitizer_behind.c && exec {build}/phaselock run --lock-at=main -- ./program'
 * each: CC=FLAGS "gcc=address" "clang=address -shared-libsan"
 * exit: 125
 * stderr:
 * | phaselock: AddressSanitizer is in this program, but the malloc of this library stands in front of it: link libphaselock.so, or preload the sanitizer's runtime first (docs/sanitizers.md)
 * | phaselock run: not armed: the library did not start in the program
 * | phaselock run: FAIL: the guard was not armed; signal 6 (SIGABRT) ended the program
 * run: sh -c '{source}/tests/behaviour/parts/sanitized.sh {build} none {CC} "-fsanitize={FLAGS}"
 *     sanitizer_behind.c && exec {build}/phaselock run --lock-at=main -- ./program violate'
 * each: CC=FLAGS "clang=address" "clang=thread" "clang=leak" "clang=memory"
 * exit: 99
 * stderr:
 * | phaselock: violation: allocation(48) while allocations are locked
 * |   thread {number} "program", 1st time at this site
 * | {details}
 * | phaselock: aborting (policy=abort)
 * | phaselock run: {any}armed: {any}
 * | {lines}
 * | phaselock run: FAIL: 1 violation; signal 6 (SIGABRT) ended the program
 * run: sh -c '{source}/tests/behaviour/parts/sanitized.sh {build} none gcc "-fsanitize={FLAGS}"
 *     sanitizer_behind.c && LD_PRELOAD="$(gcc
 *     -print-file-name=lib{RUNTIME}.so):{build}/libphaselock.so"
 *     PHASELOCK_OPTIONS=lock=main exec ./program violate'
 * each: FLAGS=RUNTIME "address=asan"
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: allocation(48) while allocations are locked
 * |   thread {number} "program", 1st time at this site
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: sh -c '{source}/tests/behaviour/parts/sanitized.sh {build} none gcc
 *     "-fsanitize=address -static-libasan" sanitizer_behind.c &&
 *     LD_PRELOAD={build}/libphaselock.so PHASELOCK_OPTIONS=lock=main exec ./program violate'
 * exit: 0
 * stderr:
 * | phaselock: not armed: malloc, {any} to another allocator
 * run: sh -c '{source}/tests/behaviour/parts/sanitized.sh {build} none gcc
 *     "-fsanitize=address -static-libasan" sanitizer_behind.c &&
 *     exec {build}/phaselock run --lock-at=main -- ./program violate'
 * exit: 125
 * stderr:
 * | phaselock run: not armed: another allocator serves malloc, {any}
 * | {lines}
 * | phaselock run: FAIL: the guard was not armed
 */
#include <stdlib.h>

/* Not linked with the library, which is preloaded. */
static void *volatile sink;

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		sink = malloc(48);
		free(sink);
	}
	return 0;
}
