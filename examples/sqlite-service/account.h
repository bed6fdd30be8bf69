/* SPDX-License-Identifier: MIT */
/*
 * What the service itself knows of its tenants' memory, to compare with `allocspan report`.
 */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "tenant.h"

/* Prints a table: a line of titles, then a line for each tenant, columns separated by spaces. */
void account_print(void);

#endif
