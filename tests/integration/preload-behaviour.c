/* SPDX-License-Identifier: MIT */
/*
 * Prints what a program can see of its allocator, and of its own life around it: alignment, usable sizes, errno,
 * failures, constructors, exit handlers, fork, threads, dlopen. preload-behaviour.sh runs it with and
 * without the interposer: the output must not differ by a byte (DESIGN 4.3.2 and 4.4.4).
 *
 * Usage: preload-behaviour MODULE, the path of preload-module.so.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define UNTOUCHED 4321

static void *kept(void *pointer)
{
	__asm__ volatile("" : "+r"(pointer) : : "memory");
	return pointer;
}

static char *from_constructor;

static void __attribute__((constructor)) allocate_before_main(void)
{
	from_constructor = kept(malloc(100));
	strcpy(from_constructor, "allocated before main");
	from_constructor = kept(realloc(from_constructor, 10000));
}

static void __attribute__((destructor)) free_after_main(void)
{
	puts(from_constructor);
	free(from_constructor);
	free(kept(calloc(3, 3)));
	puts("freed after main");
}

static void allocate_at_exit(void)
{
	char *block = kept(strdup("allocated in an exit handler"));

	puts(block);
	free(block);
}

static unsigned long alignment_of(const void *block)
{
	return (uintptr_t) block == 0 ? 0 : 1ul << __builtin_ctzl((uintptr_t) block);
}

static void show_sizes(void)
{
	for (size_t size = 0; size < 2100; size++) {
		void *block = kept(malloc(size));

		printf("malloc %zu: usable %zu, multiple of 16: %d\n", size,
		       malloc_usable_size(block), alignment_of(block) >= 16);
		free(block);
	}
	for (size_t size = 4096; size <= (size_t) 1 << 28; size *= 4) {
		unsigned char *block = kept(calloc(1, size));

		printf("calloc %zu: usable %zu, first %d last %d\n", size,
		       malloc_usable_size(block), block[0], block[size - 1]);
		free(block);
	}
	printf("usable size of NULL: %zu\n", malloc_usable_size(NULL));
}

static void show_alignments(void)
{
	static const size_t odd_alignments[] = { 0, 1, 3, 24, 48, 100 };

	for (size_t alignment = 1; alignment <= 1 << 20; alignment *= 2) {
		void *block = kept(memalign(alignment, 100));
		void *other = kept(aligned_alloc(alignment, alignment));
		void *third = NULL;
		int status = posix_memalign(&third, alignment, 100);

		printf("alignment %zu: memalign %d aligned_alloc %d posix_memalign %d %d\n",
		       alignment, alignment_of(block) >= alignment,
		       alignment_of(other) >= alignment, status,
		       third != NULL && alignment_of(third) >= alignment);
		free(block);
		free(other);
		free(third);
	}
	for (size_t i = 0; i < COUNT_OF(odd_alignments); i++) {
		void *block, *other;
		void *third = &third;
		int status;

		errno = UNTOUCHED;
		block = kept(memalign(odd_alignments[i], 10));
		printf("memalign %zu: %d errno %d\n", odd_alignments[i], block != NULL, errno);
		errno = UNTOUCHED;
		other = kept(aligned_alloc(odd_alignments[i], 10));
		printf("aligned_alloc %zu: %d errno %d\n", odd_alignments[i], other != NULL, errno);
		errno = UNTOUCHED;
		status = posix_memalign(&third, odd_alignments[i], 10);
		printf("posix_memalign %zu: %d errno %d untouched %d\n", odd_alignments[i], status,
		       errno, third == &third);
		free(block);
		free(other);
		free(third == &third ? NULL : third);
	}
	{
		void *block = kept(valloc(10));
		void *other = kept(pvalloc(10));

		printf("valloc %d %zu, pvalloc %d %zu\n", alignment_of(block) >= 4096,
		       malloc_usable_size(block), alignment_of(other) >= 4096,
		       malloc_usable_size(other));
		free(block);
		free(other);
	}
}

#define SHOW_FAILURE(call)                                                                         \
	do {                                                                                       \
		const void *result;                                                                \
                                                                                                   \
		errno = UNTOUCHED;                                                                 \
		result = kept(call);                                                               \
		printf("%s: %s, errno %d\n", #call, result == NULL ? "NULL" : "a block", errno);   \
	} while (0)

static void show_failures(void)
{
	char *block = kept(malloc(40));
	void *untouched = &untouched;

	strcpy(block, "kept");
	SHOW_FAILURE(malloc(PTRDIFF_MAX));
	SHOW_FAILURE(malloc((size_t) PTRDIFF_MAX + 1));
	SHOW_FAILURE(malloc(SIZE_MAX));
	SHOW_FAILURE(calloc(SIZE_MAX / 2, 3));
	SHOW_FAILURE(calloc(SIZE_MAX, 1));
	SHOW_FAILURE(realloc(NULL, PTRDIFF_MAX));
	SHOW_FAILURE(realloc(kept(block), PTRDIFF_MAX));
	SHOW_FAILURE(realloc(kept(block), SIZE_MAX));
	SHOW_FAILURE(reallocarray(kept(block), SIZE_MAX / 2, 3));
	SHOW_FAILURE(reallocarray(NULL, SIZE_MAX, SIZE_MAX));
	SHOW_FAILURE(memalign(64, PTRDIFF_MAX));
	SHOW_FAILURE(memalign((size_t) 1 << 63, 10));
	SHOW_FAILURE(memalign(SIZE_MAX, 10));
	SHOW_FAILURE(aligned_alloc(64, SIZE_MAX - 63));
	SHOW_FAILURE(valloc(SIZE_MAX - 10));
	SHOW_FAILURE(pvalloc(SIZE_MAX - 10));
	errno = UNTOUCHED;
	printf("posix_memalign beyond memory: %d, errno %d\n",
	       posix_memalign(&untouched, 64, PTRDIFF_MAX), errno);
	printf("untouched: %d, block: %s\n", untouched == &untouched, block);
	free(block);
}

static void show_errno_of_success(void)
{
	void *block;

	errno = UNTOUCHED;
	block = kept(malloc(10));
	block = kept(realloc(block, 1 << 20));
	block = kept(realloc(block, 10));
	free(block);
	free(kept(calloc(10, 10)));
	free(kept(memalign(256, 10)));
	free(kept(malloc(64 << 20)));
	free(NULL);
	printf("errno after success: %d\n", errno);
}

static void show_realloc(void)
{
	unsigned char *block = kept(malloc(1));
	bool is_same = true;
	void *emptied;

	block[0] = 0;
	for (size_t size = 1; size < 3000000; size += 1 + size / 3) {
		block = kept(realloc(block, size + 1 + size / 3));
		for (size_t i = 0; i < size; i += 1 + size / 50) {
			is_same &= block[i] == (unsigned char) (i * 7);
		}
		for (size_t i = 0; i < size + 1 + size / 3; i++) {
			block[i] = (unsigned char) (i * 7);
		}
	}
	for (size_t size = 2000000; size > 0; size /= 2) {
		block = kept(realloc(block, size));
		for (size_t i = 0; i < size; i += 1 + size / 50) {
			is_same &= block[i] == (unsigned char) (i * 7);
		}
	}
	printf("realloc keeps the content: %d\n", is_same);
	errno = UNTOUCHED;
	emptied = kept(realloc(block, 0));
	printf("realloc to 0: %s, errno %d\n", emptied == NULL ? "NULL" : "a block", errno);
	free(emptied);
	block = kept(realloc(NULL, 0));
	printf("realloc of NULL to 0: %s %zu\n", block == NULL ? "NULL" : "a block",
	       malloc_usable_size(block));
	free(block);
}

static void show_calloc_is_zero(void)
{
	bool is_zero = true;

	for (size_t size = 1; size < 100000; size += 37) {
		unsigned char *block = kept(malloc(size));

		memset(block, 0xff, malloc_usable_size(block));
		free(block);
		block = kept(calloc(1, size));
		for (size_t i = 0; i < size; i += 1 + size / 20) {
			is_zero &= block[i] == 0;
		}
		is_zero &= block[size - 1] == 0;
		free(block);
	}
	printf("calloc is zero: %d\n", is_zero);
}

static void *mixed_work(void *argument)
{
	void *blocks[64] = { NULL };
	uint32_t random = (uint32_t) (uintptr_t) argument;

	for (int i = 0; i < 20000; i++) {
		void **block;

		random = random * 1664525 + 1013904223;
		block = &blocks[random >> 26];
		*block = kept(random & 1 << 20 ? realloc(*block, random >> 21) :
						 (free(*block), malloc(random >> 22)));
	}
	for (size_t i = 0; i < COUNT_OF(blocks); i++) {
		free(blocks[i]);
	}
	return argument;
}

static void *allocate_one(void *unused)
{
	(void) unused;
	return kept(malloc(100));
}

static void show_threads(void)
{
	enum { THREADS = 8, SHORT_LIVED = 1000 };
	pthread_t threads[THREADS];
	uintptr_t sum = 0;

	for (uintptr_t i = 0; i < THREADS; i++) {
		pthread_create(&threads[i], NULL, mixed_work, (void *) (i + 1));
	}
	for (int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(threads[i], &result);
		sum += (uintptr_t) result;
	}
	for (int i = 0; i < SHORT_LIVED; i++) {
		pthread_t thread;
		void *result;

		pthread_create(&thread, NULL, allocate_one, NULL);
		pthread_join(thread, &result);
		sum += result != NULL;
		free(result);
	}
	printf("threads: %lu\n", (unsigned long) sum);
}

static atomic_bool working;

static void *work_until_told(void *argument)
{
	while (atomic_load(&working)) {
		free(kept(realloc(kept(malloc(100)), 2000)));
	}
	return argument;
}

static void show_fork(void)
{
	pthread_t threads[2];
	int good = 0;

	atomic_store(&working, true);
	for (int i = 0; i < 2; i++) {
		pthread_create(&threads[i], NULL, work_until_told, NULL);
	}
	fflush(stdout);
	for (int i = 0; i < 100; i++) {
		int status;
		pid_t child = fork();

		if (child == 0) {
			pthread_t thread;

			free(kept(realloc(kept(malloc(10)), 100000)));
			if (pthread_create(&thread, NULL, mixed_work, (void *) 1) != 0 ||
			    pthread_join(thread, NULL) != 0) {
				_exit(1);
			}
			_exit(i);
		}
		waitpid(child, &status, 0);
		good += WIFEXITED(status) && WEXITSTATUS(status) == i;
	}
	atomic_store(&working, false);
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
	}
	printf("good children: %d\n", good);
}

static void show_children(void)
{
	char *arguments[] = { "echo", "a spawned child", NULL };
	char line[100] = "";
	FILE *stream;
	pid_t child;
	int status;

	fflush(stdout);
	printf("system: %d\n", system("echo in a shell"));
	fflush(stdout);
	posix_spawnp(&child, "echo", NULL, NULL, arguments, environ);
	waitpid(child, &status, 0);
	printf("spawn: %d\n", status);
	stream = popen("echo through a pipe", "r");
	printf("popen: %s", fgets(line, sizeof(line), stream));
	printf("pclose: %d\n", pclose(stream));
}

static void *use_module(void *module)
{
	void *(*allocate)(size_t) = NULL;
	void *handle = dlopen(module, RTLD_NOW);
	void *block;

	*(void **) &allocate = dlsym(handle, "preload_module_allocate");
	block = allocate(50);
	dlclose(handle);
	return block;
}

static void show_dlopen(char *module)
{
	int good = 0;

	for (int i = 0; i < 100; i++) {
		pthread_t thread;
		void *block;

		pthread_create(&thread, NULL, use_module, module);
		pthread_join(thread, &block);
		good += malloc_usable_size(block) >= 50;
		free(block);
	}
	printf("modules: %d\n", good);
}

/* In a child: memory ends, and the program goes on when it has some again. */
static int run_out_of_memory(void)
{
	const struct rlimit limit = { 0, 0 };
	void *blocks[1000];
	size_t count = 0;
	bool is_enomem;

	setrlimit(RLIMIT_AS, &limit);
	errno = 0;
	while (count < COUNT_OF(blocks) && (blocks[count] = kept(malloc(1 << 20))) != NULL) {
		count++;
	}
	is_enomem = count < COUNT_OF(blocks) && errno == ENOMEM;
	while (count > 0) {
		free(blocks[--count]);
	}
	free(kept(malloc(24)));
	return is_enomem ? 7 : 1;
}

static void show_out_of_memory(void)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		_exit(run_out_of_memory());
	}
	waitpid(child, &status, 0);
	printf("out of memory: %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
}

static void free_key(void *block)
{
	free(block);
	free(kept(malloc(10)));
}

static void *set_key(void *key)
{
	pthread_setspecific(*(pthread_key_t *) key, kept(malloc(10)));
	return NULL;
}

static void show_thread_end(void)
{
	pthread_key_t key;
	pthread_t thread;

	pthread_key_create(&key, free_key);
	for (int i = 0; i < 20; i++) {
		pthread_create(&thread, NULL, set_key, &key);
		pthread_join(thread, NULL);
	}
	pthread_key_delete(key);
	puts("threads ended");
}

int main(int argc, char **argv)
{
	atexit(allocate_at_exit);
	show_sizes();
	show_alignments();
	show_failures();
	show_errno_of_success();
	show_realloc();
	show_calloc_is_zero();
	show_threads();
	show_thread_end();
	show_fork();
	show_children();
	if (argc > 1) {
		show_dlopen(argv[1]);
	}
	show_out_of_memory();
	printf("malloc_trim and mallopt: %d %d\n", malloc_trim(0) >= 0, mallopt(M_MXFAST, 64));
	return 42;
}
