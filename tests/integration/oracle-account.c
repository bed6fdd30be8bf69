/* SPDX-License-Identifier: MIT */
/*
 * What each group should have counted; see oracle.h.
 *
 * Accounts are found by the group's id, which is never used again: one table for the whole run.
 */
#include "oracle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define GROUPS_MAX ((uint64_t) 1 << 24)
#define TEXT_BYTES 40

struct span_sums span_sums;

static struct account *accounts;
static _Atomic uint64_t last_id = ALLOCSPAN_ROOT_GROUP_ID;

void account_start(void)
{
	void *memory = mmap(NULL, GROUPS_MAX * sizeof(*accounts), PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	EXPECT(memory != MAP_FAILED);
	accounts = memory;
	account_of(ALLOCSPAN_ROOT_GROUP_ID)->traits = GROUP_FOREIGN;
}

struct account *account_of(uint64_t group_id)
{
	EXPECT(group_id > 0 && group_id < GROUPS_MAX);
	return &accounts[group_id];
}

uint64_t account_last_id(void)
{
	return last_id;
}

/* What the number says: the name, and one tag, with a character that is escaped in some. */
static void describe(uint32_t number, char *name, char *value)
{
	snprintf(name, TEXT_BYTES, "group %u", number);
	snprintf(value, TEXT_BYTES, number % 3 ? "%u" : "a,b=%u\\", number);
}

static void note_id(uint64_t group_id)
{
	uint64_t before = last_id;

	while (before < group_id && !atomic_compare_exchange_weak(&last_id, &before, group_id)) {
	}
}

static struct allocspan_token *
make(uint32_t number, uint32_t traits,
     struct allocspan_token *(*how)(const char *, const struct allocspan_tag *, size_t))
{
	char name[TEXT_BYTES], value[TEXT_BYTES];
	struct allocspan_tag tag = { "number", value };
	struct allocspan_token *token;
	struct account *account;

	describe(number, name, value);
	token = how(name, &tag, 1);
	EXPECT(token != NULL);
	note_id(allocspan_token_id(token));
	account = account_of(allocspan_token_id(token));
	__atomic_store_n(&account->number, number, __ATOMIC_RELAXED);
	atomic_fetch_or(&account->traits, traits);
	EXPECT(strcmp(allocspan_token_name(token), name) == 0);
	return token;
}

struct allocspan_token *account_register(uint32_t number, uint32_t traits)
{
	return make(number, traits, allocspan_token_register);
}

struct allocspan_token *account_intern(uint32_t number)
{
	return make(number, 0, allocspan_token_intern);
}

void account_check_view(const struct allocspan_group *group)
{
	char name[TEXT_BYTES], value[TEXT_BYTES];

	if (group->id == ALLOCSPAN_ROOT_GROUP_ID) {
		EXPECT(strcmp(group->name, "root") == 0 && group->tag_count == 0);
		return;
	}
	describe(__atomic_load_n(&account_of(group->id)->number, __ATOMIC_RELAXED), name, value);
	EXPECT(strcmp(group->name, name) == 0);
	EXPECT_EQUAL(group->tag_count, 1);
	EXPECT(strcmp(group->tags[0].key, "number") == 0);
	EXPECT(strcmp(group->tags[0].value, value) == 0);
}

static void count_alloc(struct count *count, size_t size)
{
	count->alloc_count++;
	count->alloc_bytes += size;
}

static void count_free(struct count *count, size_t size)
{
	count->free_count++;
	count->free_bytes += size;
}

void account_alloc(uint64_t group_id, size_t size, bool is_hidden)
{
	if (group_id) {
		count_alloc(&account_of(group_id)->own, size);
		if (is_hidden) {
			count_alloc(&account_of(group_id)->hidden, size);
		}
		if (this_worker) {
			this_worker->fiber->totals.alloc_count++;
			this_worker->fiber->totals.alloc_bytes += size;
		}
	}
}

void account_free(uint64_t group_id, size_t size, bool is_hidden)
{
	if (group_id) {
		count_free(&account_of(group_id)->own, size);
		if (is_hidden) {
			count_free(&account_of(group_id)->hidden, size);
		}
		if (this_worker) {
			this_worker->fiber->totals.free_count++;
			this_worker->fiber->totals.free_bytes += size;
		}
	}
}

static bool is_foreign(const struct account *account)
{
	return account->traits & GROUP_FOREIGN;
}

void account_compare(const struct allocspan_token *token)
{
	const struct account *account = account_of(allocspan_token_id(token));
	struct allocspan_stats stats;

	EXPECT_EQUAL(allocspan_token_stats(token, &stats), 0);
	EXPECT_EQUAL(stats.live_blocks, stats.alloc_count - stats.free_count);
	EXPECT_EQUAL(stats.live_bytes, stats.alloc_bytes - stats.free_bytes);
	if (is_foreign(account)) {
		EXPECT(stats.alloc_count >= account->own.alloc_count);
		EXPECT(stats.alloc_bytes >= account->own.alloc_bytes);
		EXPECT(stats.free_count >= account->own.free_count);
		EXPECT(stats.free_bytes >= account->own.free_bytes);
		return;
	}
	EXPECT_EQUAL(stats.alloc_count, account->own.alloc_count);
	EXPECT_EQUAL(stats.alloc_bytes, account->own.alloc_bytes);
	EXPECT_EQUAL(stats.free_count, account->own.free_count);
	EXPECT_EQUAL(stats.free_bytes, account->own.free_bytes);
}

static void compare_seen(const struct account *account)
{
	EXPECT_EQUAL(account->seen.alloc_count,
		     account->own.alloc_count - account->hidden.alloc_count);
	EXPECT_EQUAL(account->seen.alloc_bytes,
		     account->own.alloc_bytes - account->hidden.alloc_bytes);
	EXPECT_EQUAL(account->seen.free_count,
		     account->own.free_count - account->hidden.free_count);
	EXPECT_EQUAL(account->seen.free_bytes,
		     account->own.free_bytes - account->hidden.free_bytes);
}

void account_compare_all(bool is_over)
{
	static uint64_t first_id = ALLOCSPAN_ROOT_GROUP_ID + 1;

	for (uint64_t id = first_id; id <= last_id; id++) {
		const struct account *account = account_of(id);

		if (is_foreign(account)) {
			continue;
		}
		if (oracle.mode == MODE_TRACKER || oracle.mode == MODE_REENTERED) {
			compare_seen(account);
		}
		if (is_over) {
			EXPECT_EQUAL(account->own.alloc_count, account->own.free_count);
			EXPECT_EQUAL(account->own.alloc_bytes, account->own.free_bytes);
		}
	}
	if (is_over) {
		first_id = last_id + 1;
	}
	EXPECT_EQUAL(allocspan_missed_count(), 0);
	EXPECT_EQUAL(allocspan_misuse_count(), span_sums.misuses);
}

static void write_count(FILE *file, const struct count *count)
{
	fprintf(file, " %llu %llu %llu %llu", (unsigned long long) count->alloc_count,
		(unsigned long long) count->alloc_bytes, (unsigned long long) count->free_count,
		(unsigned long long) count->free_bytes);
}

void account_write(const char *path)
{
	FILE *file = fopen(path, "w");

	EXPECT(file != NULL);
	fprintf(file, "spans %llu %llu", (unsigned long long) span_sums.enters,
		(unsigned long long) span_sums.exits);
	write_count(file, &span_sums.inside);
	fprintf(file, "\nmisuses %llu\n", (unsigned long long) span_sums.misuses);
	for (uint64_t id = ALLOCSPAN_ROOT_GROUP_ID; id <= last_id; id++) {
		const struct account *account = account_of(id);

		fprintf(file, "group %llu %u %s", (unsigned long long) id, account->number,
			is_foreign(account) ? "foreign" : "exact");
		write_count(file, &account->own);
		fputc('\n', file);
	}
	EXPECT(fclose(file) == 0);
}
