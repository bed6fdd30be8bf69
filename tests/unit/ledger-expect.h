/* SPDX-License-Identifier: MIT */
/*
 * What ledger_fill_usual() counted, as an account has to say it. After cmocka.h.
 */
#ifndef ASPAN_TEST_LEDGER_EXPECT_H
#define ASPAN_TEST_LEDGER_EXPECT_H

#include "account.h"

static inline void expect_counts(const struct aspan_account_counts *counts, uint64_t allocs,
				 uint64_t bytes, uint64_t frees, uint64_t free_bytes)
{
	assert_int_equal(counts->alloc_count, allocs);
	assert_int_equal(counts->alloc_bytes, bytes);
	assert_int_equal(counts->free_count, frees);
	assert_int_equal(counts->free_bytes, free_bytes);
}

static inline void expect_inherited(const struct aspan_account_counts *counts, uint64_t frees,
				    uint64_t bytes)
{
	assert_int_equal(counts->inherited_free_count, frees);
	assert_int_equal(counts->inherited_free_bytes, bytes);
}

/* Wherever its counts are now. */
static inline void expect_usual(const struct aspan_account *account)
{
	assert_int_equal(account->group_count, 3);
	assert_int_equal(account->groups[0].id, 7);
	assert_string_equal(account->groups[0].tags, ",group=parser,tenant=42,");
	expect_counts(&account->groups[0].counts, 18, 900, 6, 300);
	expect_inherited(&account->groups[0].counts, 3, 33);
	assert_int_equal(account->groups[1].id, 9);
	assert_string_equal(account->groups[1].tags, ",group=cache,");
	expect_counts(&account->groups[1].counts, 4, 64, 4, 64);
	assert_int_equal(account->groups[2].id, 11);
	assert_string_equal(account->groups[2].tags, ",group=far,");
	expect_counts(&account->groups[2].counts, 2, 20, 0, 0);
	expect_counts(&account->retired, 5, 50, 5, 50);
	assert_int_equal(account->retired_group_count, 2);
	expect_counts(&account->total, 29, 1034, 15, 414);
	expect_inherited(&account->total, 3, 33);
	assert_true(account->is_exact);
}

#endif
