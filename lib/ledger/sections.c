/* SPDX-License-Identifier: MIT */
/*
 * See sections.h.
 */
#include "sections.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "extents.h"

static const char *const section_names[] = {
	[ASPAN_LEDGER_EXTENTS] = "EXTENTS", [ASPAN_LEDGER_PROCESS] = "PROCESS",
	[ASPAN_LEDGER_LOSSES] = "LOSSES",   [ASPAN_LEDGER_GROUPS] = "GROUPS",
	[ASPAN_LEDGER_THREADS] = "THREADS", [ASPAN_LEDGER_TRANSFER] = "TRANSFER",
	[ASPAN_LEDGER_RINGS] = "RINGS",	    [ASPAN_LEDGER_CLOCK] = "CLOCK",
};

#define KNOWN_TYPES (sizeof(section_names) / sizeof(section_names[0]))
#define SECTION_VERSION 1
/* Up to this type they are needed; later ones may be missing. */
#define LAST_NEEDED_TYPE ASPAN_LEDGER_TRANSFER

static bool is_all_zero(const void *bytes, size_t size_bytes)
{
	const unsigned char *byte = bytes;

	for (size_t i = 0; i < size_bytes; i++) {
		if (byte[i]) {
			return false;
		}
	}
	return true;
}

/* What another machine or another version wrote. */
static int check_kind(struct aspan_ledger_image *image, const struct aspan_ledger_header *header)
{
	const char *name = image->name;

	if (memcmp(header->magic, ASPAN_LEDGER_MAGIC, sizeof(header->magic)) != 0) {
		/* It is written last: its process was killed before. */
		return is_all_zero(header->magic, sizeof(header->magic)) ?
			       aspan_ledger_fail_as_not_yet(image) :
			       aspan_ledger_fail(image->error, -EINVAL, name,
						 "not a ledger (expected a file that a process "
						 "under allocspan left in its ledger folder)");
	}
	if (header->byte_order == __builtin_bswap32(ASPAN_LEDGER_BYTE_ORDER)) {
		return aspan_ledger_fail(image->error, -ENOTSUP, name,
					 "a ledger of a machine with another byte order; read it "
					 "on a machine of its kind");
	}
	if (header->byte_order != ASPAN_LEDGER_BYTE_ORDER) {
		return aspan_ledger_image_is_damaged(image, "its byte order is none");
	}
	if (header->version != ASPAN_LEDGER_VERSION) {
		return aspan_ledger_fail(image->error, -ENOTSUP, name,
					 "a ledger of version %u; this allocspan reads %d: use the "
					 "allocspan that the process ran under",
					 header->version, ASPAN_LEDGER_VERSION);
	}
	if (header->word_bytes != sizeof(uint64_t)) {
		return aspan_ledger_fail(image->error, -ENOTSUP, name,
					 "a ledger of a process with words of %u bytes (expected "
					 "8); read it on a machine of its kind",
					 header->word_bytes);
	}
	return 0;
}

static int check_header(struct aspan_ledger_image *image, const struct aspan_ledger_header *header)
{
	int result = check_kind(image, header);

	if (result) {
		return result;
	}
	if (header->header_bytes != sizeof(*header)) {
		return aspan_ledger_image_is_damaged(
			image, "its header has %" PRIu32 " bytes (expected %zu)",
			header->header_bytes, sizeof(*header));
	}
	if (header->section_count != ASPAN_LEDGER_SECTIONS) {
		return aspan_ledger_image_is_damaged(
			image, "its header has %" PRIu32 " sections (expected %d)",
			header->section_count, ASPAN_LEDGER_SECTIONS);
	}
	if (header->state == 0) {
		return aspan_ledger_fail_as_not_yet(image);
	}
	if (header->state > ASPAN_LEDGER_COPIED) {
		return aspan_ledger_image_is_damaged(
			image, "its state is %" PRIu32 " (expected 1 to 3)", header->state);
	}
	return 0;
}

static int check_section(struct aspan_ledger_image *image,
			 const struct aspan_ledger_section *section,
			 const struct aspan_ledger_section **found)
{
	if (*found) {
		return aspan_ledger_image_is_damaged(image, "it has two sections %s",
						     section_names[section->type]);
	}
	if (section->version != SECTION_VERSION) {
		return aspan_ledger_fail(image->error, -ENOTSUP, image->name,
					 "its section %s has version %" PRIu32
					 "; this allocspan reads %d: use the allocspan that the "
					 "process ran under",
					 section_names[section->type], section->version,
					 SECTION_VERSION);
	}
	*found = section;
	return 0;
}

