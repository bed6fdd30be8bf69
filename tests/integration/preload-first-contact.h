/* SPDX-License-Identifier: MIT */
/*
 * The allocator that preload-first-contact.c has under the interposer: the C library's, with a signal raised inside of it on
 * demand, and an account of who calls it meanwhile.
 */
#ifndef TEST_INTEGRATION_PRELOAD_FIRST_CONTACT_H
#define TEST_INTEGRATION_PRELOAD_FIRST_CONTACT_H

enum first_contact_call { FIRST_CONTACT_ALLOCATE = 1, FIRST_CONTACT_FREE = 2 };

/* This thread's next call of this kind raises a signal before it is done. */
void first_contact_arm(enum first_contact_call call, int signal_number);

/* How many signals were raised; how often the allocator was called on a thread that was inside of it. */
unsigned int first_contact_raised(void);
unsigned int first_contact_reentered(void);

#endif
