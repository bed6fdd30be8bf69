/* SPDX-License-Identifier: MIT */
/*
 * What is no ledger, or a damaged one, is refused with one line that says why, and nothing else happens.
 */
#include "ledger-support.h"
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cmocka.h>

#define DAMAGED(what) "test.ledger: damaged ledger: " what "; its counts cannot be used"
#define NOT_YET                                                                                    \
	"test.ledger: not yet a ledger: its process ended before it was complete (expected the "   \
	"counts of a process); nothing was counted in it"
#define NO_LEDGER                                                                                  \
	"test.ledger: not a ledger (expected a file that a process under allocspan left in its "   \
	"ledger folder)"

static void expect_refusal_of_bytes(const void *bytes, size_t size_bytes, int code,
				    const char *text)
{
	struct aspan_ledger_error error = { "" };
	struct aspan_account *account = NULL;
	int file = ledger_open_bytes(bytes, size_bytes);
	int result = aspan_ledger_read_fd(file, "test.ledger", &account, &error);

	close(file);
	assert_string_equal(error.text, text);
	assert_int_equal(result, code);
	assert_null(account);
}

/* Also frees it. */
static void expect_refusal(struct ledger_maker *maker, int code, const char *text)
{
	expect_refusal_of_bytes(maker->bytes, ledger_file_bytes(maker), code, text);
	ledger_fini(maker);
}

/* The same, of a text with an address in it. */
static void expect_refusal_at(struct ledger_maker *maker, uint64_t address, const char *before,
			      const char *behind)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "test.ledger: damaged ledger: %s0x%llx%s; its counts cannot be used", before,
		 (unsigned long long) address, behind);
	expect_refusal(maker, -EINVAL, text);
}

static void refuses_a_ledger_that_is_not_yet_one(void **state)
{
	static const unsigned char zeros[4096];
	struct ledger_maker maker;

	(void) state;
	expect_refusal_of_bytes(zeros, 0, -ENODATA, NOT_YET);
	expect_refusal_of_bytes(zeros, 100, -ENODATA, NOT_YET);
	expect_refusal_of_bytes(zeros, sizeof(zeros), -ENODATA, NOT_YET);
	ledger_init(&maker);
	maker.header->state = 0;
	expect_refusal(&maker, -ENODATA, NOT_YET);
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_EXTENTS)->address = 0;
	expect_refusal(&maker, -ENODATA, NOT_YET);
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_EXTENTS)->size_bytes = 0;
	expect_refusal(&maker, -ENODATA, NOT_YET);
	ledger_init(&maker);
	maker.header->address = 0;
	expect_refusal(&maker, -ENODATA, NOT_YET);
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_PROCESS)->address = 0;
	expect_refusal(&maker, -ENODATA, NOT_YET);
}

static void refuses_a_ledger_without_one_of_its_sections(void **state)
{
	(void) state;
	for (uint32_t type = ASPAN_LEDGER_EXTENTS; type <= ASPAN_LEDGER_TRANSFER; type++) {
		struct ledger_maker maker;

		ledger_init(&maker);
		ledger_section(&maker, type)->type = 0;
		expect_refusal(&maker, -ENODATA, NOT_YET);
	}
}

static void refuses_what_is_no_ledger(void **state)
{
	struct ledger_maker maker;

	(void) state;
	expect_refusal_of_bytes("hello\n", 6, -EINVAL, NO_LEDGER);
	ledger_init(&maker);
	maker.header->magic[7] = 'X';
	expect_refusal(&maker, -EINVAL, NO_LEDGER);
}

static void refuses_a_header_that_is_cut_off(void **state)
{
	struct ledger_maker maker;

	(void) state;
	ledger_init(&maker);
	expect_refusal_of_bytes(maker.bytes, sizeof(*maker.header) - 1, -EINVAL,
				DAMAGED("its header is cut off"));
	ledger_fini(&maker);
}

