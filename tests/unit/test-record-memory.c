/* SPDX-License-Identifier: MIT */
/*
 * What memory limits leave, in folders that look like /proc and /sys of containers.
 */
#include "record-memory.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* cmocka asks for the headers above. */
#include <cmocka.h>

static char root[] = "/tmp/aspan-memory-XXXXXX";

static void write_file(const char *path, const char *text)
{
	char full[512];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *position)
{
	(void) status;
	(void) type;
	(void) position;
	return remove(path);
}

static int make_root(void **state)
{
	(void) state;
	strcpy(root + strlen(root) - 6, "XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	(void) state;
	return nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

#define V2_MOUNT "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n"
#define V1_MOUNT(mounted)                                                                          \
	"35 31 0:32 " mounted " /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"

static void no_group_is_no_limit(void **state)
{
	(void) state;
	assert_true(aspan_memory_available(root) == UINT64_MAX);
	assert_int_equal(aspan_memory_count_kills(root), 0);
}

static void max_is_no_limit(void **state)
{
	(void) state;
	write_file("/proc/self/cgroup", "0::/a\n");
	write_file("/proc/self/mountinfo", V2_MOUNT);
	write_file("/sys/fs/cgroup/a/memory.max", "max\n");
	write_file("/sys/fs/cgroup/a/memory.current", "5000\n");
	assert_true(aspan_memory_available(root) == UINT64_MAX);
}

/* Page cache that waits for its end is not counted. */
static void version_2_leaves_limit_less_usage(void **state)
{
	(void) state;
	write_file("/proc/self/cgroup", "0::/a/b\n");
	write_file("/proc/self/mountinfo", V2_MOUNT);
	write_file("/sys/fs/cgroup/a/b/memory.max", "10000\n");
	write_file("/sys/fs/cgroup/a/b/memory.current", "3000\n");
	write_file("/sys/fs/cgroup/a/b/memory.stat", "anon 9\ninactive_file 500\nfile 7\n");
	write_file("/sys/fs/cgroup/a/b/memory.events", "oom 4\noom_kill 3\n");
	assert_int_equal(aspan_memory_available(root), 7500);
	assert_int_equal(aspan_memory_count_kills(root), 3);
}

static void the_limit_of_a_group_above_holds(void **state)
{
	(void) state;
	write_file("/proc/self/cgroup", "0::/a/b\n");
	write_file("/proc/self/mountinfo", V2_MOUNT);
	write_file("/sys/fs/cgroup/a/b/memory.max", "10000\n");
	write_file("/sys/fs/cgroup/a/b/memory.current", "0\n");
	write_file("/sys/fs/cgroup/a/memory.max", "9000\n");
	write_file("/sys/fs/cgroup/a/memory.high", "8000\n");
	write_file("/sys/fs/cgroup/a/memory.current", "7900\n");
	assert_int_equal(aspan_memory_available(root), 100);
}

static void more_used_than_the_limit_leaves_nothing(void **state)
{
	(void) state;
	write_file("/proc/self/cgroup", "0::/\n");
	write_file("/proc/self/mountinfo", V2_MOUNT);
	write_file("/sys/fs/cgroup/memory.max", "100\n");
	write_file("/sys/fs/cgroup/memory.current", "200\n");
	assert_int_equal(aspan_memory_available(root), 0);
}

static void version_1_leaves_limit_less_usage(void **state)
{
	(void) state;
	write_file("/proc/self/cgroup", "5:cpu,cpuacct:/c\n4:hugetlb,memory:/a\n0::/\n");
	write_file("/proc/self/mountinfo", V1_MOUNT("/"));
	write_file("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "10000\n");
	write_file("/sys/fs/cgroup/memory/a/memory.usage_in_bytes", "4000\n");
	write_file("/sys/fs/cgroup/memory/a/memory.stat", "total_inactive_file 1000\n");
	write_file("/sys/fs/cgroup/memory/a/memory.oom_control", "under_oom 0\noom_kill 2\n");
	assert_int_equal(aspan_memory_available(root), 7000);
	assert_int_equal(aspan_memory_count_kills(root), 2);
}

/* As Docker does with version 1: the path is the host's, the mount begins at the container's group. */
static void a_container_sees_its_group_at_the_top(void **state)
{
	(void) state;
	write_file("/proc/self/cgroup", "4:memory:/docker/x/deep\n");
	write_file("/proc/self/mountinfo", V1_MOUNT("/docker/x"));
	write_file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "10000\n");
	write_file("/sys/fs/cgroup/memory/memory.usage_in_bytes", "1000\n");
	write_file("/sys/fs/cgroup/memory/deep/memory.limit_in_bytes", "20000\n");
	assert_int_equal(aspan_memory_available(root), 9000);
}

static void a_group_outside_of_the_mount_is_taken_for_its_top(void **state)
{
	(void) state;
	write_file("/proc/self/cgroup", "4:memory:/docker/xy\n");
	write_file("/proc/self/mountinfo", V1_MOUNT("/docker/x"));
	write_file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "10000\n");
	assert_int_equal(aspan_memory_available(root), 10000);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_group_is_no_limit),
		TEST(max_is_no_limit),
		TEST(version_2_leaves_limit_less_usage),
		TEST(the_limit_of_a_group_above_holds),
		TEST(more_used_than_the_limit_leaves_nothing),
		TEST(version_1_leaves_limit_less_usage),
		TEST(a_container_sees_its_group_at_the_top),
		TEST(a_group_outside_of_the_mount_is_taken_for_its_top),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
