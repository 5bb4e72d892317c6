/* SPDX-License-Identifier: MIT */
/*
 * A model of the phase word (lib/thread/phase.c) and of the gate (lib/thread/hot.h, lib/request/request.c): one thread that
 * locks, watches, unlocks and seals, and others that make requests. It is checked in every order in
 * which their steps can come.
 *
 * The order of memory is a choice of -D. TSO: the stores of the writer lie in a buffer for as long
 * as they like, and reach memory in order. RELAXED: besides, each reader may have loaded the word at
 * any time before the request that uses the value; only loads of one word by one thread keep their
 * order. SEQ_CST_STORE: the store drains the buffer itself, as lib/thread/phase.c's does. The promise is
 * checked without it too: the barrier has to be enough.
 *
 * What must hold:
 * - a request that begins after lock, seal or watch has returned, and ends before the next change
 *   begins, is judged by that phase: refused while locked, told while watched;
 * - each request is counted as served or refused, one of them and once.
 *
 * Faults that must be found: NO_BARRIER, STORE_AFTER_BARRIER, BARRIER_OF_THIS_CORE (the others are
 * not waited for), GATE_READS_TWICE.
 */
/* Readers write nothing that another one reads, so that one of them meets all that two would. */
#define READERS 1
#define REQUESTS 2
#define CHANGES 4

/* Phases, in the order of lib/thread/phase.h. */
#define INIT 0
#define WATCHED 1
#define LOCKED 2
#define SEALED 3
#define NONE 255

byte word = INIT;                /* in memory */
byte written = INIT;             /* the newest value, as the writer itself sees it */
chan stores = [2] of { byte };   /* its store buffer */
byte early[READERS] = NONE;      /* what a reader has loaded before it needs it */

/* Of the checker, not of the program: what holds at this moment, and how often that changed. */
byte promised = INIT;
byte epoch = 0;

#define DRAIN do :: stores ? word :: empty(stores) -> break od

inline store(value)
{
	written = value;
	stores ! value;
#ifdef SEQ_CST_STORE
	DRAIN;
#endif
}

/* membarrier(2): a fence here, then one on each other core, one after the other. */
inline barrier()
{
#ifdef NO_BARRIER
	skip;
#else
	DRAIN;
#ifndef BARRIER_OF_THIS_CORE
	core = 0;
	do
	:: core < READERS -> early[core] = NONE; core++
	:: else -> break
	od;
#endif
#endif
}

inline change(value)
{
	d_step { promised = INIT; epoch++ }
#ifdef STORE_AFTER_BARRIER
	barrier();
	store(value);
#else
	store(value);
	barrier();
#endif
	promised = value;
}

active proctype writer()
{
	byte core, changes;

	do
	:: changes < CHANGES && written != SEALED ->
		changes++;
		if
		:: change(LOCKED)
		:: change(SEALED)
		:: written != LOCKED -> change(WATCHED)
		:: d_step { promised = INIT; epoch++ } store(INIT) /* unlock: promises nothing */
		fi
	:: else -> break
	od
}

/* The buffer reaches memory when it likes. */
active proctype memory()
{
end:	do
	:: stores ? word
	od
}

#ifdef RELAXED
active [READERS] proctype core()
{
	byte me = _pid - 2;

end:	do
	:: early[me] == NONE -> early[me] = word
	od
}
#endif

/* The value that was loaded early, or memory's; no later load is of an older value. */
inline load(value)
{
	if
	:: early[me] != NONE -> d_step { value = early[me]; early[me] = NONE }
	:: d_step { value = word; early[me] = NONE }
	fi
}

proctype reader(byte me)
{
	bool open = false; /* the thread's own word; closed before its first request */
	byte value, begun, promise, requests, served, refused;
	bool told;

	do
	:: requests < REQUESTS ->
		requests++;
		d_step { begun = epoch; promise = promised }

		/* The hot path: one load says where the request counts itself. */
		load(value);
		if
		:: value == INIT && open -> served++
		:: else -> skip
		fi;
#ifdef GATE_READS_TWICE
		load(value);
#endif
		if
		:: value == INIT && open -> skip
		:: else -> /* the slow path: registers, and judges by the phase of this moment */
			open = true;
			load(value);
			if
			:: value >= LOCKED -> refused++
			:: value == WATCHED -> told = true; served++
			:: else -> served++
			fi
		fi;

		d_step {
			assert(served + refused == 1);
			assert(begun != epoch || promise < LOCKED || refused == 1);
			assert(begun != epoch || promise != WATCHED || told);
			begun = 0; promise = 0; served = 0; refused = 0; told = false; value = 0;
		}
	:: requests > 0 && open -> open = false /* a scope ends it, or a fork */
	:: else -> break
	od
}

init
{
	byte i;

	atomic {
		do
		:: i < READERS -> run reader(i); i++
		:: else -> break
		od
	}
}
