/* SPDX-License-Identifier: MIT */
/*
 * See ledger-memory.h.
 */
#include "ledger-memory.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arena.h"
#include "debug.h"
#include "ledger-file.h"
#include "pool.h"
#include "process.h"

/* Address space: only what is used takes memory. A file's is larger, so that it need seldom be opened again. */
#define FIRST_FILE_BYTES ((size_t) 8 * 1024 * 1024)
#define FIRST_PRIVATE_BYTES ((size_t) 1024 * 1024)
#define LARGEST_BYTES ((size_t) 64 * 1024 * 1024)
#define RESERVE_STEP ((size_t) 16 * 1024)
/* Kept for objects: they double in size. */
#define OBJECT_EXTENTS 40

struct range {
	char *start;
	size_t bytes;
};

struct extent {
	struct range its;
	struct range whole; /* what is unmapped with it; none: it is the arena's */
};

/* Protected by the lock. */
static struct aspan_ledger_image *image;
static struct aspan_ledger_file file;
static bool can_file_grow;
static size_t extent_count;
static size_t object_extent_count; /* of those that objects are carved from */
static struct extent extents[ASPAN_LEDGER_EXTENT_COUNT];
static char
	*reserved_end; /* of the extent that objects are carved from; NULL: it is private memory */
static struct extent abandoned[ASPAN_LEDGER_EXTENT_COUNT]; /* in a child: what were its parent's */
static size_t abandoned_count;
static const char *file_folder;

void aspan_ledger_memory_init(const char *folder)
{
	file_folder = folder;
}

bool aspan_ledger_memory_has_folder(void)
{
	return file_folder;
}

struct aspan_ledger_image *aspan_ledger_memory_get(void)
{
	return image;
}

static bool reserve(char *start, size_t bytes)
{
	char *end = start + bytes;

	if (end <= reserved_end) {
		return true;
	}
	bytes = ((size_t) (end - reserved_end) + RESERVE_STEP - 1) & ~(RESERVE_STEP - 1);
	if (!aspan_ledger_file_reserve(reserved_end, bytes)) {
		return false;
	}
	reserved_end += bytes;
	return true;
}

static bool prepare(struct aspan_pool *pool, char *start, size_t bytes)
{
	(void) pool;
	return !reserved_end || reserve(start, bytes);
}

static bool grow(struct aspan_pool *pool, size_t least_bytes);

static struct aspan_pool pool = { .grow = grow, .prepare = prepare };

static size_t choose_bytes(size_t least_bytes)
{
	size_t bytes = file.path[0] ? FIRST_FILE_BYTES : FIRST_PRIVATE_BYTES;

	bytes <<= object_extent_count < 8 ? object_extent_count : 8;
	bytes = bytes < LARGEST_BYTES ? bytes : LARGEST_BYTES;
	return bytes > least_bytes ? bytes : (least_bytes + RESERVE_STEP - 1) & -RESERVE_STEP;
}

/* The table is in the first extent itself; its section covers what is used of it. */
static void note_extent(char *start, size_t bytes, uint64_t file_offset, struct range whole)
{
	struct aspan_ledger_section *section = &image->header.sections[ASPAN_LEDGER_EXTENTS - 1];

	extents[extent_count] = (struct extent){ { start, bytes }, whole };
	image->extents[extent_count++] = (struct aspan_ledger_extent){
		.address = (uintptr_t) start,
		.size_bytes = bytes,
		.file_offset = file_offset,
	};
	/* Release: the entry before its count (layout.h, ordering 2). */
	atomic_store_explicit(&section->size_bytes, extent_count * sizeof(image->extents[0]),
			      memory_order_release);
}

