/* SPDX-License-Identifier: MIT */
/*
 * A program that is not linked with the library: record-plugin-host [PLUGIN]. It prints whether LTTng is loaded, how many threads
 * there are, and its largest resident size in KiB. With a plug-in, a forked child, the main thread, two threads that were there
 * before the plug-in, and a second child work in it: 5 + 10 + 2 * 10 + 7 blocks.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 2

typedef void work_function(int count);

static const char *plugin_path;
static work_function *work;
static pthread_barrier_t is_loaded;

static bool is_mapped(const char *name)
{
	char line[4352];
	FILE *maps = fopen("/proc/self/maps", "r");
	bool is_there = false;

	while (maps && fgets(line, sizeof(line), maps)) {
		is_there |= strstr(line, name) != NULL;
	}
	if (maps) {
		fclose(maps);
	}
	return is_there;
}

static int count_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	int count = 0;

	for (struct dirent *entry = tasks ? readdir(tasks) : NULL; entry; entry = readdir(tasks)) {
		count += entry->d_name[0] != '.';
	}
	if (tasks) {
		closedir(tasks);
	}
	return count;
}

static void load(void)
{
	void *plugin = dlopen(plugin_path, RTLD_NOW);

	work = plugin ? (work_function *) dlsym(plugin, "plugin_work") : NULL;
	if (!work) {
		fprintf(stderr, "%s\n", dlerror());
		exit(EXIT_FAILURE);
	}
}

static pid_t fork_worker(bool is_first, int count)
{
	pid_t child = fork();

	if (child == 0) {
		if (is_first) {
			load();
		}
		work(count);
		exit(EXIT_SUCCESS);
	}
	return child;
}

static void *run(void *unused)
{
	void *volatile block = malloc(1);

	free(block);
	pthread_barrier_wait(&is_loaded);
	work(10);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	struct rusage usage;
	int result = EXIT_SUCCESS;

	getrusage(RUSAGE_SELF, &usage);
	printf("%s %d %ld\n", is_mapped("liblttng-ust.so") ? "lttng" : "none", count_threads(),
	       usage.ru_maxrss);
	fflush(stdout);
	if (argc < 2) {
		return EXIT_SUCCESS;
	}
	plugin_path = argv[1];
	fork_worker(true, 5);
	pthread_barrier_init(&is_loaded, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++) {
		pthread_create(&threads[i], NULL, run, NULL);
	}
	load();
	work(10);
	pthread_barrier_wait(&is_loaded);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	fork_worker(false, 7);
	for (int status; wait(&status) > 0;) {
		result = status == 0 ? result : EXIT_FAILURE;
	}
	return result;
}