static void refuses_ledgers_of_others(void **state)
{
	struct ledger_maker maker;

	(void) state;
	ledger_init(&maker);
	maker.header->byte_order = 0x04030201;
	/* Of which nothing can be read. */
	maker.header->version = 0x0100;
	expect_refusal(&maker, -ENOTSUP,
		       "test.ledger: a ledger of a machine with another byte order; read it on a "
		       "machine of its kind");
	ledger_init(&maker);
	maker.header->version = 2;
	maker.header->word_bytes = 4;
	maker.header->header_bytes = 100000;
	expect_refusal(&maker, -ENOTSUP,
		       "test.ledger: a ledger of version 2; this allocspan reads 1: use the "
		       "allocspan that the process ran under");
	ledger_init(&maker);
	maker.header->word_bytes = 4;
	expect_refusal(
		&maker, -ENOTSUP,
		"test.ledger: a ledger of a process with words of 4 bytes (expected 8); read "
		"it on a machine of its kind");
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_GROUPS)->version = 3;
	expect_refusal(&maker, -ENOTSUP,
		       "test.ledger: its section GROUPS has version 3; this allocspan reads 1: use "
		       "the allocspan that the process ran under");
}

static void refuses_a_damaged_header(void **state)
{
	struct ledger_maker maker;

	(void) state;
	ledger_init(&maker);
	maker.header->byte_order = 0x01020305;
	expect_refusal(&maker, -EINVAL, DAMAGED("its byte order is none"));
	ledger_init(&maker);
	maker.header->header_bytes = 64;
	expect_refusal(&maker, -EINVAL, DAMAGED("its header has 64 bytes (expected 576)"));
	ledger_init(&maker);
	maker.header->section_count = 17;
	expect_refusal(&maker, -EINVAL, DAMAGED("its header has 17 sections (expected 16)"));
	ledger_init(&maker);
	maker.header->state = 4;
	expect_refusal(&maker, -EINVAL, DAMAGED("its state is 4 (expected 1 to 3)"));
	ledger_init(&maker);
	maker.header->sections[8] = maker.header->sections[ASPAN_LEDGER_LOSSES];
	expect_refusal(&maker, -EINVAL, DAMAGED("it has two sections LOSSES"));
}

static void refuses_sections_of_another_size(void **state)
{
	struct ledger_maker maker;

	(void) state;
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_PROCESS)->size_bytes--;
	expect_refusal(&maker, -EINVAL,
		       DAMAGED("its section PROCESS has 303 bytes (expected 304)"));
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_TRANSFER)->size_bytes = UINT64_MAX;
	expect_refusal(
		&maker, -EINVAL,
		DAMAGED("its section TRANSFER has 18446744073709551615 bytes (expected 168)"));
}

static void refuses_sections_out_of_the_image(void **state)
{
	struct ledger_maker maker;

	(void) state;
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_LOSSES)->address = 4096;
	expect_refusal(&maker, -EINVAL, DAMAGED("its section LOSSES is not in it"));
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_LOSSES)->address =
		LEDGER_FIRST_ADDRESS + LEDGER_PART_BYTES - 8;
	expect_refusal(&maker, -EINVAL,
		       DAMAGED("LOSSES at 0x7f0000007ff8 reaches out of the image"));
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_LOSSES)->address++;
	expect_refusal_at(&maker, ledger_section(&maker, ASPAN_LEDGER_LOSSES)->address,
			  "the address ", " of LOSSES is no multiple of 8");
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_GROUPS)->size_bytes = UINT64_MAX;
	expect_refusal_at(&maker, ledger_section(&maker, ASPAN_LEDGER_GROUPS)->address,
			  "the directory of groups at ", " reaches out of the image");
}

