/* SPDX-License-Identifier: MIT */
/*
 * The ledger of a living process is found and read from outside, wherever the process is.
 *
 * TEST_LEDGER_LIBRARY is the file of a library with liballocspan's name and its symbol.
 */
#include "ledger-reading.h"

#include <fcntl.h>
#include <sys/stat.h>

static void reads_a_living_process(void **state)
{
	struct ledger_maker maker;
	struct ledger_child child = { TEST_LEDGER_LIBRARY, &maker, NULL, NULL, 0 };

	(void) state;
	ledger_init_real(&maker);
	ledger_fill_usual(&maker);
	assert_true(ledger_child_begin(&child));
	expect_usual_of(&child);
	ledger_child_end(&child);
	ledger_fini(&maker);
}

static void reads_memory_as_a_file_where_there_is_no_other_way(void **state)
{
	struct ledger_maker maker;
	struct ledger_child child = { TEST_LEDGER_LIBRARY, &maker, NULL, NULL, 0 };

	(void) state;
	ledger_init_real(&maker);
	ledger_fill_usual(&maker);
	assert_true(ledger_child_begin(&child));
	has_no_vm_readv = true;
	expect_usual_of(&child);
	has_no_vm_readv = false;
	ledger_child_end(&child);
	ledger_fini(&maker);
}

/* As a thread that is stopped in the middle. */
static void reads_a_process_in_the_middle_of_a_transfer(void **state)
{
	struct ledger_maker maker;
	struct ledger_child child = { TEST_LEDGER_LIBRARY, &maker, NULL, NULL, 0 };
	struct aspan_ledger_group *group;
	struct aspan_ledger_thread *thread;

	(void) state;
	ledger_init_real(&maker);
	ledger_fill_usual(&maker);
	group = ledger_group(&maker, 1);
	thread = ledger_at(&maker, ledger_section(&maker, ASPAN_LEDGER_THREADS)->address);
	maker.transfer->slot = 1;
	maker.transfer->counters = ledger_counts_address(&maker, thread, 1);
	maker.transfer->before = (struct aspan_ledger_plain_counts){ 10, 500, 1, 50, 0, 0 };
	maker.transfer->moved = (struct aspan_ledger_plain_counts){ 3, 150, 0, 0, 0, 0 };
	maker.transfer->kind = ASPAN_LEDGER_TRANSFER_THREAD;
	group->generation++;
	group->ended.alloc_count += 3;
	assert_true(ledger_child_begin(&child));
	expect_usual_of(&child);
	ledger_child_end(&child);
	ledger_fini(&maker);
}

static void tells_a_process_without_the_library(void **state)
{
	struct ledger_child child = { NULL, NULL, NULL, NULL, 0 };

	(void) state;
	assert_true(ledger_child_begin(&child));
	expect_refusal_of(
		child.pid, -ENODATA,
		"does not run under allocspan (expected liballocspan.so among what it has "
		"loaded); start it with `allocspan record`");
	ledger_child_end(&child);
	expect_refusal_of(child.pid, -ESRCH, "there is no such process");
}

static void tells_a_process_that_has_not_counted_yet(void **state)
{
	struct ledger_child child = { TEST_LEDGER_LIBRARY, NULL, NULL, NULL, 0 };

	(void) state;
	assert_true(ledger_child_begin(&child));
	expect_refusal_of(child.pid, -ENODATA,
			  "has no ledger yet: nothing was counted (expected one after the first "
			  "allocation in a group)");
	ledger_child_end(&child);
}

/* Shared with children. */
static _Atomic pid_t *copied_pid;

/* A copy that no handler of fork() hears of. */
static void copy_itself(void)
{
	pid_t copy = (pid_t) syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (copy == 0) {
		pause();
	}
	*copied_pid = copy;
}