/* Something that looks the same takes the place of what is there, which is always to be had. */
static bool map_private(char *start, size_t bytes)
{
	return mmap(start, bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != MAP_FAILED;
}

/* Address space with a part of the file, if there is one and it can grow. The file's place, or ASPAN_LEDGER_NOT_IN_FILE. */
static uint64_t map_file(char *start, size_t bytes)
{
	uint64_t offset = file.size_bytes;

	if (!can_file_grow || !aspan_ledger_file_map(&file, start, bytes)) {
		return ASPAN_LEDGER_NOT_IN_FILE;
	}
	if (!aspan_ledger_file_reserve(start, RESERVE_STEP)) {
		/* Nothing is written to it, but it stays in the file. */
		map_private(start, bytes);
		return ASPAN_LEDGER_NOT_IN_FILE;
	}
	return offset;
}

static bool grow(struct aspan_pool *its_pool, size_t least_bytes)
{
	size_t bytes = choose_bytes(least_bytes);
	uint64_t offset;
	char *start;

	if (extent_count == ASPAN_LEDGER_EXTENT_COUNT) {
		return false;
	}
	start = aspan_arena_map(bytes);
	if (!start) {
		return false;
	}
	offset = map_file(start, bytes);
	reserved_end = offset == ASPAN_LEDGER_NOT_IN_FILE ? NULL : start + RESERVE_STEP;
	its_pool->region = start;
	its_pool->region_left = bytes;
	if (!image) {
		/* The first extent begins with what has the table of extents. */
		image = (struct aspan_ledger_image *) start;
		its_pool->region += (sizeof(*image) + 63) & ~(size_t) 63;
		its_pool->region_left -= (size_t) (its_pool->region - start);
	}
	note_extent(start, bytes, offset, (struct range){ NULL, 0 });
	object_extent_count++;
	if (offset == ASPAN_LEDGER_NOT_IN_FILE && file.path[0]) {
		can_file_grow = false;
		atomic_fetch_add_explicit(&image->losses.private_extents, 1, memory_order_relaxed);
	}
	return true;
}

bool aspan_ledger_memory_add(char *start, size_t bytes, char *whole_start, size_t whole_bytes)
{
	uint64_t offset = file.size_bytes;

	if (!image || !can_file_grow ||
	    extent_count >= ASPAN_LEDGER_EXTENT_COUNT - OBJECT_EXTENTS ||
	    !aspan_ledger_file_map(&file, start, bytes)) {
		return false;
	}
	note_extent(start, bytes, offset, (struct range){ whole_start, whole_bytes });
	return true;
}

void aspan_ledger_memory_reserve(char *start, size_t bytes)
{
	if (!aspan_ledger_file_reserve(start, bytes)) {
		int saved_errno = errno;

		map_private(start, bytes);
		errno = saved_errno;
	}
}

/* A first extent that is not in the file: the file is nobody's. */
static void drop_useless_file(void)
{
	if (file.path[0] && !reserved_end) {
		int saved_errno = errno;

		aspan_debug("the ledger %s cannot be written; it stays private", file.path);
		unlink(file.path);
		file.path[0] = '\0';
		errno = saved_errno;
	}
}

struct aspan_ledger_image *aspan_ledger_memory_make(void)
{
	if (image) {
		return image;
	}
	if (file_folder && aspan_process.is_wiped_in_children) {
		can_file_grow = aspan_ledger_file_create(&file, file_folder);
		if (!can_file_grow) {
			aspan_debug("no ledger can be made in %s; it stays private", file_folder);
		}
	}
	if (grow(&pool, sizeof(struct aspan_ledger_image))) {
		drop_useless_file();
	}
	return image;
}

typedef void *alloc_function(struct aspan_pool *pool, size_t size_bytes);

static void *alloc(alloc_function *function, size_t size_bytes)
{
	void *memory;

	if (!image) {
		return NULL;
	}
	memory = function(&pool, size_bytes);
	if (!memory && reserved_end) {
		/* The file system is full: from here on it is private memory. */
		can_file_grow = false;
		pool.region_left = 0;
		memory = function(&pool, size_bytes);
	}
	return memory;
}

void *aspan_ledger_memory_alloc(size_t size_bytes)
{
	return alloc(aspan_pool_alloc, size_bytes);
}

void *aspan_ledger_memory_alloc_for_ever(size_t size_bytes)
{
	return alloc(aspan_pool_alloc_for_ever, size_bytes);
}

void aspan_ledger_memory_free(void *memory, size_t size_bytes)
{
	aspan_pool_free(&pool, memory, size_bytes);
}

/* Of the fork before this one: whatever was interrupted then has gone on since. */
static void unmap_abandoned(void)
{
	for (size_t i = 0; i < abandoned_count; i++) {
		const struct extent *extent = &abandoned[i];

		if (extent->whole.start) {
			munmap(extent->whole.start, extent->whole.bytes);
		} else {
			aspan_arena_unmap(extent->its.start, extent->its.bytes);
		}
	}
	abandoned_count = 0;
}

/* Zeros in the place of what was there, which for a part of a file is the parent's. */
static void abandon(const struct extent *extent)
{
	if (map_private(extent->its.start, extent->its.bytes)) {
		abandoned[abandoned_count++] = *extent;
	}
}

void aspan_ledger_memory_after_fork(void)
{
	int saved_errno = errno;

	unmap_abandoned();
	for (size_t i = 0; i < extent_count; i++) {
		abandon(&extents[i]);
	}
	image = NULL;
	can_file_grow = false;
	extent_count = 0;
	object_extent_count = 0;
	reserved_end = NULL;
	file.path[0] = '\0';
	file.size_bytes = 0;
	pool = (struct aspan_pool){ .grow = grow, .prepare = prepare };
	errno = saved_errno;
}