static void refuses_impossible_extents(void **state)
{
	static const char elsewhere[] = DAMAGED("its extents are not where it is");
	static const char not_first[] = DAMAGED("its first extent does not begin the file");
	struct ledger_maker maker;

	(void) state;
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_EXTENTS)->address = LEDGER_FIRST_ADDRESS - 8;
	expect_refusal(&maker, -EINVAL, elsewhere);
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_EXTENTS)->address = UINT64_MAX - 7;
	expect_refusal(&maker, -EINVAL, elsewhere);
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_EXTENTS)->size_bytes++;
	expect_refusal(&maker, -EINVAL, elsewhere);
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_EXTENTS)->size_bytes =
		(ASPAN_LEDGER_EXTENT_COUNT + 1) * sizeof(*maker.extents);
	expect_refusal(&maker, -EINVAL, elsewhere);
	ledger_init(&maker);
	maker.header->address += 8;
	expect_refusal(&maker, -EINVAL, not_first);
	ledger_init(&maker);
	maker.extents[0].file_offset = 8;
	expect_refusal(&maker, -EINVAL, not_first);
	ledger_init(&maker);
	ledger_begin_part(&maker, true);
	maker.extents[1].size_bytes = UINT64_MAX;
	expect_refusal(&maker, -EINVAL, DAMAGED("an extent at 0x7f0010000000 is at no address"));
	ledger_init(&maker);
	ledger_begin_part(&maker, true);
	maker.extents[1].address++;
	expect_refusal(&maker, -EINVAL, DAMAGED("an extent at 0x7f0010000001 is at no address"));
}

static void refuses_extents_that_overlap(void **state)
{
	struct ledger_maker maker;

	(void) state;
	ledger_init(&maker);
	ledger_begin_part(&maker, true);
	maker.extents[1].address = LEDGER_FIRST_ADDRESS + LEDGER_PART_BYTES - 8;
	expect_refusal(&maker, -EINVAL, DAMAGED("two extents overlap at 0x7f0000007ff8"));
	ledger_init(&maker);
	ledger_begin_part(&maker, true);
	maker.extents[1].file_offset = LEDGER_PART_BYTES - 8;
	expect_refusal(&maker, -EINVAL, DAMAGED("two extents overlap at 0x7f0010000000"));
	ledger_init(&maker);
	ledger_begin_part(&maker, false);
	maker.extents[1].address = LEDGER_FIRST_ADDRESS - 8;
	expect_refusal(&maker, -EINVAL, DAMAGED("two extents overlap at 0x7efffffffff8"));
}

static void refuses_a_file_that_is_cut_off(void **state)
{
	struct ledger_maker maker;

	(void) state;
	ledger_init(&maker);
	ledger_begin_part(&maker, true);
	expect_refusal_of_bytes(maker.bytes, ledger_file_bytes(&maker) - 1, -EINVAL,
				DAMAGED("it is cut off: an extent ends behind the file (expected "
					"32768 bytes at 32768)"));
	maker.extents[1].file_offset = UINT64_MAX - 1;
	expect_refusal(
		&maker, -EINVAL,
		DAMAGED("it is cut off: an extent ends behind the file (expected 32768 bytes "
			"at 18446744073709551614)"));
}

static void refuses_a_process_that_is_none(void **state)
{
	struct ledger_maker maker;

	(void) state;
	ledger_init(&maker);
	maker.process->vpid = 0;
	expect_refusal(&maker, -EINVAL, DAMAGED("its process id is 0"));
	ledger_init(&maker);
	maker.process->vpid = INT32_MIN;
	expect_refusal(&maker, -EINVAL, DAMAGED("its process id is -2147483648"));
}

static void refuses_tags_that_are_none(void **state)
{
	static const char none[] = DAMAGED("the tags of group 5 are none");
	struct aspan_ledger_group *group;
	struct ledger_maker maker;

	(void) state;
	for (int wrong = 0; wrong < 6; wrong++) {
		ledger_init(&maker);
		group = ledger_add_group(&maker, 0, 5, ",group=a,key=value,");
		ledger_count(&group->ended, 1, 8, 0, 0);
		switch (wrong) {
		case 0: /* not terminated where it says */
			group->tags_bytes -= 4;
			break;
		case 1: /* terminated before */
			*(char *) ledger_at(&maker, group->tags + 9) = '\0';
			break;
		case 2:
			group->tags_bytes = 0;
			break;
		case 3:
			*(char *) ledger_at(&maker, group->tags) = 'g';
			break;
		case 4:
			*(char *) ledger_at(&maker, group->tags + group->tags_bytes - 1) = 'e';
			break;
		default: /* a single comma */
			strcpy(ledger_at(&maker, group->tags), ",");
			group->tags_bytes = 1;
		}
		expect_refusal(&maker, -EINVAL, none);
	}
	ledger_init(&maker);
	group = ledger_add_group(&maker, 0, 5, ",group=a,");
	ledger_count(&group->ended, 1, 8, 0, 0);
	group->tags_bytes = UINT64_MAX;
	expect_refusal(&maker, -EINVAL,
		       DAMAGED("the tags of group 5 have 18446744073709551615 bytes"));
	ledger_init(&maker);
	group = ledger_add_group(&maker, 0, 5, ",group=a,");
	ledger_count(&group->ended, 1, 8, 0, 0);
	group->tags = LEDGER_FIRST_ADDRESS + LEDGER_PART_BYTES - 4;
	expect_refusal(&maker, -EINVAL,
		       DAMAGED("a string of tags at 0x7f0000007ffc reaches out of the image"));
}

