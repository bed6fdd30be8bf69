/* SPDX-License-Identifier: MIT */
/*
 * Asks an allocator what the standards leave open or define, and prints the answers: zero sizes, overflow, sizes that
 * no machine has, bad alignments, realloc to nothing, failures when memory ends, errno, alignment and usable size of
 * every entry point, and glibc's own extensions. Whoever answers, the interposer must not change the answers.
 *
 * Only pvalloc is left out where the allocator has none (jemalloc): its free does not know glibc's blocks.
 */
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define UNTOUCHED 4321
#define LARGE ((size_t) 64 << 20)

static void *kept(void *pointer)
{
	__asm__ volatile("" : "+r"(pointer) : : "memory");
	return pointer;
}

static void *by_malloc(size_t size)
{
	return malloc(size);
}

static void *by_calloc(size_t size)
{
	return calloc(1, size);
}

static void *by_calloc_swapped(size_t size)
{
	return calloc(size, 1);
}

static void *by_realloc(size_t size)
{
	return realloc(NULL, size);
}

static void *by_reallocarray(size_t size)
{
	return reallocarray(NULL, size, 1);
}

static void *by_posix_memalign(size_t size)
{
	void *block = NULL;
	int error = posix_memalign(&block, 64, size);

	if (error) {
		printf("(answers %d) ", error);
	}
	return block;
}

static void *by_aligned_alloc(size_t size)
{
	return aligned_alloc(64, size);
}

static void *by_memalign(size_t size)
{
	return memalign(4096, size);
}

static void *by_valloc(size_t size)
{
	return valloc(size);
}

static void *by_pvalloc(size_t size)
{
	return dlsym(RTLD_DEFAULT, "mallocx") ? NULL : pvalloc(size);
}

static const struct {
	const char *name;
	void *(*call)(size_t size);
	unsigned long alignment; /* promised for blocks that are large enough; more is chance */
} entries[] = {
	{ "malloc", by_malloc, 16 },
	{ "calloc", by_calloc, 16 },
	{ "calloc swapped", by_calloc_swapped, 16 },
	{ "realloc", by_realloc, 16 },
	{ "reallocarray", by_reallocarray, 16 },
	{ "posix_memalign", by_posix_memalign, 64 },
	{ "aligned_alloc", by_aligned_alloc, 64 },
	{ "memalign", by_memalign, 4096 },
	{ "valloc", by_valloc, 4096 },
	{ "pvalloc", by_pvalloc, 4096 },
};

static unsigned long alignment_of(const void *block)
{
	return (uintptr_t) block & -(uintptr_t) block;
}

/* The least alignment among several blocks: neighbours of 8 bytes differ. */
static void show_alignments_and_usable_sizes(void)
{
	static const size_t sizes[] = { 0,   1,	  2,	3,    7,     8,	    9,	    15,
					16,  17,  24,	25,   32,    33,    100,    128,
					500, 999, 1024, 4096, 10000, 65536, 1 << 20 };

	for (size_t e = 0; e < COUNT_OF(entries); e++) {
		for (size_t s = 0; s < COUNT_OF(sizes); s++) {
			void *blocks[9];
			unsigned long least = entries[e].alignment;
			bool is_usable = true;

			for (size_t i = 0; i < COUNT_OF(blocks); i++) {
				size_t usable;

				blocks[i] = kept(entries[e].call(sizes[s]));
				if (!blocks[i]) {
					continue;
				}
				usable = malloc_usable_size(blocks[i]);
				is_usable &= usable >= sizes[s];
				memset(blocks[i], 0xff, usable);
				if (alignment_of(blocks[i]) < least) {
					least = alignment_of(blocks[i]);
				}
			}
			printf("%s %zu: alignment %lu, usable %d\n", entries[e].name, sizes[s],
			       least, is_usable);
			for (size_t i = 0; i < COUNT_OF(blocks); i++) {
				free(blocks[i]);
			}
		}
	}
}

static void show_exact_usable_sizes(void)
{
	for (size_t size = 0; size < 70000; size += size < 300 ? 1 : size / 7) {
		void *block = kept(malloc(size));

		printf("malloc_usable_size of %zu: %zu\n", size, malloc_usable_size(block));
		free(block);
	}
	printf("malloc_usable_size of NULL: %zu\n", malloc_usable_size(NULL));
}

static void show_one(const char *name, size_t size, void *(*call)(size_t))
{
	void *block;

	errno = UNTOUCHED;
	printf("%s(%zu): ", name, size);
	block = kept(call(size));
	printf("%s, errno %d\n", block ? "a block" : "NULL", errno);
	free(block);
}

static void show_odd_sizes(void)
{
	static const size_t sizes[] = { 0, PTRDIFF_MAX, (size_t) PTRDIFF_MAX + 1, SIZE_MAX - 4096,
					SIZE_MAX };

	for (size_t e = 0; e < COUNT_OF(entries); e++) {
		for (size_t s = 0; s < COUNT_OF(sizes); s++) {
			/* tcmalloc's pvalloc rounds the largest sizes to nothing; so it does without us. */
			show_one(entries[e].name, sizes[s], entries[e].call);
		}
	}
}

static void *overflow_calloc(size_t count)
{
	return calloc(count, 3);
}

static void *overflow_reallocarray(size_t count)
{
	return reallocarray(NULL, count, 3);
}

static void show_overflow(void)
{
	static const size_t counts[] = { SIZE_MAX / 3 + 1, SIZE_MAX / 2, SIZE_MAX };

	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		show_one("calloc of 3", counts[i], overflow_calloc);
		show_one("reallocarray of 3", counts[i], overflow_reallocarray);
	}
}

