/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Bindings: spans on the LTTng-UST tracepoints that a program already has.
 *
 * A binding names a tracepoint that begins something and one that ends it. From then on the pair is a span: what the thread
 * allocates in between belongs to a group, whose name and tags may come from the tracepoint's arguments. The program is
 * not changed, and no session needs to record. These functions are in liballocspan-bind (link `-lallocspan-bind`); most programs
 * are bound without a line of code, with `ALLOCSPAN_BIND` or `allocspan record --bind`.
 *
 * A SPEC says what to bind:
 *
 *     ros2:callback_start..ros2:callback_end,by=callback,tag:host=robot
 *
 * - `BEGIN|BEGIN..END|END`: the events, each `PROVIDER:NAME`; the provider may be left out where it is the one before.
 *   `EVENT[ARGUMENT=VALUE]` and `EVENT[ARGUMENT!=VALUE]` only mean events with (or without) that value.
 * - `by=ARGUMENT`: a group for each value of an argument of the begin event; the value stands in a tag of that name. Several
 *   make a group for each combination.
 * - `name=TEXT`, `tag:KEY=TEXT`: the group's name and further tags; `arg:ARGUMENT` instead of a text takes the value of an
 *   argument. Without `name`, it is the begin event's without the word that says that it is one: `ros2:callback`.
 * - `label=EVENT(KEY,NAME)`: an event by which the program gives a name to a value of `by`; the name stands in a tag
 *   called `NAME`.
 * - `match=ARGUMENT`: begin and end belong together by the value of this argument, and may be on different threads. Only what
 *   runs on the thread of the begin belongs to the group; that thread leaves the span at its own end event, or with its next
 *   bound event after another thread saw the end.
 * - `nested`: a begin inside a begin of the same binding is one more level. Without it, it means that the end was missed.
 * - `max=NUMBER`: how many values get a group of their own (1000); the others share one with the value `other`.
 *
 * `ARGUMENT` may be several names, `callback_arg|callback`: the first that the event has counts; a name is also found with
 * `_arg` behind it. A backslash takes the next character as it is.
 *
 * Pairs that the thread matches nest as brackets do: an end also ends what was begun inside and never ended (an exception or
 * a longjmp left it), and a begin of the same binding ends the one before. Both are counted (allocspan_binding_get_stats()).
 */
#ifndef ALLOCSPAN_BIND_H
#define ALLOCSPAN_BIND_H

#include <allocspan/version.h>

#include <stddef.h>
#include <stdint.h>

ALLOCSPAN_BEGIN_DECLS

/** @brief A binding: a SPEC that is in force. */
struct allocspan_binding;

/** @cond INTERNAL */
struct lttng_ust_tracepoint;
/** @endcond */

/** @brief What became of a binding so far. */
struct allocspan_binding_stats {
	/** Events of the SPEC that are connected to a tracepoint of the program. */
	uint64_t bound_events;
	/** Events that no loaded object has; an object that comes later may. */
	uint64_t waiting_events;
	/** Events that exist but cannot be bound: allocspan_binding_describe() says why. */
	uint64_t refused_events;
	/** Groups made for values of arguments. */
	uint64_t groups;
	/** Begin events whose values came after the limit, and got the group `other`. */
	uint64_t other_begins;
	/** Begin events whose end never came. */
	uint64_t unended_begins;
	/** End events whose begin never came. */
	uint64_t unbegun_ends;
};

/**
 * @brief Makes a binding.
 *
 * Events that no loaded object has are waited for: an object that is opened later is bound when it arrives. That an
 * event is not there is no error therefore; see allocspan_binding_describe().
 *
 * @param spec One SPEC, as the file comment says; not NULL.
 * @param message Filled with one line that says what is wrong, if something is; may be NULL.
 * @param message_bytes The size of @p message.
 * @return The binding; or NULL with `errno`: EINVAL if the SPEC cannot be read, or wants what its tracepoints do not have or
 *         what cannot be read from them; ENOMEM without memory.
 *
 * - *Ownership*: the caller owns the binding until allocspan_binding_release().
 * - *Thread safety*: any thread; takes locks of this library, the dynamic linker and LTTng.
 * - *Async-signal safety*: no; not inside malloc or a tracker.
 * - *Cost*: it reads the section headers of every loaded object: about a millisecond. A bound pair of events then costs LTTng's
 *   probe call and what entering and exiting a span costs, tracing off or on.
 *
 * @snippet bind.c allocspan_bind
 */
ALLOCSPAN_API struct allocspan_binding *allocspan_bind(const char *spec, char *message,
						       size_t message_bytes) ALLOCSPAN_NOTHROW;

