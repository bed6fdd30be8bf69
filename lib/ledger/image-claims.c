/* SPDX-License-Identifier: MIT */
/*
 * See image.h. Here: no structure is used twice, and all together are bounded.
 */
#include "image.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* A process can show any number of structures; a file only those that it holds. */
#define PROCESS_CLAIMS (UINT64_C(4) << 20)

static int spend(struct aspan_ledger_image *image, uint64_t size_bytes)
{
	if (size_bytes > image->budget_bytes) {
		return aspan_ledger_image_is_damaged(
			image, "its lists have no end, or hold more than the %s",
			image->pid ? "process can" : "file");
	}
	image->budget_bytes -= size_bytes;
	return 0;
}

static int add_claim(struct aspan_ledger_image *image, uint64_t address, uint64_t size_bytes)
{
	if (image->pid && image->claim_count == PROCESS_CLAIMS) {
		return spend(image, UINT64_MAX);
	}
	if (image->claim_count == image->claim_capacity) {
		size_t capacity = image->claim_capacity ? image->claim_capacity * 2 : 64;
		struct aspan_ledger_claim *claims =
			reallocarray(image->claims, capacity, sizeof(*claims));

		if (!claims) {
			return aspan_ledger_fail(image->error, -ENOMEM, image->name,
						 "out of memory while reading it");
		}
		image->claims = claims;
		image->claim_capacity = capacity;
	}
	image->claims[image->claim_count++] = (struct aspan_ledger_claim){ address, size_bytes };
	return 0;
}

int aspan_ledger_image_claim(struct aspan_ledger_image *image, uint64_t address,
			     uint64_t size_bytes, const char *what)
{
	uint64_t place;
	int result;

	if (address % 8 != 0) {
		return aspan_ledger_image_is_damaged(
			image, "the address 0x%" PRIx64 " of %s is no multiple of 8", address,
			what);
	}
	result = aspan_ledger_image_locate(image, address, size_bytes, what, &place);
	if (!result) {
		result = spend(image, size_bytes);
	}
	return result ? result : add_claim(image, address, size_bytes);
}

static int compare_claims(const void *left, const void *right)
{
	const struct aspan_ledger_claim *a = left, *b = right;

	return (a->address > b->address) - (a->address < b->address);
}

int aspan_ledger_image_check_claims(struct aspan_ledger_image *image)
{
	const struct aspan_ledger_claim *claims = image->claims;

	if (image->claim_count == 0) {
		return 0;
	}
	qsort(image->claims, image->claim_count, sizeof(*claims), compare_claims);
	for (size_t i = 1; i < image->claim_count; i++) {
		if (claims[i].address - claims[i - 1].address < claims[i - 1].size_bytes) {
			return aspan_ledger_image_is_damaged(
				image, "two structures overlap at 0x%" PRIx64, claims[i].address);
		}
	}
	return 0;
}

void aspan_ledger_image_drop_claims(struct aspan_ledger_image *image)
{
	for (size_t i = 0; i < image->claim_count; i++) {
		image->budget_bytes += image->claims[i].size_bytes;
	}
	image->claim_count = 0;
}

int aspan_ledger_image_take(struct aspan_ledger_image *image, uint64_t address, void *buffer,
			    size_t size_bytes, const char *what)
{
	int result = aspan_ledger_image_claim(image, address, size_bytes, what);

	return result ? result : aspan_ledger_image_read(image, address, buffer, size_bytes, what);
}

int aspan_ledger_image_share(struct aspan_ledger_image *image, uint64_t address, void *buffer,
			     size_t size_bytes, const char *what)
{
	int result = spend(image, size_bytes);

	return result ? result : aspan_ledger_image_read(image, address, buffer, size_bytes, what);
}