static size_t alignment_now;

static void *aligned_by_posix_memalign(size_t size)
{
	void *untouched = &untouched;
	void *block = untouched;
	int error = posix_memalign(&block, alignment_now, size);

	printf("(answers %d, untouched %d) ", error, block == untouched);
	return block == untouched ? NULL : block;
}

static void *aligned_by_aligned_alloc(size_t size)
{
	return aligned_alloc(alignment_now, size);
}

static void *aligned_by_memalign(size_t size)
{
	return memalign(alignment_now, size);
}

/*
 * Only those with a defined answer for all: aligned_alloc and memalign of what is no power of two are left to the
 * allocator, and mimalloc's debug and release builds differ; posix_memalign must refuse.
 */
static void show_bad_alignments(void)
{
	static const size_t bad[] = { 0, 1, 2, 3, 4, 7, 12, 24, 100, (size_t) 1 << 63, SIZE_MAX };

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		alignment_now = bad[i];
		printf("alignment %zu: ", bad[i]);
		show_one("posix_memalign", 10, aligned_by_posix_memalign);
	}
	for (alignment_now = 1; alignment_now <= 1 << 20; alignment_now *= 2) {
		printf("alignment %zu: ", alignment_now);
		show_one("aligned_alloc", alignment_now, aligned_by_aligned_alloc);
		printf("alignment %zu: ", alignment_now);
		show_one("memalign", 100, aligned_by_memalign);
	}
}

static void show_realloc(void)
{
	char *block = kept(malloc(40));
	void *emptied;

	strcpy(block, "kept");
	errno = UNTOUCHED;
	printf("realloc beyond memory: %d errno %d\n", realloc(kept(block), PTRDIFF_MAX) == NULL,
	       errno);
	errno = UNTOUCHED;
	printf("reallocarray overflow: %d errno %d\n",
	       reallocarray(kept(block), SIZE_MAX / 2, 3) == NULL, errno);
	printf("after failures: %s\n", block);
	errno = UNTOUCHED;
	emptied = kept(realloc(kept(block), 0));
	printf("realloc to 0: %s, errno %d\n", emptied ? "a block" : "NULL", errno);
	free(emptied);
	block = kept(malloc(40));
	emptied = kept(reallocarray(kept(block), 0, 10));
	printf("reallocarray to 0: %s\n", emptied ? "a block" : "NULL");
	free(emptied);
	emptied = kept(realloc(NULL, 0));
	printf("realloc of NULL to 0: %s\n", emptied ? "a block" : "NULL");
	free(emptied);
}

static void show_free_keeps_errno(void)
{
	static const size_t sizes[] = { 0, 1, 100, 5000, 300000, LARGE };

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		for (size_t e = 0; e < COUNT_OF(entries); e++) {
			void *block = kept(entries[e].call(sizes[i]));

			errno = UNTOUCHED;
			free(block);
			printf("free of %s %zu: errno %d\n", entries[e].name, sizes[i], errno);
		}
	}
	errno = UNTOUCHED;
	free(NULL);
	printf("free of NULL: errno %d\n", errno);
}

/*
 * Last, and not in a child, where LTTng has to start its threads again: those cannot go on without any memory.
 * What is larger than anything that was freed before cannot be had; then memory comes back.
 */
static void show_end_of_memory(void)
{
	struct rlimit limit = { 0, 0 };
	struct rlimit before;

	getrlimit(RLIMIT_AS, &before);
	limit.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_AS, &limit);
	for (size_t e = 0; e < COUNT_OF(entries); e++) {
		printf("without memory: ");
		show_one(entries[e].name, 2 * LARGE, entries[e].call);
	}
	setrlimit(RLIMIT_AS, &before);
	for (size_t e = 0; e < COUNT_OF(entries); e++) {
		printf("with memory again: ");
		show_one(entries[e].name, 2 * LARGE, entries[e].call);
	}
}

/* Of glibc; other allocators leave them to it. Threads of the C library's users may allocate: no exact sums. */
static void show_extensions(void)
{
	struct mallinfo2 before = mallinfo2();
	void *block = kept(malloc(LARGE));
	void *small[100];
	struct mallinfo2 after = mallinfo2();

	printf("mallinfo2: %zu mapped blocks of %zu bytes\n", after.hblks - before.hblks,
	       after.hblkhd - before.hblkhd);
	free(block);
	after = mallinfo2();
	printf("mallinfo2 after free: %zu\n", after.hblks - before.hblks);
	for (size_t i = 0; i < COUNT_OF(small); i++) {
		small[i] = kept(malloc(1000));
	}
	after = mallinfo2();
	printf("mallinfo2 of small blocks: %d\n",
	       after.uordblks >= before.uordblks + COUNT_OF(small) * 1000);
	for (size_t i = 0; i < COUNT_OF(small); i++) {
		free(small[i]);
	}
	printf("mallopt: %d %d\n", mallopt(M_MMAP_THRESHOLD, 1 << 20),
	       mallopt(M_TRIM_THRESHOLD, 1 << 20));
	before = mallinfo2();
	block = kept(malloc(2 << 20));
	after = mallinfo2();
	printf("mallopt obeyed: %zu\n", after.hblks - before.hblks);
	free(block);
	printf("malloc_trim: %d\n", malloc_trim(0) >= 0);
}

int main(void)
{
	static char buffer[1 << 16];

	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	show_exact_usable_sizes();
	show_alignments_and_usable_sizes();
	show_odd_sizes();
	show_overflow();
	show_bad_alignments();
	show_realloc();
	show_free_keeps_errno();
	show_extensions();
	show_end_of_memory();
	return 42;
}
