/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Groups and the tokens that stand for them.
 *
 * A group is an owner of allocations: a 64-bit id, a name and ordered key/value tags. A token is the
 * program's counted reference to it. The idea of tokens is that of Rust's `tracking-allocator`
 * (`AllocationGroupToken`); tags, counted references and reclaimed groups are additions.
 */
#ifndef ALLOCSPAN_TOKEN_H
#define ALLOCSPAN_TOKEN_H

#include <allocspan/guard.h>
#include <allocspan/version.h>

#include <stddef.h>
#include <stdint.h>

ALLOCSPAN_BEGIN_DECLS

/** The longest name of a group or a span, in bytes without the final zero. */
#define ALLOCSPAN_NAME_MAX 255
/** The longest key of a tag, in bytes without the final zero. */
#define ALLOCSPAN_KEY_MAX 63
/** The longest value of a tag, in bytes without the final zero. */
#define ALLOCSPAN_VALUE_MAX 255
/** The most tags that a group can have. */
#define ALLOCSPAN_TAGS_MAX 16

/** The id of the group that gets what no group owns, while root tracking is on. */
#define ALLOCSPAN_ROOT_GROUP_ID 1

/** @brief A property of a group. */
struct allocspan_tag {
	/** 1 to #ALLOCSPAN_KEY_MAX bytes, not `group`, and not twice in a group. */
	const char *key;
	/** 0 to #ALLOCSPAN_VALUE_MAX bytes. */
	const char *value;
};

/** @brief A counted reference to a group. */
struct allocspan_token;

/** @brief What the blocks of a group add up to; exact whenever no thread is allocating or freeing. */
struct allocspan_stats {
	/** Blocks that are allocated and not freed. */
	uint64_t live_blocks;
	/** Their requested size in bytes. */
	uint64_t live_bytes;
	/** Blocks allocated since the group was registered. */
	uint64_t alloc_count;
	/** Their requested size in bytes. */
	uint64_t alloc_bytes;
	/** Blocks of this group freed, by whatever group and thread. */
	uint64_t free_count;
	/** Their requested size in bytes. */
	uint64_t free_bytes;
};

/**
 * @brief Registers a new group.
 *
 * Every call makes a group with an id of its own, also for a name and tags that exist. Name and tags are
 * copied; equal ones are stored once. Recorded as a `group_register` event.
 *
 * @param name 1 to #ALLOCSPAN_NAME_MAX bytes; copied; not NULL.
 * @param tags @p tag_count tags; copied; NULL is allowed if @p tag_count is 0.
 * @param tag_count 0 to #ALLOCSPAN_TAGS_MAX.
 * @return The token; or NULL with `errno`: EINVAL for a NULL or empty name, a NULL key or value, an
 *         empty key, the key `group` or a key given twice; ENAMETOOLONG for one that is too long; E2BIG for too
 *         many tags; ENOMEM without memory; ENOSPC when 16 million groups are alive.
 *
 * - *Ownership*: the caller owns the token until allocspan_token_release().
 * - *Thread safety*: any thread; takes the library's lock.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: about a microsecond; tracing on: one event more.
 *
 * @snippet token.c allocspan_token_register
 */
ALLOCSPAN_API struct allocspan_token *allocspan_token_register(const char *name,
							       const struct allocspan_tag *tags,
							       size_t tag_count) ALLOCSPAN_NOTHROW;

/**
 * @brief Gives the group that has this name and these tags; registers it if there is none.
 *
 * For groups whose tags are known only at run time, such as `tenant=42`. Only groups made by this
 * function are found, and tags are equal only in the same order. A group that was released and still has
 * live blocks is taken up again.
 *
 * @param name As for allocspan_token_register().
 * @param tags As for allocspan_token_register().
 * @param tag_count As for allocspan_token_register().
 * @return The token; or NULL with `errno` as for allocspan_token_register().
 *
 * - *Ownership*: the caller owns one reference, to be released once for each call.
 * - *Thread safety*: any thread; takes the library's lock.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: under a microsecond if it exists, else as registering; tracing on: one event more if it is new.
 *
 * @snippet token.c allocspan_token_intern
 */
ALLOCSPAN_API struct allocspan_token *allocspan_token_intern(const char *name,
							     const struct allocspan_tag *tags,
							     size_t tag_count) ALLOCSPAN_NOTHROW;

/**
 * @brief Adds a reference to a token.
 *
 * @param token A token that the caller holds; NULL is passed through.
 * @return @p token, to be released once more.
 *
 * - *Ownership*: the caller owns one reference more.
 * - *Thread safety*: any thread.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: one atomic increment, tracing off or on.
 *
 * @snippet token.c allocspan_token_retain
 */
ALLOCSPAN_API struct allocspan_token *
allocspan_token_retain(struct allocspan_token *token) ALLOCSPAN_NOTHROW;

