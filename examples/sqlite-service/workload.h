/* SPDX-License-Identifier: MIT */
/*
 * Who asks what: the same requests in each run, so that runs can be compared.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include "request-queue.h"

/* Puts one import for each tenant, and waits for them. Returns 0 or a negative errno. */
int workload_import(struct request_queue *queue, const struct package_list *packages);

/* Puts @count queries, for the tenants in turn, and waits. Returns 0 or a negative errno. */
int workload_queries(struct request_queue *queue, const struct package_list *packages,
		     size_t count);

#endif
