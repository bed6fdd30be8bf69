/* SPDX-License-Identifier: MIT */
/*
 * The file of a ledger: made under a name that nobody else has, grown by mapping more of it.
 *
 * All functions are system calls and nothing else, so they can be called inside malloc and in a child that was made without fork().
 */
#ifndef ASPAN_CORE_LEDGER_FILE_H
#define ASPAN_CORE_LEDGER_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* All zero: there is no file. */
struct aspan_ledger_file {
	char path[PATH_MAX];
	dev_t device;
	ino_t inode;
	size_t size_bytes;
};

/* Makes the file of this process in a folder. False if it cannot be made. */
bool aspan_ledger_file_create(struct aspan_ledger_file *file, const char *folder);

/* Makes the file longer and maps that part of it over [start, start + bytes). False if it cannot be. */
bool aspan_ledger_file_map(struct aspan_ledger_file *file, char *start, size_t bytes);

/* Reserves pages of the file, which are mapped there. False if the file system is full. */
bool aspan_ledger_file_reserve(char *start, size_t bytes);

#endif
