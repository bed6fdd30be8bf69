/* SPDX-License-Identifier: MIT */
/*
 * The layout of a ledger: the image of its own exact counters that every process under the library keeps.
 *
 * The big picture
 * ---------------
 *
 *    header ----> sections: type, version, address, size, generation
 *                   EXTENTS    which addresses are where in the file
 *                   PROCESS    whose ledger this is
 *                   LOSSES     what the process could not count or record
 *                   GROUPS     directory --> segments --> groups by slot: id, tags, counts of ended threads
 *                   THREADS    list of threads --> table --> leaves: counts by slot
 *                   TRANSFER   what is being moved between counters right now
 *                   RINGS      what waits to be recorded (layout-rings.h)
 *                   CLOCK      what time its stamps are
 *
 *    a group's counts = its own (`ended`) + those in the leaves of all threads
 *
 * The process counts straight into these structures, so they refer to each other by address. A reader of the living process
 * uses addresses as they are; a reader of the file finds them through EXTENTS. An address that no extent holds is
 * not in the file: the process could not grow it.
 *
 * All numbers are in the byte order and the word size of the process; the header says which.
 *
 * Ordering
 * --------
 * The writer may end at any instruction, and stores become visible in the order in which they are listed here.
 * 1. A thread adds an allocation's count, then its bytes; a free's bytes, then its count.
 * 2. A structure is filled before the address that refers to it is stored.
 * 3. `generation` of a group, and of a section whose structure is replaced, is odd while it changes. In a ledger of a process
 *    that ended, a group with an odd generation is one whose counts are in TRANSFER, or which has none. That of THREADS is odd while
 *    a thread leaves the list, and has changed before the thread's memory is used again: by it, a reader of the living process sees
 *    that it followed a list that is no more.
 * 4. Counts move between counters (a thread ends, a group is reclaimed) only under TRANSFER: `kind` is stored last when it
 *    begins, and set back to NONE after the move. While it is not NONE, a reader takes the counts from there: see below.
 */
#ifndef ASPAN_LEDGER_LAYOUT_H
#define ASPAN_LEDGER_LAYOUT_H

#include <stdatomic.h>
#include <stdint.h>

#define ASPAN_LEDGER_MAGIC "ASPNLDGR" /* 8 bytes, without its end */
#define ASPAN_LEDGER_BYTE_ORDER UINT32_C(0x01020304)
#define ASPAN_LEDGER_VERSION 1 /* of the header and the table of sections */

/* The dynamic symbol of liballocspan.so at which a `struct aspan_ledger_locator` is. */
#define ASPAN_LEDGER_SYMBOL "allocspan_ledger"

/* Set by the process's environment: the folder for ledger files. */
#define ASPAN_LEDGER_ENV "ALLOCSPAN_LEDGER"
#define ASPAN_LEDGER_SUFFIX ".ledger"

enum aspan_ledger_state {
	ASPAN_LEDGER_OPEN = 1, /* the process runs, or ended without saying so */
	ASPAN_LEDGER_CLOSED = 2, /* it ended in a way that the library saw; `end_how` says how */
	ASPAN_LEDGER_COPIED =
		3, /* OPEN, in a copy that was made while the process ran; a process never writes it */
};

enum aspan_ledger_section_type {
	ASPAN_LEDGER_EXTENTS = 1,
	ASPAN_LEDGER_PROCESS = 2,
	ASPAN_LEDGER_LOSSES = 3,
	ASPAN_LEDGER_GROUPS = 4,
	ASPAN_LEDGER_THREADS = 5,
	ASPAN_LEDGER_TRANSFER = 6,
	ASPAN_LEDGER_RINGS = 7, /* with an address of 0: nothing waits */
	ASPAN_LEDGER_CLOCK = 8,
};

/* A reader skips types that it does not know. */
struct aspan_ledger_section {
	uint32_t type; /* 0: not used */
	uint32_t version; /* of this section's structures; each is 1 so far */
	_Atomic uint64_t generation;
	_Atomic uint64_t address;
	_Atomic uint64_t size_bytes;
};

#define ASPAN_LEDGER_SECTIONS 16

/* At the beginning of the file, and of the first extent. */
struct aspan_ledger_header {
	char magic[8];
	uint32_t byte_order;
	uint16_t version;
	uint16_t word_bytes; /* of the process: 8 */
	uint32_t header_bytes;
	uint32_t section_count; /* ASPAN_LEDGER_SECTIONS */
	_Atomic uint32_t state; /* enum aspan_ledger_state */
	_Atomic uint32_t end_how; /* enum aspan_trace_end_how of tp/trace-process.h; with CLOSED */
	uint64_t address; /* of this header in the process: where the first extent begins */
	uint64_t reserved[3];
	struct aspan_ledger_section sections[ASPAN_LEDGER_SECTIONS];
};

/* What the dynamic symbol is. Zero while the process has no image, as before its first count. */
struct aspan_ledger_locator {
	_Atomic uint64_t header; /* its address */
	_Atomic int32_t
		pid; /* whose it is: a child that was made without the library's notice has its parent's */
	uint32_t reserved;
};

/* EXTENTS: an array of these. */
struct aspan_ledger_extent {
	uint64_t address;
	uint64_t size_bytes;
	uint64_t file_offset; /* ASPAN_LEDGER_NOT_IN_FILE: it is private memory of the process */
};

#define ASPAN_LEDGER_NOT_IN_FILE UINT64_MAX
#define ASPAN_LEDGER_EXTENT_COUNT 112

#define ASPAN_LEDGER_EXE_BYTES 256