static int find_sections(struct aspan_ledger_sections *sections, struct aspan_ledger_image *image)
{
	const struct aspan_ledger_section *found[KNOWN_TYPES] = { NULL };

	for (size_t i = 0; i < ASPAN_LEDGER_SECTIONS; i++) {
		const struct aspan_ledger_section *section = &sections->header.sections[i];
		int result;

		if (section->type == 0 || section->type >= KNOWN_TYPES) {
			continue;
		}
		result = check_section(image, section, &found[section->type]);
		if (result) {
			return result;
		}
	}
	for (size_t type = 1; type <= LAST_NEEDED_TYPE; type++) {
		if (!found[type]) {
			return aspan_ledger_fail_as_not_yet(image);
		}
	}
	sections->extents = found[ASPAN_LEDGER_EXTENTS];
	sections->process = found[ASPAN_LEDGER_PROCESS];
	sections->losses = found[ASPAN_LEDGER_LOSSES];
	sections->groups = found[ASPAN_LEDGER_GROUPS];
	sections->threads = found[ASPAN_LEDGER_THREADS];
	sections->transfer = found[ASPAN_LEDGER_TRANSFER];
	sections->rings = found[ASPAN_LEDGER_RINGS];
	sections->clock = found[ASPAN_LEDGER_CLOCK];
	return 0;
}

static int read_file_header(struct aspan_ledger_sections *sections,
			    struct aspan_ledger_image *image)
{
	uint64_t size_bytes = image->size_bytes < sizeof(sections->header) ?
				      image->size_bytes :
				      sizeof(sections->header);
	int result = aspan_ledger_image_read_at(image, 0, &sections->header, size_bytes);

	if (result || size_bytes == sizeof(sections->header)) {
		return result;
	}
	if (is_all_zero(&sections->header, sizeof(sections->header))) {
		return aspan_ledger_fail_as_not_yet(image);
	}
	result = check_kind(image, &sections->header);
	return result ? result : aspan_ledger_image_is_damaged(image, "its header is cut off");
}

int aspan_ledger_sections_read(struct aspan_ledger_sections *sections,
			       struct aspan_ledger_image *image, uint64_t address)
{
	int result;

	*sections = (struct aspan_ledger_sections){ .extents = NULL };
	result = image->pid ? aspan_ledger_image_take(image, address, &sections->header,
						      sizeof(sections->header), "the header") :
			      read_file_header(sections, image);
	if (!result) {
		result = check_header(image, &sections->header);
	}
	if (!result) {
		result = find_sections(sections, image);
	}
	if (result || image->pid) {
		return result;
	}
	result = aspan_ledger_extents_take(image, sections->extents, sections->header.address);
	return result ? result :
			aspan_ledger_image_claim(image, sections->header.address,
						 sizeof(sections->header), "the header");
}

static int take_section(const struct aspan_ledger_section *section,
			struct aspan_ledger_image *image, void *buffer, size_t size_bytes)
{
	const char *name = section_names[section->type];
	int result;

	if (section->address == 0) {
		return aspan_ledger_fail_as_not_yet(image);
	}
	if (section->size_bytes != size_bytes) {
		return aspan_ledger_image_is_damaged(
			image, "its section %s has %" PRIu64 " bytes (expected %zu)", name,
			section->size_bytes, size_bytes);
	}
	result = aspan_ledger_image_take(image, section->address, buffer, size_bytes, name);
	return result == ASPAN_LEDGER_MISSING ?
		       aspan_ledger_image_is_damaged(image, "its section %s is not in it", name) :
		       result;
}

int aspan_ledger_sections_take_process(const struct aspan_ledger_sections *sections,
				       struct aspan_ledger_image *image,
				       struct aspan_ledger_process *process)
{
	int result = take_section(sections->process, image, process, sizeof(*process));

	if (!result && process->vpid <= 0) {
		return aspan_ledger_image_is_damaged(image, "its process id is %" PRId32,
						     process->vpid);
	}
	return result;
}

int aspan_ledger_sections_take_losses(const struct aspan_ledger_sections *sections,
				      struct aspan_ledger_image *image,
				      struct aspan_ledger_losses *losses)
{
	return take_section(sections->losses, image, losses, sizeof(*losses));
}

int aspan_ledger_sections_take_transfer(const struct aspan_ledger_sections *sections,
					struct aspan_ledger_image *image,
					struct aspan_ledger_transfer *transfer)
{
	int result = take_section(sections->transfer, image, transfer, sizeof(*transfer));

	if (!result && transfer->kind > ASPAN_LEDGER_TRANSFER_GROUP) {
		return aspan_ledger_image_is_damaged(
			image, "its section TRANSFER is of kind %" PRIu32, transfer->kind);
	}
	return result;
}

int aspan_ledger_sections_take_rings(const struct aspan_ledger_sections *sections,
				     struct aspan_ledger_image *image,
				     struct aspan_ledger_rings *rings)
{
	return take_section(sections->rings, image, rings, sizeof(*rings));
}

int aspan_ledger_sections_take_clock(const struct aspan_ledger_sections *sections,
				     struct aspan_ledger_image *image,
				     struct aspan_ledger_clock *clock)
{
	return take_section(sections->clock, image, clock, sizeof(*clock));
}