static void refuses_lists_without_end(void **state)
{
	static const char endless[] = DAMAGED("its list of threads has no end");

	(void) state;
	for (int length = 1; length < 10; length++) {
		for (int target = 0; target < length; target++) {
			struct aspan_ledger_thread *threads[10];
			uint64_t addresses[10];
			struct ledger_maker maker;

			ledger_init(&maker);
			for (int i = 0; i < length; i++) {
				threads[i] = ledger_add_thread(&maker);
				addresses[i] =
					ledger_section(&maker, ASPAN_LEDGER_THREADS)->address;
			}
			threads[0]->next = addresses[target];
			expect_refusal(&maker, -EINVAL, endless);
		}
	}
}

/* Each would be counted twice. */
static void refuses_structures_that_overlap(void **state)
{
	struct aspan_ledger_thread *thread;
	struct ledger_maker maker;

	(void) state;
	ledger_init(&maker);
	ledger_fill_usual(&maker);
	maker.directory[2] = maker.directory[0];
	expect_refusal_at(&maker, maker.directory[0], "two structures overlap at ", "");
	ledger_init(&maker);
	thread = ledger_add_thread(&maker);
	ledger_count_in_thread(&maker, thread, 0, 1, 8, 0, 0);
	*ledger_leaf_address(&maker, ledger_add_thread(&maker), 64) =
		*ledger_leaf_address(&maker, thread, 0) + 2040;
	expect_refusal_at(&maker, *ledger_leaf_address(&maker, thread, 0) + 2040,
			  "two structures overlap at ", "");
	ledger_init(&maker);
	thread = ledger_add_thread(&maker);
	ledger_add_thread(&maker)->table = thread->table;
	expect_refusal_at(&maker, thread->table, "two structures overlap at ", "");
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_THREADS)->address =
		ledger_section(&maker, ASPAN_LEDGER_PROCESS)->address;
	maker.process->vpid = 8;
	expect_refusal_at(&maker, ledger_section(&maker, ASPAN_LEDGER_PROCESS)->address,
			  "two structures overlap at ", "");
}

static void refuses_a_table_out_of_the_image(void **state)
{
	struct ledger_maker maker;
	struct aspan_ledger_table *table;
	uint64_t table_address;

	(void) state;
	ledger_init(&maker);
	table_address = ledger_add_thread(&maker)->table;
	table = ledger_at(&maker, table_address);
	table->leaf_count = UINT32_MAX;
	expect_refusal_at(&maker, table_address, "a thread's table at ",
			  " reaches out of the image");
}

static void refuses_addresses_between_words(void **state)
{
	struct ledger_maker maker;

	(void) state;
	ledger_init(&maker);
	maker.directory[0] = LEDGER_FIRST_ADDRESS + 4;
	expect_refusal(
		&maker, -EINVAL,
		DAMAGED("the address 0x7f0000000004 of a segment of groups is no multiple of 8"));
	ledger_init(&maker);
	ledger_add_thread(&maker)->next = 1;
	expect_refusal(&maker, -EINVAL, DAMAGED("the address 0x1 of a thread is no multiple of 8"));
}

static void refuses_a_transfer_that_is_none(void **state)
{
	struct aspan_ledger_thread *thread;
	struct ledger_maker maker;

	(void) state;
	ledger_init(&maker);
	maker.transfer->kind = 3;
	expect_refusal(&maker, -EINVAL, DAMAGED("its section TRANSFER is of kind 3"));
	ledger_init(&maker);
	thread = ledger_add_thread(&maker);
	maker.transfer->counters = ledger_counts_address(&maker, thread, 5);
	maker.transfer->slot = 6;
	maker.transfer->kind = ASPAN_LEDGER_TRANSFER_THREAD;
	expect_refusal(&maker, -EINVAL, DAMAGED("its section TRANSFER moves slot 6 from slot 5"));
}

