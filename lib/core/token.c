/* SPDX-License-Identifier: MIT */
/*
 * Tokens: the public functions of include/allocspan/token.h over group.h.
 */
#include "token.h"

#include <errno.h>
#include <stddef.h>

#include "budget.h"
#include "group-counts.h"
#include "group.h"
#include "guard.h"
#include "init.h"
#include "lock.h"
#include "misuse.h"
#include "stats-thread.h"

struct allocspan_token *aspan_token_make(const char *name, const struct allocspan_tag *tags,
					 size_t tag_count, bool interned, void *ip)
{
	int error = aspan_descriptor_check(name, tags, tag_count);
	struct allocspan_token *token = NULL;
	struct aspan_lock lock;

	if (!error) {
		error = aspan_init();
	}
	if (!error) {
		lock = aspan_lock();
		token = interned ? aspan_group_intern(name, tags, tag_count, &error) :
				   aspan_group_register(name, tags, tag_count, &error);
		if (token) {
			aspan_group_announce(token, ip);
		}
		aspan_unlock(&lock);
		aspan_stats_thread_ensure();
	}
	if (!token) {
		errno = -error;
	}
	return token;
}

struct allocspan_token *allocspan_token_register(const char *name, const struct allocspan_tag *tags,
						 size_t tag_count)
{
	return aspan_token_make(name, tags, tag_count, false, ASPAN_CALLER_IP());
}

struct allocspan_token *allocspan_token_intern(const char *name, const struct allocspan_tag *tags,
					       size_t tag_count)
{
	return aspan_token_make(name, tags, tag_count, true, ASPAN_CALLER_IP());
}

struct allocspan_token *allocspan_token_retain(struct allocspan_token *token)
{
	if (token) {
		aspan_group_retain(token);
	}
	return token;
}

void allocspan_token_release(struct allocspan_token *token)
{
	if (token && !aspan_group_release(token, ASPAN_CALLER_IP())) {
		aspan_misuse(ASPAN_MISUSE_RELEASE_TWICE, token->view.id, 0, ASPAN_CALLER_IP());
	}
}

struct allocspan_token *allocspan_token_get_root(void)
{
	aspan_init();
	return aspan_group_of_slot(ASPAN_SLOT_ROOT);
}

uint64_t allocspan_token_id(const struct allocspan_token *token)
{
	return token ? token->view.id : 0;
}

const char *allocspan_token_name(const struct allocspan_token *token)
{
	return token ? token->view.name : NULL;
}

static ASPAN_SLOW struct allocspan_guard enter_wrongly(const struct allocspan_token *token,
						       void *ip)
{
	aspan_misuse(token ? ASPAN_MISUSE_ENTER_RELEASED : ASPAN_MISUSE_ENTER_NULL,
		     allocspan_token_id(token), aspan_thread.span_id, ip);
	return aspan_guard_void();
}

static bool is_entered_wrongly(const struct allocspan_token *token)
{
	/* Relaxed: only tells misuse. */
	return aspan_unlikely(!token ||
			      atomic_load_explicit(&token->references, memory_order_relaxed) == 0);
}

static ASPAN_SLOW struct allocspan_guard enter_slowly(const struct allocspan_token *token, void *ip)
{
	return is_entered_wrongly(token) ? enter_wrongly(token, ip) :
					   aspan_guard_enter_slowly(token->slot, ip);
}

/* Everything but the ordinary is reached by a jump, so that nothing must be saved here. */
struct allocspan_guard allocspan_token_enter(struct allocspan_token *token)
{
	struct allocspan_fiber *stack = aspan_thread.stack;
	struct aspan_entry *entry = aspan_stack_find_room(stack);

	if (aspan_unlikely(is_entered_wrongly(token) || !entry)) {
		return enter_slowly(token, ASPAN_CALLER_IP());
	}
	return aspan_stack_push(&aspan_thread, stack, entry, token->slot, NULL, 0,
				ASPAN_ENTRY_TOKEN);
}

int allocspan_token_stats(const struct allocspan_token *token, struct allocspan_stats *stats)
{
	struct aspan_lock lock;

	if (!token || !stats) {
		return -EINVAL;
	}
	lock = aspan_lock();
	aspan_group_sum(token, stats);
	aspan_unlock(&lock);
	return 0;
}

int allocspan_token_budget_set(struct allocspan_token *token, uint64_t budget_bytes)
{
	if (!token) {
		return -EINVAL;
	}
	aspan_budget_set(token, budget_bytes);
	return 0;
}
