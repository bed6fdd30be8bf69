/* SPDX-License-Identifier: MIT */
/*
 * See ledger-files.h.
 */
#include "ledger-files.h"

#include "ledgers.h"

#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void aspan_ledger_files_fini(struct aspan_ledger_files *files)
{
	for (size_t i = 0; i < ASPAN_LEDGER_FILES_NAMED; i++) {
		free(files->problems[i]);
	}
	*files = (struct aspan_ledger_files){ 0 };
}

static int note_problem(struct aspan_ledger_files *files, const char *text)
{
	size_t index = files->problem_count++;

	if (index >= ASPAN_LEDGER_FILES_NAMED) {
		return 0;
	}
	files->problems[index] = strdup(text);
	return files->problems[index] ? 0 : -ENOMEM;
}

static int read_file(struct aspan_ledger_files *files, const char *path,
		     enum aspan_ledger_cover cover, struct aspan_model *model)
{
	struct aspan_account *account = NULL;
	struct aspan_ledger_error error;
	int result = aspan_ledger_read_file(path, &account, &error);

	if (result == -ENOMEM) {
		return result;
	}
	if (result) {
		aspan_model_note_unread_ledger(model);
		return note_problem(files, error.text);
	}
	files->read_count++;
	result = aspan_model_take_account(model, account, cover);
	aspan_account_destroy(account);
	return result;
}

int aspan_ledger_files_read(struct aspan_ledger_files *files, const bt_value *paths,
			    enum aspan_ledger_cover cover, struct aspan_model *model)
{
	uint64_t count = paths ? bt_value_array_get_length(paths) : 0;
	int result = 0;

	for (uint64_t i = 0; !result && i < count; i++) {
		const bt_value *path = bt_value_array_borrow_element_by_index_const(paths, i);

		if (bt_value_is_string(path)) {
			result = read_file(files, bt_value_string_get(path), cover, model);
		}
	}
	return result;
}

int aspan_ledger_files_add_notes(const struct aspan_ledger_files *files,
				 struct aspan_report *report)
{
	int result = 0;

	for (size_t i = 0; !result && i < ASPAN_LEDGER_FILES_NAMED && files->problems[i]; i++) {
		result = aspan_report_add_note(report, "%s; what it would say is not known",
					       files->problems[i]);
	}
	if (!result && files->problem_count > ASPAN_LEDGER_FILES_NAMED) {
		result = aspan_report_add_note(report, "%zu more ledgers could not be read",
					       files->problem_count - ASPAN_LEDGER_FILES_NAMED);
	}
	return result;
}