/**
 * @brief Gives back a reference to a token.
 *
 * With the last one the group is recorded as released (`group_release`), and its memory is used again once no
 * block of it lives and no thread has it active. Frees of its blocks are attributed to it until then.
 *
 * @param token A token that the caller holds. NULL changes nothing. A token without references left
 *        counts as misuse.
 *
 * - *Ownership*: takes the reference.
 * - *Thread safety*: any thread; the last release takes the library's lock.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: one atomic decrement; the last release about a microsecond; tracing on: one event more.
 *
 * @snippet token.c allocspan_token_release
 */
ALLOCSPAN_API void allocspan_token_release(struct allocspan_token *token) ALLOCSPAN_NOTHROW;

/**
 * @brief Borrows the token of the group `root`, which is always registered.
 *
 * @return The token; never NULL.
 *
 * - *Ownership*: borrowed: retaining and releasing it change nothing.
 * - *Thread safety*: any thread.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: about a nanosecond, tracing off or on.
 *
 * @snippet token.c allocspan_token_get_root
 */
ALLOCSPAN_API struct allocspan_token *allocspan_token_get_root(void) ALLOCSPAN_NOTHROW;

/**
 * @brief Tells the id of a token's group.
 *
 * @param token A token that the caller holds, or NULL.
 * @return The id: it grows from group to group and is never used again in the process; 0 for NULL.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: about a nanosecond, tracing off or on.
 *
 * @snippet token.c allocspan_token_id
 */
ALLOCSPAN_API uint64_t allocspan_token_id(const struct allocspan_token *token) ALLOCSPAN_NOTHROW;

/**
 * @brief Tells the name of a token's group.
 *
 * @param token A token that the caller holds, or NULL.
 * @return The name; NULL for NULL.
 *
 * - *Ownership*: borrowed; valid as long as the reference.
 * - *Thread safety*: any thread.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: about a nanosecond, tracing off or on.
 *
 * @snippet token.c allocspan_token_name
 */
ALLOCSPAN_API const char *
allocspan_token_name(const struct allocspan_token *token) ALLOCSPAN_NOTHROW;

/**
 * @brief Makes a token's group active on this thread.
 *
 * What the thread allocates belongs to the group until the guard is exited or another group is entered
 * inside. Never fails: a NULL token, a released token, or the lack of memory for a deeper stack leaves
 * the active group as it was and is counted (allocspan_misuse_count()).
 *
 * @param token A token that the caller holds. The group stays active, also if the token is released
 *        meanwhile.
 * @return A guard for allocspan_guard_exit(), to be called in any case.
 *
 * - *Ownership*: the guard is the caller's; the token stays so.
 * - *Thread safety*: any thread, any number at once.
 * - *Async-signal safety*: yes, also in a handler that interrupted malloc; without the interposer not as such a
 *   thread's first `enter`, which makes the dynamic linker allocate. May be called inside malloc and in a tracker.
 * - *Cost*: a few nanoseconds, no lock, no allocation, no system call, tracing off or on. A thread's first `enter` prepares
 *   the thread, and one that doubles the stack maps memory: some microseconds, with signals blocked.
 *
 * @snippet token.c allocspan_token_enter
 */
ALLOCSPAN_API struct allocspan_guard
allocspan_token_enter(struct allocspan_token *token) ALLOCSPAN_NOTHROW;

/**
 * @brief Adds up a group's counters over all threads, also those that ended.
 *
 * @param token A token that the caller holds.
 * @param stats Filled in; not NULL. While other threads allocate, the figures may be of slightly different
 *        moments, but frees never exceed allocations. A forked child counts allocations and frees from zero; what
 *        lives has what it inherited, too. After more than seven forks without exec, what the last
 *        parent allocated is taken for the child's own.
 * @return 0; or -EINVAL for NULL.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread; takes the library's lock.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: grows with the number of threads, tracing off or on. The first call in a forked child looks through the
 *   owner map: some milliseconds for 100 MiB of tracked blocks.
 *
 * @snippet token.c allocspan_token_stats
 */
ALLOCSPAN_API int allocspan_token_stats(const struct allocspan_token *token,
					struct allocspan_stats *stats) ALLOCSPAN_NOTHROW;

/**
 * @brief Sets how many live bytes a group should not exceed.
 *
 * A block that takes the group over its budget is allocated all the same and recorded as a
 * `budget_exceeded` event, once until the group has been within the budget again. An LTTng trigger on that event can
 * take a snapshot.
 *
 * @param token A token that the caller holds; not NULL.
 * @param budget_bytes In bytes of requested size; 0 takes the budget away.
 * @return 0; or -EINVAL for NULL.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread; takes the library's lock.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: grows with the number of threads. While any budget is set, each tracked block costs a few
 *   nanoseconds more.
 *
 * @snippet token.c allocspan_token_budget_set
 */
ALLOCSPAN_API int allocspan_token_budget_set(struct allocspan_token *token,
					     uint64_t budget_bytes) ALLOCSPAN_NOTHROW;

ALLOCSPAN_END_DECLS

#endif