static void refuses_counts_without_bound(void **state)
{
	struct ledger_maker maker;

	(void) state;
	ledger_init(&maker);
	ledger_count(&ledger_add_group(&maker, 0, 5, ",group=a,")->ended, UINT64_MAX, 8, 0, 0);
	ledger_count(&ledger_add_group(&maker, 1, 6, ",group=b,")->ended, 1, 8, 0, 0);
	expect_refusal(&maker, -EINVAL,
		       DAMAGED("its counts add up to more than any process counts"));
}

static void expect_refusal_of_path(const char *path, int code, const char *text)
{
	struct aspan_ledger_error error = { "" };
	struct aspan_account *account = NULL;

	assert_int_equal(aspan_ledger_read_file(path, &account, &error), code);
	assert_string_equal(error.text, text);
	assert_null(account);
}

static void refuses_what_is_no_regular_file(void **state)
{
	const struct sockaddr_un address = { AF_UNIX, "socket" };
	char folder[] = "/tmp/test-ledger-XXXXXX";
	int sock = socket(AF_UNIX, SOCK_STREAM, 0);

	(void) state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(symlink("pipe", "link"), 0);
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_int_equal(bind(sock, (const struct sockaddr *) &address, sizeof(address)), 0);
	expect_refusal_of_path("folder", -EISDIR,
			       "folder: is a directory (expected a ledger file)");
	expect_refusal_of_path("pipe", -EINVAL, "pipe: is a pipe (expected a ledger file)");
	expect_refusal_of_path("link", -ELOOP, "link: is a symbolic link (expected a ledger file)");
	expect_refusal_of_path("socket", -EINVAL,
			       "socket: is a socket or device (expected a ledger file)");
	expect_refusal_of_path("/dev/zero", -EINVAL,
			       "/dev/zero: is a device (expected a ledger file)");
	expect_refusal_of_path("no\nfile", -ENOENT,
			       "no?file: cannot open it: No such file or directory");
	close(sock);
	unlink("pipe");
	unlink("link");
	unlink("socket");
	rmdir("folder");
	assert_int_equal(chdir("/"), 0);
	rmdir(folder);
}

static void shows_the_end_of_a_long_path(void **state)
{
	char path[PATH_MAX];
	struct aspan_ledger_error error = { "" };
	struct aspan_account *account = NULL;

	(void) state;
	memset(path, '/', sizeof(path) - 1);
	strcpy(path + sizeof(path) - 6, "/none");
	assert_int_equal(aspan_ledger_read_file(path, &account, &error), -ENOENT);
	assert_int_equal(strlen(error.text),
			 255 + strlen(": cannot open it: No such file or directory"));
	assert_non_null(strstr(error.text, "/none: cannot open it: No such file or directory"));
}

/* Made by hand as large as files get; what is stored of it is a few pages. */
static int open_with_holes(const struct ledger_maker *maker, uint64_t size_bytes)
{
	int file = ledger_open_bytes(maker->bytes, ledger_file_bytes(maker));

	assert_int_equal(ftruncate(file, (off_t) size_bytes), 0);
	return file;
}

static void expect_bounded_refusal(const struct ledger_maker *maker, uint64_t size_bytes)
{
	const struct rlimit small = { UINT64_C(1) << 30, RLIM_INFINITY };
	struct aspan_ledger_error error = { "" };
	struct aspan_account *account = NULL;
	int file = open_with_holes(maker, size_bytes);
	struct rlimit saved;
	int result;

	assert_int_equal(getrlimit(RLIMIT_AS, &saved), 0);
	assert_int_equal(setrlimit(RLIMIT_AS, &small), 0);
	result = aspan_ledger_read_fd(file, "test.ledger", &account, &error);
	assert_int_equal(setrlimit(RLIMIT_AS, &saved), 0);
	assert_string_equal(error.text,
			    DAMAGED("its lists have no end, or hold more than the file"));
	assert_int_equal(result, -EINVAL);
	close(file);
}

