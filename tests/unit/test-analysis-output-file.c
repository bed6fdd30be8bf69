/* SPDX-License-Identifier: MIT */
/*
 * An output file appears whole or not at all.
 */
#include "output-file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <dirent.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/allocspan-output-XXXXXX";

static int enter_directory(void **state)
{
	(void) state;
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int count_files(void)
{
	DIR *files = opendir(".");
	int count = 0;

	while (readdir(files)) {
		count++;
	}
	closedir(files);
	return count - 2; /* . and .. */
}

static int leave_directory(void **state)
{
	(void) state;
	unlink("report");
	unlink("link");
	return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static void assert_content(const char *path, const char *expected)
{
	char content[64] = { 0 };
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_int_equal(fread(content, 1, sizeof(content) - 1, file), strlen(expected));
	assert_string_equal(content, expected);
	fclose(file);
}

static void write_file(const char *path, const char *content)
{
	struct aspan_output_file file;

	assert_int_equal(aspan_output_file_open(&file, path), 0);
	fputs(content, file.stream);
	assert_int_equal(aspan_output_file_commit(&file), 0);
}

static void a_file_appears_when_it_is_whole(void **state)
{
	struct aspan_output_file file;

	(void) state;
	assert_int_equal(aspan_output_file_open(&file, "report"), 0);
	fputs("whole", file.stream);
	assert_int_equal(access("report", F_OK), -1);
	assert_int_equal(aspan_output_file_commit(&file), 0);
	assert_content("report", "whole");
	assert_int_equal(count_files(), 1);
}

static void what_was_there_stays_if_writing_is_given_up(void **state)
{
	struct aspan_output_file file;

	(void) state;
	write_file("report", "old");
	assert_int_equal(aspan_output_file_open(&file, "report"), 0);
	fputs("half", file.stream);
	aspan_output_file_abandon(&file);
	assert_content("report", "old");
	assert_int_equal(count_files(), 1);
}

static void a_new_file_has_the_permissions_of_any_new_file(void **state)
{
	struct stat status;
	mode_t mask = umask(027);

	(void) state;
	write_file("report", "");
	umask(mask);
	assert_int_equal(stat("report", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
}

static void an_old_file_keeps_its_permissions(void **state)
{
	struct stat status;

	(void) state;
	write_file("report", "old");
	chmod("report", 0604);
	write_file("report", "new");
	assert_int_equal(stat("report", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0604);
	assert_content("report", "new");
}

static void a_symbolic_link_stays_one(void **state)
{
	struct stat status;

	(void) state;
	write_file("report", "old");
	assert_int_equal(symlink("report", "link"), 0);
	write_file("link", "new");
	assert_int_equal(lstat("link", &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	assert_content("report", "new");
}

static void a_device_is_written_directly_and_stays(void **state)
{
	struct aspan_output_file file;
	struct stat status;

	(void) state;
	write_file("/dev/null", "gone");
	assert_int_equal(stat("/dev/null", &status), 0);
	assert_true(S_ISCHR(status.st_mode));
	assert_int_equal(aspan_output_file_open(&file, "/dev/full"), 0);
	fputs("no room", file.stream);
	assert_int_equal(aspan_output_file_commit(&file), -ENOSPC);
}

static void a_directory_that_is_not_there_is_an_error(void **state)
{
	struct aspan_output_file file;

	(void) state;
	assert_int_equal(aspan_output_file_open(&file, "nowhere/report"), -ENOENT);
	assert_int_equal(aspan_output_file_open(&file, "."), -EISDIR);
	aspan_output_file_abandon(&file);
}

#define TEST(claim) cmocka_unit_test_setup_teardown(claim, enter_directory, leave_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_appears_when_it_is_whole),
		TEST(what_was_there_stays_if_writing_is_given_up),
		TEST(a_new_file_has_the_permissions_of_any_new_file),
		TEST(an_old_file_keeps_its_permissions),
		TEST(a_symbolic_link_stays_one),
		TEST(a_device_is_written_directly_and_stays),
		TEST(a_directory_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
