/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer driver of the reader of ledgers: no file crashes it or makes it read elsewhere, what it says adds up, and what it
 * refuses it refuses with one line.
 *
 * An input that begins as a ledger does is a file. Any other is a shape, and changes to a ledger of it, so that short inputs
 * reach what lies behind the header.
 */
#include "ledger-shapes.h"
#include "reader.h"
#include "waiting.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool is_so)
{
	if (!is_so) {
		abort();
	}
}

static void add(struct aspan_account_counts *sum, const struct aspan_account_counts *counts)
{
	sum->alloc_count += counts->alloc_count;
	sum->alloc_bytes += counts->alloc_bytes;
	sum->free_count += counts->free_count;
	sum->free_bytes += counts->free_bytes;
	sum->inherited_free_count += counts->inherited_free_count;
	sum->inherited_free_bytes += counts->inherited_free_bytes;
}

static bool are_same(const struct aspan_account_counts *a, const struct aspan_account_counts *b)
{
	return a->alloc_count == b->alloc_count && a->alloc_bytes == b->alloc_bytes &&
	       a->free_count == b->free_count && a->free_bytes == b->free_bytes &&
	       a->inherited_free_count == b->inherited_free_count &&
	       a->inherited_free_bytes == b->inherited_free_bytes;
}

static void check_group(const struct aspan_account *account,
			const struct aspan_account_group *group)
{
	size_t length = strlen(group->tags);

	expect(group->id != 0);
	expect(length == 0 ? !account->is_exact :
			     group->tags[0] == ',' && group->tags[length - 1] == ',');
	expect(!account->is_exact || account->has_deep_fork ||
	       group->counts.free_count <= group->counts.alloc_count);
}

static void check_account(const struct aspan_account *account)
{
	struct aspan_account_counts sum = account->retired;

	expect(account->vpid > 0);
	expect(strlen(account->exe) <= ASPAN_LEDGER_EXE_BYTES);
	expect(account->is_closed || account->end_how == 0);
	expect(!account->is_exact || account->losses.uncounted == 0);
	for (size_t i = 0; i < account->group_count; i++) {
		check_group(account, &account->groups[i]);
		add(&sum, &account->groups[i].counts);
	}
	expect(are_same(&sum, &account->total));
}

/* What waits is used as it is: each record has a group that is there, and times do not go back. */
static int check_waiting(void *data, const struct aspan_waiting_process *process,
			 const struct aspan_waiting_thread *thread)
{
	uint64_t last_ns = 0;

	(void) data;
	expect(process->vpid > 0);
	expect(thread->encoded_count || thread->record_count);
	expect(memchr(thread->encoded_records, 'x', thread->encoded_records_bytes) !=
	       thread->encoded_records + thread->encoded_records_bytes);
	for (size_t i = 0; i < thread->record_count; i++) {
		const struct aspan_waiting_record *record = &thread->records[i];

		expect(record->group < thread->group_count &&
		       record->current_group <= thread->group_count);
		expect(record->time_ns >= last_ns);
		expect(strlen(thread->groups[record->group].tags) < 20000);
		last_ns = record->time_ns;
	}
	return 0;
}

static void read_bytes(const void *bytes, size_t size_bytes)
{
	static int file = -1;
	struct aspan_ledger_error error = { "" };
	struct aspan_account *account = NULL;

	if (file < 0) {
		file = ledger_open_bytes("", 0);
	}
	expect(ftruncate(file, 0) == 0);
	expect(pwrite(file, bytes, size_bytes, 0) == (ssize_t) size_bytes);
	if (aspan_ledger_read_waiting_fd(file, "ledger", check_waiting, NULL, &error)) {
		expect(strncmp(error.text, "ledger: ", 8) == 0 && !strchr(error.text, '\n'));
	}
	if (aspan_ledger_read_fd(file, "ledger", &account, &error)) {
		expect(!account && strncmp(error.text, "ledger: ", 8) == 0 &&
		       !strchr(error.text, '\n'));
		return;
	}
	check_account(account);
	aspan_account_destroy(account);
}

/* One change, of a word of the file; `value` may be another word's place. */
struct change {
	uint8_t kind;
	uint16_t place, value;
	int8_t small;
} __attribute__((packed));

static void apply(struct ledger_maker *maker, const struct change *change)
{
	uint64_t *words = (uint64_t *) maker->bytes;
	size_t count = maker->used / sizeof(*words);
	uint64_t *word = &words[change->place % count];

	switch (change->kind % 8) {
	case 0:
		*word = change->value;
		break;
	case 1:
		*word = (uint64_t) (int64_t) change->small;
		break;
	case 2:
		*word += (uint64_t) (int64_t) change->small;
		break;
	case 3:
		*word = words[change->value % count];
		break;
	case 4:
		*word ^= UINT64_C(1) << (change->value % 64);
		break;
	case 5:
		*word = LEDGER_FIRST_ADDRESS + change->value % count * sizeof(*words);
		break;
	case 6:
		*word = LEDGER_FIRST_ADDRESS + LEDGER_NEXT_ADDRESS + change->value;
		break;
	default:
		maker->used -= change->small == 0 ? change->value % maker->used : 0;
	}
}

static void read_recipe(const uint8_t *data, size_t size)
{
	struct ledger_maker maker;
	struct change change;

	ledger_make_shape(&maker, (enum ledger_shape)(data[0] % LEDGER_SHAPES));
	for (size_t i = 1; i + sizeof(change) <= size && maker.used >= 8; i += sizeof(change)) {
		memcpy(&change, data + i, sizeof(change));
		apply(&maker, &change);
	}
	read_bytes(maker.bytes, maker.used);
	ledger_fini(&maker);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || data[0] == ASPAN_LEDGER_MAGIC[0]) {
		read_bytes(data, size);
	} else {
		read_recipe(data, size);
	}
	return 0;
}
