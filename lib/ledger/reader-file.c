/* SPDX-License-Identifier: MIT */
/*
 * Reads the ledger file of a process that ended: one walk.
 */
#include "reader.h"

#include <unistd.h>

#include "account-build.h"
#include "open-file.h"

static int take_parts(struct aspan_ledger_parts *parts, struct aspan_ledger_image *image)
{
	int result = aspan_ledger_sections_read(&parts->sections, image, 0);

	if (!result) {
		result = aspan_ledger_sections_take_process(&parts->sections, image,
							    &parts->process);
	}
	if (!result) {
		result = aspan_ledger_sections_take_losses(&parts->sections, image, &parts->losses);
	}
	return result;
}

static int walk_once(struct aspan_ledger_walk *walk, struct aspan_ledger_image *image,
		     const struct aspan_ledger_sections *sections)
{
	int result = aspan_ledger_walk_init(walk, image, sections);

	if (!result) {
		result = aspan_ledger_walk_groups(walk, sections->groups, ASPAN_LEDGER_WALK_ALL);
	}
	if (!result) {
		result = aspan_ledger_walk_threads(walk, sections->threads, ASPAN_LEDGER_WALK_ALL);
	}
	return result ? result : aspan_ledger_image_check_claims(image);
}

int aspan_ledger_read_fd(int file, const char *name, struct aspan_account **account,
			 struct aspan_ledger_error *error)
{
	struct aspan_ledger_image image;
	struct aspan_ledger_parts parts;
	struct aspan_ledger_walk walk = { .image = NULL };
	int result = aspan_ledger_image_open_file(&image, file, name, error);

	if (!result) {
		result = take_parts(&parts, &image);
	}
	if (!result) {
		result = walk_once(&walk, &image, &parts.sections);
	}
	if (!result) {
		result = aspan_account_build(account, &walk, &parts);
	}
	aspan_ledger_walk_fini(&walk);
	aspan_ledger_image_close(&image);
	return result;
}

int aspan_ledger_read_file(const char *path, struct aspan_account **account,
			   struct aspan_ledger_error *error)
{
	int file = aspan_ledger_open_file(path, error);
	int result;

	if (file < 0) {
		return file;
	}
	result = aspan_ledger_read_fd(file, path, account, error);
	close(file);
	return result;
}