static void is_bounded_by_what_a_file_with_holes_stores(void **state)
{
	const uint64_t size_bytes = UINT64_C(1) << 40;
	struct aspan_ledger_section *groups;
	struct ledger_maker maker;

	(void) state;
	ledger_init(&maker);
	ledger_begin_part(&maker, true);
	maker.extents[1].size_bytes = size_bytes - LEDGER_PART_BYTES;
	groups = ledger_section(&maker, ASPAN_LEDGER_GROUPS);
	groups->address = maker.addresses[1];
	groups->size_bytes = maker.extents[1].size_bytes;
	expect_bounded_refusal(&maker, size_bytes);
	ledger_fini(&maker);
}

/* Reads of the library go through here: --wrap. After so many, the file loses all but its header. */
static int reads_before_shrinking = -1;

ssize_t __real_pread(int file, void *buffer, size_t size_bytes, off_t offset);
ssize_t __wrap_pread(int file, void *buffer, size_t size_bytes, off_t offset);

ssize_t __wrap_pread(int file, void *buffer, size_t size_bytes, off_t offset)
{
	if (reads_before_shrinking-- == 0) {
		assert_int_equal(ftruncate(file, sizeof(struct aspan_ledger_header)), 0);
	}
	return __real_pread(file, buffer, size_bytes, offset);
}

static int read_shrinking(const struct ledger_maker *maker, int reads,
			  struct aspan_ledger_error *error)
{
	struct aspan_account *account = NULL;
	int file = ledger_open_bytes(maker->bytes, ledger_file_bytes(maker));
	int result;

	reads_before_shrinking = reads;
	result = aspan_ledger_read_fd(file, "test.ledger", &account, error);
	aspan_account_destroy(account);
	close(file);
	return result;
}

/* Whenever it does. */
static void refuses_a_file_that_shrinks_while_it_is_read(void **state)
{
	struct aspan_ledger_error error = { "" };
	struct ledger_maker maker;
	int reads = 1;

	(void) state;
	ledger_init(&maker);
	ledger_fill_usual(&maker);
	while (read_shrinking(&maker, reads, &error)) {
		assert_non_null(strstr(error.text,
				       "test.ledger: damaged ledger: it is cut off, or was made "
				       "shorter while it was read (expected "));
		reads++;
	}
	/* Header, extents, three sections; directory, two segments; two threads, tables in two parts, three leaves; three names. */
	assert_int_equal(reads, 5 + 3 + 9 + 3);
	reads_before_shrinking = -1;
	ledger_fini(&maker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_a_ledger_that_is_not_yet_one),
		cmocka_unit_test(refuses_a_ledger_without_one_of_its_sections),
		cmocka_unit_test(refuses_what_is_no_ledger),
		cmocka_unit_test(refuses_a_header_that_is_cut_off),
		cmocka_unit_test(refuses_ledgers_of_others),
		cmocka_unit_test(refuses_a_damaged_header),
		cmocka_unit_test(refuses_sections_of_another_size),
		cmocka_unit_test(refuses_sections_out_of_the_image),
		cmocka_unit_test(refuses_impossible_extents),
		cmocka_unit_test(refuses_extents_that_overlap),
		cmocka_unit_test(refuses_a_file_that_is_cut_off),
		cmocka_unit_test(refuses_a_process_that_is_none),
		cmocka_unit_test(refuses_tags_that_are_none),
		cmocka_unit_test(refuses_lists_without_end),
		cmocka_unit_test(refuses_structures_that_overlap),
		cmocka_unit_test(refuses_a_table_out_of_the_image),
		cmocka_unit_test(refuses_addresses_between_words),
		cmocka_unit_test(refuses_a_transfer_that_is_none),
		cmocka_unit_test(refuses_counts_without_bound),
		cmocka_unit_test(refuses_what_is_no_regular_file),
		cmocka_unit_test(shows_the_end_of_a_long_path),
		cmocka_unit_test(is_bounded_by_what_a_file_with_holes_stores),
		cmocka_unit_test(refuses_a_file_that_shrinks_while_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
