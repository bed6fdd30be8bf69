/* SPDX-License-Identifier: MIT */
/*
 * Reading the ledger of a child, with a hook before each read of its memory: link with --wrap=process_vm_readv. Include it in the
 * one source of a test.
 */
#ifndef LEDGER_READING_H
#define LEDGER_READING_H

#include "ledger-child.h"
#include "reader.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ledger-expect.h"

/* Called before each read of the child's memory; --wrap. */
static void (*before_read)(void);
static bool has_no_vm_readv;

ssize_t __real_process_vm_readv(pid_t pid, const struct iovec *to, unsigned long to_count,
				const struct iovec *from, unsigned long from_count,
				unsigned long flags);
ssize_t __wrap_process_vm_readv(pid_t pid, const struct iovec *to, unsigned long to_count,
				const struct iovec *from, unsigned long from_count,
				unsigned long flags);

ssize_t __wrap_process_vm_readv(pid_t pid, const struct iovec *to, unsigned long to_count,
				const struct iovec *from, unsigned long from_count,
				unsigned long flags)
{
	if (has_no_vm_readv) {
		errno = ENOSYS;
		return -1;
	}
	if (before_read) {
		before_read();
	}
	return __real_process_vm_readv(pid, to, to_count, from, from_count, flags);
}

static inline int read_child(const struct ledger_child *child, struct aspan_account **account,
			     struct aspan_ledger_error *error)
{
	*account = NULL;
	error->text[0] = '\0';
	return aspan_ledger_read_process(child->pid, account, error);
}

static inline void expect_usual_of(const struct ledger_child *child)
{
	struct aspan_ledger_error error;
	struct aspan_account *account;
	int result = read_child(child, &account, &error);

	assert_string_equal(error.text, "");
	assert_int_equal(result, 0);
	expect_usual(account);
	aspan_account_destroy(account);
}

static inline void expect_refusal_of(pid_t pid, int code, const char *problem)
{
	struct aspan_ledger_error error = { "" };
	struct aspan_account *account = NULL;
	char text[512];
	int result = aspan_ledger_read_process(pid, &account, &error);

	snprintf(text, sizeof(text), "process %d: %s", (int) pid, problem);
	assert_string_equal(error.text, text);
	assert_int_equal(result, code);
	assert_null(account);
}

#endif
