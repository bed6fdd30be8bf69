/* SPDX-License-Identifier: MIT */
/*
 * Reads the ledger of a living process, which goes on meanwhile: walks it twice, looks whether anything moved, and if so
 * tries again. Structures that are gone when they are reached look like damage, so that is tried again, too.
 */
#include "reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "account-build.h"
#include "find-process.h"

#define ATTEMPTS 50
/* No attempt begins later: a process can make each as long as it likes. */
#define LAST_BEGIN_NS UINT64_C(5000000000)
#define FIRST_PAUSE_NS 50000
#define LONGEST_PAUSE_NS 5000000

static int walk_for(struct aspan_ledger_walk *walk, const struct aspan_ledger_sections *sections,
		    unsigned int what)
{
	int result = aspan_ledger_walk_groups(walk, sections->groups, what);

	if (!result && what) {
		result = aspan_ledger_walk_threads(walk, sections->threads, what);
	}
	if (!result) {
		result = aspan_ledger_image_check_claims(walk->image);
	}
	aspan_ledger_image_drop_claims(walk->image);
	return result;
}

/* Copies of the process's bytes, in which nothing is left out. */
static bool are_same(const void *now, const void *before, size_t size_bytes)
{
	return memcmp(now, before, size_bytes) == 0;
}

static int read_parts(struct aspan_ledger_parts *parts, struct aspan_ledger_walk *walk,
		      struct aspan_ledger_image *image, uint64_t header)
{
	int result = aspan_ledger_sections_read(&parts->sections, image, header);

	if (!result) {
		result = aspan_ledger_sections_take_process(&parts->sections, image,
							    &parts->process);
	}
	if (!result) {
		result = aspan_ledger_walk_init(walk, image, &parts->sections);
	}
	if (!result) {
		result = walk_for(walk, &parts->sections, ASPAN_LEDGER_WALK_FREES);
	}
	if (!result) {
		result = walk_for(walk, &parts->sections, ASPAN_LEDGER_WALK_ALLOCS);
	}
	/* Only now: what was not counted meanwhile is said. */
	return result ? result :
			aspan_ledger_sections_take_losses(&parts->sections, image, &parts->losses);
}

/* Whether groups, sections and TRANSFER are what they were before all that was read of them. 0, -EAGAIN, or an error. */
static int look_again(struct aspan_ledger_walk *walk, const struct aspan_ledger_sections *sections,
		      uint64_t header)
{
	struct aspan_ledger_header now;
	struct aspan_ledger_transfer transfer;
	int result = walk_for(walk, sections, 0);

	if (!result) {
		result = aspan_ledger_image_read(walk->image, header, &now, sizeof(now),
						 "the header");
	}
	if (!result) {
		result = aspan_ledger_image_read(walk->image, sections->transfer->address,
						 &transfer, sizeof(transfer), "TRANSFER");
	}
	if (!result && (walk->has_changed || !are_same(&now, &sections->header, sizeof(now)) ||
			!are_same(&transfer, &walk->transfer, sizeof(transfer)))) {
		return -EAGAIN;
	}
	return result;
}

/* The names of groups are read as the account is built: they may be those of others by then, so it is looked last. */
static int read_image(struct aspan_ledger_image *image, struct aspan_account **account)
{
	struct aspan_ledger_parts parts;
	struct aspan_ledger_walk walk = { .image = NULL };
	struct aspan_account *made = NULL;
	uint64_t header;
	int result = aspan_ledger_find(image, &header);

	if (!result) {
		result = read_parts(&parts, &walk, image, header);
	}
	if (!result) {
		result = aspan_account_build(&made, &walk, &parts);
	}
	if (!result) {
		result = look_again(&walk, &parts.sections, header);
	}
	aspan_ledger_walk_fini(&walk);
	if (result) {
		aspan_account_destroy(made);
		return result;
	}
	*account = made;
	return 0;
}

static int attempt(pid_t pid, const char *name, struct aspan_account **account,
		   struct aspan_ledger_error *error)
{
	struct aspan_ledger_image image;
	int result;

	aspan_ledger_image_open_process(&image, pid, name, error);
	result = read_image(&image, account);
	aspan_ledger_image_close(&image);
	return result;
}

static void pause_before(int number)
{
	long pause_ns = number < 7 ? (long) FIRST_PAUSE_NS << number : LONGEST_PAUSE_NS;
	struct timespec pause = { 0, pause_ns < LONGEST_PAUSE_NS ? pause_ns : LONGEST_PAUSE_NS };

	nanosleep(&pause, NULL);
}

static uint64_t read_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
}

static bool may_try_again(int result, int number, uint64_t begin_ns)
{
	return (result == -EAGAIN || result == -EINVAL) && number < ATTEMPTS &&
	       read_clock() - begin_ns < LAST_BEGIN_NS;
}

int aspan_ledger_read_process(pid_t pid, struct aspan_account **account,
			      struct aspan_ledger_error *error)
{
	uint64_t begin_ns = read_clock();
	char name[32];
	int result, number = 1;

	snprintf(name, sizeof(name), "process %d", (int) pid);
	result = attempt(pid, name, account, error);
	while (may_try_again(result, number, begin_ns)) {
		pause_before(number++);
		/* What an attempt saw while the process changed says nothing. */
		error->text[0] = '\0';
		result = attempt(pid, name, account, error);
	}
	if (result == -EAGAIN) {
		return aspan_ledger_fail(error, -EAGAIN, name,
					 "its groups and threads change faster than they can be "
					 "read (%d attempts); try again, or read its ledger file "
					 "after its end",
					 number);
	}
	return result;
}