/**
 * @brief Ends a binding.
 *
 * Waits until no thread is inside its probes. Threads that are inside one of its spans leave it: the calling one now, others
 * with their next bound event.
 *
 * @param binding A binding of the caller, or NULL, which changes nothing.
 *
 * - *Ownership*: takes the binding.
 * - *Thread safety*: any thread; takes locks as allocspan_bind().
 * - *Async-signal safety*: no; not inside malloc, a tracker or a tracepoint's probe.
 * - *Cost*: a few milliseconds.
 *
 * @snippet bind.c allocspan_binding_release
 */
ALLOCSPAN_API void allocspan_binding_release(struct allocspan_binding *binding) ALLOCSPAN_NOTHROW;

/**
 * @brief Tells what became of a binding so far.
 *
 * @param binding A binding that the caller holds; not NULL.
 * @param stats Filled in; not NULL.
 * @return 0; or -EINVAL for NULL.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread; takes a lock.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: under a microsecond, tracing off or on.
 *
 * @snippet bind.c allocspan_binding_get_stats
 */
ALLOCSPAN_API int
allocspan_binding_get_stats(const struct allocspan_binding *binding,
			    struct allocspan_binding_stats *stats) ALLOCSPAN_NOTHROW;

/**
 * @brief Says of one of a binding's events what is in the way.
 *
 * @param binding A binding that the caller holds; not NULL.
 * @param index Which of its events, from 0: the begins, the ends, the label.
 * @param message Filled with one line: "bound", or why not, with the names of tracepoints that are spelt nearly so; not NULL.
 * @param message_bytes The size of @p message.
 * @return 1 if it is bound, 0 if not; or -EINVAL for NULL or an index beyond the last.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread; takes locks as allocspan_bind().
 * - *Async-signal safety*: no; not inside malloc or a tracker.
 * - *Cost*: as allocspan_bind() for an event that is not there, else under a microsecond.
 *
 * @snippet bind.c allocspan_binding_describe
 */
ALLOCSPAN_API int allocspan_binding_describe(const struct allocspan_binding *binding, size_t index,
					     char *message, size_t message_bytes) ALLOCSPAN_NOTHROW;

/**
 * @brief Looks again which tracepoints the loaded objects have.
 *
 * Needed only where liballocspan-bind itself was opened with dlopen(): then it does not see other objects come and go. Where it is
 * linked or preloaded, it does.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread; takes locks as allocspan_bind(). No object may be closed meanwhile.
 * - *Async-signal safety*: no; not inside malloc or a tracker.
 * - *Cost*: as allocspan_bind().
 *
 * @snippet bind.c allocspan_bind_update
 */
ALLOCSPAN_API void allocspan_bind_update(void) ALLOCSPAN_NOTHROW;

/**
 * @brief Makes a binding for two tracepoints that the calling code knows; #ALLOCSPAN_BIND calls it.
 *
 * @param begin The tracepoint that begins; not NULL.
 * @param end The tracepoint that ends; may be the same; not NULL.
 * @param begin_condition, end_condition What stands in `[]` behind the event in a SPEC; may be NULL.
 * @param options What follows the events in a SPEC, such as "by=callback"; may be NULL.
 * @param message As for allocspan_bind().
 * @param message_bytes As for allocspan_bind().
 * @return As for allocspan_bind().
 *
 * - *Ownership*: as for allocspan_bind().
 * - *Thread safety*: as for allocspan_bind().
 * - *Async-signal safety*: as for allocspan_bind().
 * - *Cost*: as for allocspan_bind().
 *
 * @snippet bind.c allocspan_bind_tracepoints
 */
ALLOCSPAN_API struct allocspan_binding *
allocspan_bind_tracepoints(const struct lttng_ust_tracepoint *begin,
			   const struct lttng_ust_tracepoint *end, const char *begin_condition,
			   const char *end_condition, const char *options, char *message,
			   size_t message_bytes) ALLOCSPAN_NOTHROW;

/**
 * @brief Binds two tracepoints of a provider whose header is included; a misspelt one does not compile.
 *
 * `ALLOCSPAN_BIND(ros2, callback_start, callback_end, "by=callback")`
 *
 * @param provider The provider, as a word.
 * @param begin, end The tracepoints, as words.
 * @param options As for allocspan_bind_tracepoints().
 *
 * @snippet bind.c ALLOCSPAN_BIND
 */
#define ALLOCSPAN_BIND(provider, begin, end, options)                                              \
	allocspan_bind_tracepoints(&lttng_ust_tracepoint_##provider##___##begin,                   \
				   &lttng_ust_tracepoint_##provider##___##end, NULL, NULL,         \
				   (options), NULL, 0)

ALLOCSPAN_END_DECLS

#endif
