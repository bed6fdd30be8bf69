/* SPDX-License-Identifier: MIT */
/*
 * See barrier.h.
 */
#include "barrier.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

bool aspan_barrier_needs_fence = true;

static int membarrier(int command)
{
	int saved_errno = errno;
	int result = (int) syscall(SYS_membarrier, command, 0, 0);

	errno = saved_errno;
	return result;
}

void aspan_barrier_init(void)
{
	aspan_barrier_needs_fence = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) != 0;
}

void aspan_barrier_for_all(void)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (!aspan_barrier_needs_fence) {
		membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
	}
}