static void tells_a_copy_that_has_only_its_parents_ledger(void **state)
{
	struct ledger_maker maker;
	struct ledger_child child = { TEST_LEDGER_LIBRARY, &maker, NULL, copy_itself, 0 };
	char problem[256];

	(void) state;
	copied_pid = mmap(NULL, sizeof(*copied_pid), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ledger_init_real(&maker);
	ledger_fill_usual(&maker);
	assert_true(ledger_child_begin(&child));
	snprintf(problem, sizeof(problem),
		 "has no ledger of its own: what it holds is that of process %d, of which it is a "
		 "copy made without fork() (it gets one when it counts)",
		 (int) child.pid);
	expect_refusal_of(*copied_pid, -ENODATA, problem);
	expect_usual_of(&child);
	kill(*copied_pid, SIGKILL);
	ledger_child_end(&child);
	ledger_fini(&maker);
	munmap(copied_pid, sizeof(*copied_pid));
}

/* Its own children are then in another PID namespace, where the first is process 1. */
static void tells_own_pid_in_a_namespace(void **state)
{
	struct ledger_maker maker;
	struct ledger_child child = { TEST_LEDGER_LIBRARY, &maker, NULL, NULL, 0 };
	pid_t outer;
	int status, ends[2];
	char byte;

	(void) state;
	ledger_init_real(&maker);
	ledger_fill_usual(&maker);
	copied_pid = mmap(NULL, sizeof(*copied_pid), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_int_equal(pipe(ends), 0);
	outer = fork();
	if (outer == 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWPID)) {
			_exit(77);
		}
		child.pid = fork();
		if (child.pid == 0) {
			ledger_child_run(&child, ends[1]);
		}
		*copied_pid = child.pid;
		waitpid(child.pid, NULL, 0);
		_exit(0);
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1) {
		waitpid(outer, &status, 0);
		assert_int_equal(WEXITSTATUS(status), 77);
		print_message("no PID namespace can be made here\n");
		skip();
	}
	/* It may be ready before its parent knows its number. */
	while (!*copied_pid) {
		sched_yield();
	}
	child.pid = *copied_pid;
	expect_usual_of(&child);
	kill(child.pid, SIGKILL);
	waitpid(outer, NULL, 0);
	close(ends[0]);
	ledger_fini(&maker);
	munmap(copied_pid, sizeof(*copied_pid));
}

static void copy_library(const char *path)
{
	int from = open(TEST_LEDGER_LIBRARY, O_RDONLY), to = open(path, O_WRONLY | O_CREAT, 0700);
	char bytes[4096];
	ssize_t length;

	if (from < 0 || to < 0) {
		_exit(1);
	}
	while ((length = read(from, bytes, sizeof(bytes))) > 0) {
		if (write(to, bytes, (size_t) length) != length) {
			_exit(1);
		}
	}
	close(from);
	close(to);
}

static char library_folder[] = "/tmp/test-ledger-XXXXXX";
static char library_path[64];

static void make_library_folder(void)
{
	strcpy(library_folder + strlen(library_folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(library_folder));
	snprintf(library_path, sizeof(library_path), "%s/liballocspan.so.0.1", library_folder);
}

static bool write_line(const char *path, const char *line)
{
	int file = open(path, O_WRONLY);
	bool is_written = file >= 0 && write(file, line, strlen(line)) == (ssize_t) strlen(line);

	close(file);
	return is_written;
}

/* As the user that it is: a file needs an owner that is known. */
static bool enter_user_namespace(void)
{
	char users[32], groups[32];

	snprintf(users, sizeof(users), "%d %d 1", (int) geteuid(), (int) geteuid());
	snprintf(groups, sizeof(groups), "%d %d 1", (int) getegid(), (int) getegid());
	return !unshare(CLONE_NEWUSER | CLONE_NEWNS) && write_line("/proc/self/uid_map", users) &&
	       write_line("/proc/self/setgroups", "deny") &&
	       write_line("/proc/self/gid_map", groups);
}

static void mount_a_folder_of_its_own(void)
{
	if ((unshare(CLONE_NEWNS) && !enter_user_namespace()) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", library_folder, "tmpfs", 0, NULL)) {
		_exit(77);
	}
	copy_library(library_path);
}

static void finds_the_library_of_a_container(void **state)
{
	struct ledger_maker maker;
	struct ledger_child child = { library_path, &maker, mount_a_folder_of_its_own, NULL, 0 };

	(void) state;
	make_library_folder();
	ledger_init_real(&maker);
	ledger_fill_usual(&maker);
	if (ledger_child_begin(&child)) {
		assert_int_equal(access(library_path, F_OK), -1);
		expect_usual_of(&child);
		ledger_child_end(&child);
		rmdir(library_folder);
		ledger_fini(&maker);
	} else {
		rmdir(library_folder);
		ledger_child_end(&child);
		ledger_fini(&maker);
		print_message("no mount namespace can be made here\n");
		skip();
	}
}

static void load_a_copy(void)
{
	copy_library(library_path);
}

static void delete_the_copy(void)
{
	unlink(library_path);
}

static bool may_open(unsigned long begin, unsigned long end)
{
	char path[128];
	int file;

	snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx", begin, end);
	file = open(path, O_RDONLY);
	if (file >= 0) {
		close(file);
	}
	return file >= 0;
}

/* Of a mapping of a file: others have no such entry, and a sanitizer's may come first. */
static bool may_open_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	bool is_allowed = false;
	unsigned long begin, end;
	char line[512];

	while (maps && !is_allowed && fgets(line, sizeof(line), maps)) {
		is_allowed = strchr(line, '/') && sscanf(line, "%lx-%lx", &begin, &end) == 2 &&
			     may_open(begin, end);
	}
	fclose(maps);
	return is_allowed;
}

