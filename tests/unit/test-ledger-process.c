/* SPDX-License-Identifier: MIT */
/*
 * The ledger of a living process is found from outside, wherever the process is, and read while it goes on: whatever happens
 * between any two reads, the counts are those of calls that were made.
 *
 * TEST_LEDGER_LIBRARY is the file of a library with liballocspan's name and its symbol.
 */
#include "ledger-child.h"
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "ledger-expect.h"

/* Called before each read of the child's memory; --wrap. */
static void (*before_read)(void);
static bool has_no_vm_readv;

ssize_t __real_process_vm_readv(pid_t pid, const struct iovec *to, unsigned long to_count,
				const struct iovec *from, unsigned long from_count,
				unsigned long flags);
ssize_t __wrap_process_vm_readv(pid_t pid, const struct iovec *to, unsigned long to_count,
				const struct iovec *from, unsigned long from_count,
				unsigned long flags);

ssize_t __wrap_process_vm_readv(pid_t pid, const struct iovec *to, unsigned long to_count,
				const struct iovec *from, unsigned long from_count,
				unsigned long flags)
{
	if (has_no_vm_readv) {
		errno = ENOSYS;
		return -1;
	}
	if (before_read) {
		before_read();
	}
	return __real_process_vm_readv(pid, to, to_count, from, from_count, flags);
}

static int read_child(const struct ledger_child *child, struct aspan_account **account,
		      struct aspan_ledger_error *error)
{
	*account = NULL;
	error->text[0] = '\0';
	return aspan_ledger_read_process(child->pid, account, error);
}

static void expect_usual_of(const struct ledger_child *child)
{
	struct aspan_ledger_error error;
	struct aspan_account *account;
	int result = read_child(child, &account, &error);

	assert_string_equal(error.text, "");
	assert_int_equal(result, 0);
	expect_usual(account);
	aspan_account_destroy(account);
}

static void expect_refusal_of(pid_t pid, int code, const char *problem)
{
	struct aspan_ledger_error error = { "" };
	struct aspan_account *account = NULL;
	char text[512];
	int result = aspan_ledger_read_process(pid, &account, &error);

	snprintf(text, sizeof(text), "process %d: %s", (int) pid, problem);
	assert_string_equal(error.text, text);
	assert_int_equal(result, code);
	assert_null(account);
}

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