/* PROCESS. */
struct aspan_ledger_process {
	int32_t vpid; /* as the process sees itself */
	int32_t parent_vpid; /* 0: in another PID namespace */
	uint64_t pid_ns; /* inode of its PID namespace; 0: unknown */
	uint64_t
		start_ns; /* CLOCK_MONOTONIC when this program, or this forked child, began: with vpid and pid_ns, its identity */
	uint64_t start_realtime_ns; /* CLOCK_REALTIME at the same time */
	uint64_t parent_start_ns; /* the parent's start_ns if it forked this; else 0 */
	uint32_t how; /* enum aspan_trace_begin_how of tp/trace-process.h */
	uint32_t
		fork_depth; /* how many forks without exec there were; from ASPAN_LEDGER_DEEPEST_FORK on, `inherited` is not told apart */
	char exe[ASPAN_LEDGER_EXE_BYTES]; /* path of the program; cut off if longer */
};

#define ASPAN_LEDGER_DEEPEST_FORK 7

/* LOSSES: numbers that only grow. */
struct aspan_ledger_losses {
	_Atomic uint64_t untracked_blocks; /* that should have been tracked, and could not be */
	_Atomic uint64_t unrecorded_allocs; /* counted, and no event made: no memory for a ring */
	_Atomic uint64_t unrecorded_frees;
	_Atomic uint64_t unseen_frees; /* an address was allocated again whose free was not shown */
	_Atomic uint64_t misuses;
	_Atomic uint64_t uncounted; /* changes of counters that found no place in this image */
	_Atomic uint64_t private_extents; /* of EXTENTS that are not in the file */
	_Atomic uint64_t
		forks; /* children that fork() and its like made: each must be known from elsewhere */
};

struct aspan_ledger_counts {
	_Atomic uint64_t alloc_count;
	_Atomic uint64_t alloc_bytes;
	_Atomic uint64_t free_count; /* without those of inherited blocks */
	_Atomic uint64_t free_bytes;
};

/* One group; `generation` as in ordering 3. */
struct aspan_ledger_group {
	_Atomic uint64_t generation;
	_Atomic uint64_t id; /* 0: this slot has no group */
	_Atomic uint64_t tags; /* address of a string: `,group=name,key=value,` as in the trace */
	_Atomic uint64_t tags_bytes; /* without its end */
	struct aspan_ledger_counts
		ended; /* of ended threads, and of those that have no counters of their own */
	_Atomic uint64_t
		inherited_free_count; /* blocks that the parent of a fork allocated, freed here */
	_Atomic uint64_t inherited_free_bytes;
};

#define ASPAN_LEDGER_SEGMENT_SHIFT 6
#define ASPAN_LEDGER_SEGMENT_GROUPS (UINT32_C(1) << ASPAN_LEDGER_SEGMENT_SHIFT)

/* GROUPS: its address is a directory of `size_bytes / 8` addresses of segments; 0: none of its groups is used. */
struct aspan_ledger_segment {
	struct aspan_ledger_group groups[ASPAN_LEDGER_SEGMENT_GROUPS];
};

#define ASPAN_LEDGER_LEAF_SHIFT 6
#define ASPAN_LEDGER_LEAF_SLOTS (UINT32_C(1) << ASPAN_LEDGER_LEAF_SHIFT)

struct aspan_ledger_leaf {
	struct aspan_ledger_counts of[ASPAN_LEDGER_LEAF_SLOTS];
};

struct aspan_ledger_table {
	uint32_t leaf_count;
	uint32_t reserved;
	uint64_t replaced; /* not for readers */
	_Atomic uint64_t leaves[]; /* addresses of leaves; 0: none */
};

struct aspan_ledger_thread {
	_Atomic uint64_t next; /* address of the next thread; 0: this is the last */
	_Atomic uint64_t table; /* address of the thread's table; 0: none yet */
	int32_t vtid;
	uint32_t reserved;
	uint64_t more[4]; /* not for readers */
};

/* THREADS: its address is that of the first thread; 0: there is none. */

enum aspan_ledger_transfer_kind {
	ASPAN_LEDGER_TRANSFER_NONE = 0,
	/* From `counters` (a thread's, of one slot) to the group's `ended`: they count as `before` + `moved`, whatever both say. */
	ASPAN_LEDGER_TRANSFER_THREAD = 1,
	/* The group of `slot` is reclaimed: `retired` counts as `before` + `moved`, and all of the slot's counters as 0. */
	ASPAN_LEDGER_TRANSFER_GROUP = 2,
};

struct aspan_ledger_plain_counts {
	uint64_t alloc_count;
	uint64_t alloc_bytes;
	uint64_t free_count;
	uint64_t free_bytes;
	uint64_t inherited_free_count;
	uint64_t inherited_free_bytes;
};

/* TRANSFER. */
struct aspan_ledger_transfer {
	_Atomic uint32_t kind;
	uint32_t slot;
	uint64_t counters; /* address of a struct aspan_ledger_counts */
	struct aspan_ledger_plain_counts before;
	struct aspan_ledger_plain_counts moved;
	/* What groups counted that are not there any more, all together: their slots were used again. */
	struct aspan_ledger_plain_counts retired;
	uint64_t retired_groups; /* how many; may lag behind by the one of `slot` */
};

_Static_assert(sizeof(struct aspan_ledger_section) == 32, "a section's layout is fixed");
_Static_assert(sizeof(struct aspan_ledger_header) == 64 + 32 * ASPAN_LEDGER_SECTIONS,
	       "the header's layout is fixed");
_Static_assert(sizeof(struct aspan_ledger_group) == 80, "a group's layout is fixed");
_Static_assert(sizeof(struct aspan_ledger_counts) == 32, "counters' layout is fixed");
_Static_assert(sizeof(struct aspan_ledger_thread) == 56, "a thread's layout is fixed");

#endif
