/* SPDX-License-Identifier: MIT */
/*
 * See extents.h.
 */
#include "extents.h"

#include <errno.h>
#include <inttypes.h>

int aspan_ledger_fail_as_not_yet(struct aspan_ledger_image *image)
{
	return aspan_ledger_fail(image->error, -ENODATA, image->name,
				 "not yet a ledger: %s (expected the counts of a process); "
				 "nothing was counted in it",
				 image->pid ? "the process has not filled it" :
					      "its process ended before it was complete");
}

static int check_extent(struct aspan_ledger_image *image, const struct aspan_ledger_extent *extent)
{
	if (extent->size_bytes > UINT64_MAX - extent->address || extent->address % 8 != 0) {
		return aspan_ledger_image_is_damaged(
			image, "an extent at 0x%" PRIx64 " is at no address", extent->address);
	}
	if (extent->file_offset == ASPAN_LEDGER_NOT_IN_FILE) {
		return 0;
	}
	if (extent->file_offset > image->size_bytes ||
	    extent->size_bytes > image->size_bytes - extent->file_offset) {
		return aspan_ledger_image_is_damaged(
			image,
			"it is cut off: an extent ends behind the file (expected %" PRIu64
			" bytes at %" PRIu64 ")",
			extent->size_bytes, extent->file_offset);
	}
	return 0;
}

static bool do_overlap(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes)
{
	return a < b ? b - a < a_bytes : a - b < b_bytes;
}

static int check_against_others(struct aspan_ledger_image *image,
				const struct aspan_ledger_extent *extent)
{
	for (size_t i = 0; i < image->extent_count; i++) {
		const struct aspan_ledger_extent *other = &image->extents[i];
		bool are_in_file = extent->file_offset != ASPAN_LEDGER_NOT_IN_FILE &&
				   other->file_offset != ASPAN_LEDGER_NOT_IN_FILE;

		if (do_overlap(extent->address, extent->size_bytes, other->address,
			       other->size_bytes) ||
		    (are_in_file && do_overlap(extent->file_offset, extent->size_bytes,
					       other->file_offset, other->size_bytes))) {
			return aspan_ledger_image_is_damaged(
				image, "two extents overlap at 0x%" PRIx64, extent->address);
		}
	}
	return 0;
}

static int add_extents(struct aspan_ledger_image *image, const struct aspan_ledger_extent *extents,
		       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int result;

		/* Its place is there before it is. */
		if (extents[i].size_bytes == 0) {
			continue;
		}
		result = check_extent(image, &extents[i]);
		if (!result) {
			result = check_against_others(image, &extents[i]);
		}
		if (result) {
			return result;
		}
		image->extents[image->extent_count++] = extents[i];
	}
	return 0;
}

/* The table lies in the extent that it begins with, whose address the header tells. */
int aspan_ledger_extents_take(struct aspan_ledger_image *image,
			      const struct aspan_ledger_section *section, uint64_t begin)
{
	struct aspan_ledger_extent extents[ASPAN_LEDGER_EXTENT_COUNT];
	uint64_t address = section->address, size_bytes = section->size_bytes;
	int result;

	if (address == 0 || size_bytes == 0 || begin == 0) {
		return aspan_ledger_fail_as_not_yet(image);
	}
	if (size_bytes % sizeof(extents[0]) != 0 || size_bytes > sizeof(extents) ||
	    address < begin || address - begin > image->size_bytes) {
		return aspan_ledger_image_is_damaged(image, "its extents are not where it is");
	}
	result = aspan_ledger_image_read_at(image, address - begin, extents, size_bytes);
	if (result) {
		return result;
	}
	if (extents[0].address != begin || extents[0].file_offset != 0) {
		return aspan_ledger_image_is_damaged(image,
						     "its first extent does not begin the file");
	}
	result = add_extents(image, extents, size_bytes / sizeof(extents[0]));
	if (!result) {
		result = aspan_ledger_image_claim(image, address, size_bytes, "the extents");
	}
	return result == ASPAN_LEDGER_MISSING ?
		       aspan_ledger_image_is_damaged(image, "its extents are not in it") :
		       result;
}
