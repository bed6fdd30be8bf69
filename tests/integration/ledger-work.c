/* SPDX-License-Identifier: MIT */
/*
 * See ledger-work.h.
 */
#include "ledger-work.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BLOCKS 200
#define LARGEST 600

struct block {
	void *address;
	size_t bytes;
	unsigned int group;
	bool is_inherited;
};

struct account *account;
struct allocspan_token *tokens[ACCOUNT_GROUPS];
struct manner manner = { .largest = LARGEST };
_Atomic(struct account_process *) row;
_Atomic bool is_over;

__thread unsigned int number;
__thread volatile sig_atomic_t is_in_call;
static __thread uint64_t random_state;
static __thread struct block blocks[BLOCKS];

void seed_thread(uint64_t seed)
{
	random_state = seed;
}

uint32_t draw(uint32_t below)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t) (random_state >> 33) % below;
}

void note(struct account_sum *sum, size_t bytes)
{
	atomic_fetch_add(&sum->bytes, bytes);
	atomic_fetch_add(&sum->count, 1);
}

static void take_back(struct account_sum *sum, size_t bytes)
{
	atomic_fetch_sub(&sum->bytes, bytes);
	atomic_fetch_sub(&sum->count, 1);
}

/* The process may be another one when the call returns. */
static bool is_still(const struct account_process *its)
{
	return atomic_load(&row) == its;
}

static void allocate(struct block *block)
{
	struct account_process *its = atomic_load(&row);
	unsigned int group = draw(ACCOUNT_GROUPS);
	size_t bytes = draw(manner.largest);
	struct account_tally *tally = &its->tallies[number][group];
	struct allocspan_guard guard = allocspan_token_enter(tokens[group]);
	void *address;

	note(&tally->allocs_begun, bytes);
	is_in_call = 1;
	address = malloc(bytes);
	is_in_call = 0;
	if (!address) {
		take_back(&tally->allocs_begun, bytes);
	} else if (is_still(its)) {
		note(&tally->allocs_done, bytes);
		*block = (struct block){ address, bytes, group, false };
	}
	/* Else nobody knows whose it is, and it is never freed. */
	allocspan_guard_exit(&guard);
	if (address && manner.is_touching) {
		memset(address, 1, bytes);
	}
}

static void release(struct block *block)
{
	struct account_process *its = atomic_load(&row);
	struct account_tally *tally = &its->tallies[number][block->group];
	struct block old = *block;

	/* A handler that forks finds it gone. */
	block->address = NULL;
	note(old.is_inherited ? &tally->inherited_frees_begun : &tally->frees_begun, old.bytes);
	is_in_call = 1;
	free(old.address);
	is_in_call = 0;
	if (is_still(its)) {
		note(old.is_inherited ? &tally->inherited_frees_done : &tally->frees_done,
		     old.bytes);
	}
}

void work(uint32_t operations)
{
	for (uint32_t i = 0; i < operations && !atomic_load(&is_over); i++) {
		struct block *block = &blocks[draw(BLOCKS)];

		if (block->address && !manner.is_growing) {
			release(block);
		} else {
			allocate(block);
		}
	}
}

struct account_process *take_row(pid_t parent)
{
	uint64_t index = atomic_fetch_add(&account->process_count, 1);

	if (index >= ACCOUNT_PROCESSES) {
		_exit(3);
	}
	atomic_store(&account->processes[index].parent_pid, parent);
	return &account->processes[index];
}

void inherit_blocks(void)
{
	for (size_t i = 0; i < BLOCKS; i++) {
		blocks[i].is_inherited = true;
	}
}

static bool map_account(const char *path)
{
	int file = open(path, O_RDWR | O_CLOEXEC);

	account = file < 0 ?
			  MAP_FAILED :
			  mmap(NULL, sizeof(*account), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	return account != MAP_FAILED;
}

bool begin(const char *path, uint64_t seed)
{
	struct account_process *its;

	if (!map_account(path)) {
		return false;
	}
	its = take_row(0);
	atomic_store(&its->pid, getpid());
	atomic_store(&row, its);
	seed_thread(seed * 2 + 1);
	for (unsigned int i = 0; i < ACCOUNT_GROUPS; i++) {
		tokens[i] = allocspan_token_register(account_group_name(i), NULL, 0);
	}
	return true;
}