static bool may_open_mappings(void)
{
	char path[128], line[256];
	unsigned long begin, end;
	FILE *maps = fopen("/proc/self/maps", "r");
	bool is_allowed = false;
	int file;

	if (maps && fgets(line, sizeof(line), maps) && sscanf(line, "%lx-%lx", &begin, &end) == 2) {
		snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx", begin, end);
		file = open(path, O_RDONLY);
		is_allowed = file >= 0;
		close(file);
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

/*
 * What may happen between two reads, in phases from 0 on (-1 is before all): each is done by the parent in its own ledger, which is
 * then copied into the child. It knows the usual ledger, of which thread 1 is the first of the list, and thread 0 the next one.
 */
static struct ledger_maker going;
static struct ledger_child going_child;
static struct aspan_ledger_thread *threads[2];
static void (*going_step)(int phase);
static int going_reads, first_phase_at, gap;

#define PHASES 3

static struct aspan_ledger_counts *counts_of(int thread, uint32_t slot)
{
	return ledger_at(&going, ledger_counts_address(&going, threads[thread], slot));
}

/* A block that one thread allocates and the other frees. */
static void allocate_and_free(int phase)
{
	if (phase == 0) {
		ledger_count(counts_of(0, 70), 1, 8, 0, 0);
		ledger_count(counts_of(1, 70), 0, 0, 1, 8);
	}
}

static struct aspan_ledger_plain_counts plain_of(const struct aspan_ledger_counts *counts)
{
	return (struct aspan_ledger_plain_counts){ counts->alloc_count,
						   counts->alloc_bytes,
						   counts->free_count,
						   counts->free_bytes,
						   0,
						   0 };
}

static void begin_move(struct aspan_ledger_counts *counts, uint32_t slot)
{
	struct aspan_ledger_group *group = ledger_group(&going, slot);

	going.transfer->before = plain_of(&group->ended);
	going.transfer->moved = plain_of(counts);
	going.transfer->slot = slot;
	going.transfer->counters = (uint64_t) (uintptr_t) counts;
	going.transfer->kind = ASPAN_LEDGER_TRANSFER_THREAD;
	group->generation++;
	ledger_count(&group->ended, counts->alloc_count, counts->alloc_bytes, 0, 0);
}

static void end_move(struct aspan_ledger_counts *counts, uint32_t slot)
{
	struct aspan_ledger_group *group = ledger_group(&going, slot);

	ledger_count(&group->ended, 0, 0, counts->free_count, counts->free_bytes);
	memset(counts, 0, sizeof(*counts));
	group->generation++;
	going.transfer->kind = ASPAN_LEDGER_TRANSFER_NONE;
}

static void move_at_once(uint32_t slot)
{
	begin_move(counts_of(1, slot), slot);
	end_move(counts_of(1, slot), slot);
}

/* Its counts move to the groups, then it leaves the list, and then others use its memory. */
static void end_thread(int phase)
{
	struct aspan_ledger_section *list = ledger_section(&going, ASPAN_LEDGER_THREADS);

	if (phase == 0) {
		begin_move(counts_of(1, 1), 1);
	} else if (phase == 1) {
		end_move(counts_of(1, 1), 1);
		begin_move(counts_of(1, 2), 2);
	} else if (phase == 2) {
		end_move(counts_of(1, 2), 2);
		move_at_once(70);
		list->generation++;
		list->address = threads[1]->next;
		list->generation++;
		memset(ledger_at(&going, threads[1]->table), 0xee,
		       sizeof(struct aspan_ledger_table));
		memset(threads[1], 0xee, sizeof(*threads[1]));
	}
}

/* A thread whose counts were moved before leaves the list; its memory is free, and then another thread's, first of the list again. */
static void reuse_thread(int phase)
{
	struct aspan_ledger_section *list = ledger_section(&going, ASPAN_LEDGER_THREADS);

	if (phase < 0) {
		move_at_once(1);
		move_at_once(2);
		move_at_once(70);
	} else if (phase == 0) {
		list->generation++;
		list->address = threads[1]->next;
		list->generation++;
		threads[1]->next = 0;
	} else if (phase == 1) {
		threads[1]->next = list->address;
		list->address = (uint64_t) (uintptr_t) threads[1];
	}
}

/* Group 9, of which nothing lives. */
static void reclaim_group(int phase)
{
	struct aspan_ledger_group *group = ledger_group(&going, 2);

	if (phase == 0) {
		going.transfer->before = going.transfer->retired;
		going.transfer->moved = (struct aspan_ledger_plain_counts){ 4, 64, 4, 64, 0, 0 };
		going.transfer->slot = 2;
		going.transfer->kind = ASPAN_LEDGER_TRANSFER_GROUP;
		group->generation++;
		going.transfer->retired.alloc_count += 4;
		memset(counts_of(0, 2), 0, sizeof(struct aspan_ledger_counts));
	} else if (phase == 1) {
		going.transfer->retired =
			(struct aspan_ledger_plain_counts){ 9, 114, 9, 114, 0, 0 };
		going.transfer->retired_groups++;
		memset(counts_of(1, 2), 0, sizeof(struct aspan_ledger_counts));
		group->id = 0;
		going.transfer->kind = ASPAN_LEDGER_TRANSFER_NONE;
		/* Its name's memory is another group's. */
		memcpy(ledger_at(&going, group->tags), ",group=other,", 14);
	} else if (phase == 2) {
		group->generation++;
	}
}

/* In the slot of group 9, as soon as that is gone. */
static void reuse_slot(int phase)
{
	struct aspan_ledger_group *group = ledger_group(&going, 2);

	if (phase == 0) {
		reclaim_group(0);
		reclaim_group(1);
		group->id = 20;
	} else if (phase == 1) {
		group->generation++;
	} else if (phase == 2) {
		ledger_count(counts_of(0, 2), 1, 8, 0, 0);
		ledger_count(counts_of(1, 2), 0, 0, 1, 8);
	}
}

static void step_before_read(void)
{
	int phase = going_reads - first_phase_at;

	if (phase >= 0 && phase % gap == 0 && phase / gap < PHASES) {
		going_step(phase / gap);
		ledger_child_poke(&going_child, going.bytes, LEDGER_PART_BYTES);
	}
	going_reads++;
}

static void expect_possible(const struct aspan_account *account)
{
	assert_true(account->is_exact);
	for (size_t i = 0; i < account->group_count; i++) {
		const struct aspan_account_counts *counts = &account->groups[i].counts;

		assert_true(counts->free_count <= counts->alloc_count);
		assert_true(counts->free_bytes <= counts->alloc_bytes);
		if (account->groups[i].id == 9) {
			assert_string_equal(account->groups[i].tags, ",group=cache,");
		}
	}
}

/* No call is missing that was made before, none is counted twice; the block of the step may be there or not. */
static void expect_usual_total(const struct aspan_account *account, uint64_t new_blocks)
{
	const struct aspan_account_counts *total = &account->total;
	uint64_t allocs = total->alloc_count - 29, frees = total->free_count - 15;

	assert_true(allocs <= new_blocks && frees <= allocs);
	expect_counts(total, 29 + allocs, 1034 + 8 * allocs, 15 + frees, 414 + 8 * frees);
	expect_inherited(total, 3, 33);
}

/* Reads a child in which the phases come before these reads. False once the last came after all reads. */
static bool read_with_step(void (*step)(int), int at, int reads_between, uint64_t new_blocks)
{
	struct aspan_ledger_error error;
	struct aspan_account *account;
	int result;

	ledger_init_real(&going);
	ledger_fill_usual(&going);
	threads[1] = ledger_at(&going, ledger_section(&going, ASPAN_LEDGER_THREADS)->address);
	threads[0] = ledger_at(&going, threads[1]->next);
	step(-1);
	going_child = (struct ledger_child){ TEST_LEDGER_LIBRARY, &going, NULL, NULL, 0 };
	assert_true(ledger_child_begin(&going_child));
	going_step = step;
	going_reads = 0;
	first_phase_at = at;
	gap = reads_between;
	before_read = step_before_read;
	result = read_child(&going_child, &account, &error);
	before_read = NULL;
	ledger_child_end(&going_child);
	ledger_fini(&going);
	assert_string_equal(error.text, "");
	assert_int_equal(result, 0);
	expect_possible(account);
	expect_usual_total(account, new_blocks);
	aspan_account_destroy(account);
	return going_reads > at;
}

static void read_with_step_anywhere(void (*step)(int), uint64_t new_blocks)
{
	static const int gaps[] = { 1, 4, 17 };

	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		int at = 0;

		while (read_with_step(step, at, gaps[i], new_blocks)) {
			at++;
		}
		/* Each structure is read twice or more. */
		assert_true(at > 30);
	}
}

static void reads_no_free_without_its_allocation(void **state)
{
	(void) state;
	read_with_step_anywhere(allocate_and_free, 1);
}

static void reads_on_while_a_thread_ends(void **state)
{
	(void) state;
	read_with_step_anywhere(end_thread, 0);
}

static void reads_on_while_a_threads_memory_is_used_again(void **state)
{
	(void) state;
	read_with_step_anywhere(reuse_thread, 0);
}

static void reads_on_while_a_group_is_reclaimed(void **state)
{
	(void) state;
	read_with_step_anywhere(reclaim_group, 0);
}

static void reads_on_while_a_slot_gets_another_group(void **state)
{
	(void) state;
	read_with_step_anywhere(reuse_slot, 1);
}

static void step_before_each_read(void)
{
	going.transfer->retired_groups++;
	ledger_child_poke(&going_child, going.bytes, LEDGER_PART_BYTES);
}

static void gives_up_on_a_process_that_never_rests(void **state)
{
	(void) state;
	ledger_init_real(&going);
	ledger_fill_usual(&going);
	going_child = (struct ledger_child){ TEST_LEDGER_LIBRARY, &going, NULL, NULL, 0 };
	assert_true(ledger_child_begin(&going_child));
	before_read = step_before_each_read;
	expect_refusal_of(
		going_child.pid, -EAGAIN,
		"its groups and threads change faster than they can be read (50 attempts); "
		"try again, or read its ledger file after its end");
	before_read = NULL;
	ledger_child_end(&going_child);
	ledger_fini(&going);
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
		cmocka_unit_test(reads_no_free_without_its_allocation),
		cmocka_unit_test(reads_on_while_a_thread_ends),
		cmocka_unit_test(reads_on_while_a_threads_memory_is_used_again),
		cmocka_unit_test(reads_on_while_a_group_is_reclaimed),
		cmocka_unit_test(reads_on_while_a_slot_gets_another_group),
		cmocka_unit_test(gives_up_on_a_process_that_never_rests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
