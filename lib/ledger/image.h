/* SPDX-License-Identifier: MIT */
/*
 * Where a ledger's bytes come from: a file, through its extents, or the memory of a living process.
 *
 * Every address comes from the ledger, so each is checked here and nowhere else: a structure lies in one extent, on a
 * multiple of 8; no two structures overlap, so that lists end and nothing is counted twice; and all together are not more than
 * the file really holds. Files are read, never mapped: one that shrinks is an error, not a signal.
 */
#ifndef ASPAN_LEDGER_IMAGE_H
#define ASPAN_LEDGER_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "layout.h"
#include "ledger-error.h"

/* What a read returns for an address that is not in the file. */
#define ASPAN_LEDGER_MISSING 1

struct aspan_ledger_claim {
	uint64_t address;
	uint64_t size_bytes;
};

struct aspan_ledger_image {
	const char *name; /* for errors; borrowed */
	struct aspan_ledger_error *error; /* borrowed */
	int file; /* the ledger, borrowed; or the process's memory, own; -1: none */
	pid_t pid; /* of a living process; 0: this is a file */
	uint64_t size_bytes; /* of the file */
	struct aspan_ledger_extent extents[ASPAN_LEDGER_EXTENT_COUNT];
	size_t extent_count;
	uint64_t budget_bytes; /* how much more may be claimed */
	bool has_missing; /* something was not in the file */
	struct aspan_ledger_claim *claims;
	size_t claim_count, claim_capacity;
};

/* Of an open regular file. 0 or negative errno. */
int aspan_ledger_image_open_file(struct aspan_ledger_image *image, int file, const char *name,
				 struct aspan_ledger_error *error);

/* Of a living process. */
void aspan_ledger_image_open_process(struct aspan_ledger_image *image, pid_t pid, const char *name,
				     struct aspan_ledger_error *error);

void aspan_ledger_image_close(struct aspan_ledger_image *image);

/* Reads a file at an offset, without extents: its header, and the extents themselves. 0 or negative errno. */
int aspan_ledger_image_read_at(struct aspan_ledger_image *image, uint64_t offset, void *buffer,
			       size_t size_bytes);

/*
 * Where the bytes are: an offset in the file, or the address in the process. 0, ASPAN_LEDGER_MISSING, or negative errno where
 * they reach out of the image.
 */
int aspan_ledger_image_locate(struct aspan_ledger_image *image, uint64_t address,
			      uint64_t size_bytes, const char *what, uint64_t *place);

/*
 * Says that a structure is there, and is used once; `what` is its name in an error. 0, ASPAN_LEDGER_MISSING, or negative
 * errno. Once all are claimed, aspan_ledger_image_check_claims() tells whether any two overlap.
 */
int aspan_ledger_image_claim(struct aspan_ledger_image *image, uint64_t address,
			     uint64_t size_bytes, const char *what);

int aspan_ledger_image_check_claims(struct aspan_ledger_image *image);

/* Forgets the claims: the image is read once more. */
void aspan_ledger_image_drop_claims(struct aspan_ledger_image *image);

/* Reads what was claimed, or a part of it. */
int aspan_ledger_image_read(struct aspan_ledger_image *image, uint64_t address, void *buffer,
			    size_t size_bytes, const char *what);

/* Claims and reads. */
int aspan_ledger_image_take(struct aspan_ledger_image *image, uint64_t address, void *buffer,
			    size_t size_bytes, const char *what);

/* Reads what others may use, too, and what need not be aligned: strings. */
int aspan_ledger_image_share(struct aspan_ledger_image *image, uint64_t address, void *buffer,
			     size_t size_bytes, const char *what);

/* Sets the error to `NAME: damaged ledger: what ...`, and returns -EINVAL. */
__attribute__((format(printf, 2, 3))) int
aspan_ledger_image_is_damaged(struct aspan_ledger_image *image, const char *what, ...);

#endif