static void finds_a_library_that_was_deleted(void **state)
{
	struct ledger_maker maker;
	struct ledger_child child = { library_path, &maker, load_a_copy, delete_the_copy, 0 };
	char problem[256];

	(void) state;
	make_library_folder();
	ledger_init_real(&maker);
	ledger_fill_usual(&maker);
	assert_true(ledger_child_begin(&child));
	if (may_open_mappings()) {
		expect_usual_of(&child);
	} else {
		snprintf(
			problem, sizeof(problem),
			"no ledger is found in the %s that it has loaded (expected the symbol "
			"allocspan_ledger): another version, or its file was replaced; try as root",
			library_path);
		expect_refusal_of(child.pid, -ENODATA, problem);
	}
	ledger_child_end(&child);
	rmdir(library_folder);
	ledger_fini(&maker);
}

/* Another file now has its name. */
static void replace_the_copy(void)
{
	unlink(library_path);
	copy_library(library_path);
	if (truncate(library_path, 4096)) {
		_exit(1);
	}
}

static void reads_no_other_file_of_that_name(void **state)
{
	struct ledger_maker maker;
	struct ledger_child child = { library_path, &maker, load_a_copy, replace_the_copy, 0 };
	struct aspan_ledger_error error;
	struct aspan_account *account;

	(void) state;
	make_library_folder();
	ledger_init_real(&maker);
	ledger_fill_usual(&maker);
	assert_true(ledger_child_begin(&child));
	if (may_open_mappings()) {
		expect_usual_of(&child);
	} else {
		assert_int_equal(read_child(&child, &account, &error), -ENODATA);
	}
	ledger_child_end(&child);
	unlink(library_path);
	rmdir(library_folder);
	ledger_fini(&maker);
}

static void tells_that_it_may_not(void **state)
{
	struct aspan_ledger_error error = { "" };
	struct aspan_account *account = NULL;
	pid_t reader = fork();
	int status;

	(void) state;
	if (reader == 0) {
		/* Of a process of another user: the test's own, or process 1. */
		pid_t pid = getuid() == 0 ? getppid() : 1;

		if (getuid() == 0 && setresuid(65534, 65534, 65534)) {
			_exit(2);
		}
		_exit(aspan_ledger_read_process(pid, &account, &error) == -EACCES &&
				      strstr(error.text,
					     ": its memory may not be read (expected the "
					     "rights of a debugger: the same user and "
					     "ptrace_scope 0, or root)") ?
			      0 :
			      1);
	}
	waitpid(reader, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void tells_an_address_that_is_none(void **state)
{
	struct ledger_maker maker;
	struct ledger_child child = { TEST_LEDGER_LIBRARY, &maker, NULL, NULL, 0 };

	(void) state;
	ledger_init_real(&maker);
	ledger_fill_usual(&maker);
	ledger_add_thread(&maker)->table = 8;
	assert_true(ledger_child_begin(&child));
	expect_refusal_of(
		child.pid, -EINVAL,
		"damaged ledger: a thread's table at 0x8 is no memory of the process; its "
		"counts cannot be used");
	ledger_child_end(&child);
	ledger_fini(&maker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_living_process),
		cmocka_unit_test(reads_memory_as_a_file_where_there_is_no_other_way),
		cmocka_unit_test(reads_a_process_in_the_middle_of_a_transfer),
		cmocka_unit_test(tells_a_process_without_the_library),
		cmocka_unit_test(tells_a_process_that_has_not_counted_yet),
		cmocka_unit_test(tells_a_copy_that_has_only_its_parents_ledger),
		cmocka_unit_test(tells_own_pid_in_a_namespace),
		cmocka_unit_test(finds_the_library_of_a_container),
		cmocka_unit_test(finds_a_library_that_was_deleted),
		cmocka_unit_test(reads_no_other_file_of_that_name),
		cmocka_unit_test(tells_that_it_may_not),
		cmocka_unit_test(tells_an_address_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
