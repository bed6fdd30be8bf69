/* SPDX-License-Identifier: MIT */
/*
 * Between any two instructions of entering, exiting and counting, a signal handler may do the same (DESIGN 4.2, ordering 1 of
 * lib/core/group-stack.h, and lib/core/counters.h).
 *
 * Not a model of the code but the code: the processor's trap flag gives a SIGTRAP after each instruction of an operation.
 * After each so-many-th of them the handler enters and exits guards, and the operation is run until each instruction
 * had its turn. So this is every place where a signal can come, for each operation and each pattern that the handler
 * follows. ALLOCSPAN_TEST_STEPS_APART=100000 makes it one signal a run, which takes minutes.
 *
 * Not after every instruction in one run: what is tried again when a signal came in between would be tried for ever.
 *
 * The library blocks all signals while it holds its lock. A blocked trap would end the process, so this program
 * puts its own pthread_sigmask() in front, which lets traps through and tells the handler to keep out.
 *
 * Reads the library's own structs, to see that no entry of a stack is lost or used twice.
 */
#include "support.h"

#include <signal.h>
#include <sys/syscall.h>

#include "group-stack.h"

#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)

enum { OUTER, MIDDLE, INNER, OF_HANDLER_A, OF_HANDLER_B, OF_HANDLER_C, TOKENS };

static struct allocspan_token *tokens[TOKENS];
static struct allocspan_span *span, *bare_span;
static struct allocspan_context context;

static volatile sig_atomic_t are_signals_blocked;
enum { STEPS_APART = 37 };

static unsigned long steps_apart = STEPS_APART;
static volatile unsigned long steps, phase, handled, wrong_in_handler;
static void (*handler_pattern)(void);

/* Found by the libraries instead of the C library's. */
__attribute__((visibility("default"))) int pthread_sigmask(int how, const sigset_t *set,
							   sigset_t *old)
{
	sigset_t let_through;
	bool block = set && sigismember(set, SIGALRM);
	long status;

	if (set) {
		let_through = *set;
		sigdelset(&let_through, SIGTRAP);
	}
	if (block) {
		are_signals_blocked = 1;
	}
	status = syscall(SYS_rt_sigprocmask, how, set ? &let_through : NULL, old, 8);
	if (set && !block) {
		are_signals_blocked = 0;
	}
	return status == 0 ? 0 : errno;
}

static void check(uint64_t expected_id)
{
	wrong_in_handler += allocspan_current_group_id() != expected_id;
}

static uint64_t id_of(int token)
{
	return allocspan_token_id(tokens[token]);
}

static void exit_in_order(void)
{
	struct allocspan_guard a = allocspan_token_enter(tokens[OF_HANDLER_A]);
	struct allocspan_guard b = allocspan_span_enter(span);

	check(id_of(MIDDLE));
	allocspan_guard_exit(&b);
	check(id_of(OF_HANDLER_A));
	allocspan_guard_exit(&a);
}

static void exit_outer_first(void)
{
	struct allocspan_guard a = allocspan_token_enter(tokens[OF_HANDLER_A]);
	struct allocspan_guard b = allocspan_token_enter(tokens[OF_HANDLER_B]);

	allocspan_guard_exit(&a);
	check(id_of(OF_HANDLER_B));
	allocspan_guard_exit(&b);
}

static void exit_rotated(void)
{
	struct allocspan_guard a = allocspan_token_enter(tokens[OF_HANDLER_A]);
	struct allocspan_guard b = allocspan_token_enter(tokens[OF_HANDLER_B]);
	struct allocspan_guard c = allocspan_token_enter(tokens[OF_HANDLER_C]);

	allocspan_guard_exit(&b);
	check(id_of(OF_HANDLER_C));
	allocspan_guard_exit(&c);
	check(id_of(OF_HANDLER_A));
	allocspan_guard_exit(&a);
}

static void exit_by_unwinding(void)
{
	struct allocspan_mark mark = allocspan_mark_take();

	allocspan_token_enter(tokens[OF_HANDLER_A]);
	allocspan_context_enter(&context);
	check(id_of(INNER));
	allocspan_untracked_enter();
	check(0);
	allocspan_unwind(&mark);
}

/* Not of the allocator: what is stepped through is the counting. */
static _Alignas(16) char blocks[4][64];

static void use_blocks(void)
{
	struct allocspan_guard guard = allocspan_token_enter(tokens[OF_HANDLER_A]);

	allocspan_block_announce(blocks[0], 1000);
	allocspan_guard_exit(&guard);
	allocspan_block_retire(blocks[0]);
}

/* So many that the stack grows inside the handler. */
static void enter_many(void)
{
	struct allocspan_guard guards[40];

	for (size_t i = 0; i < COUNT_OF(guards); i++) {
		guards[i] = allocspan_token_enter(tokens[OF_HANDLER_A + i % 3]);
	}
	for (size_t i = 0; i < COUNT_OF(guards); i++) {
		allocspan_guard_exit(&guards[i]);
		check(i + 1 < COUNT_OF(guards) ? id_of(OF_HANDLER_A + (COUNT_OF(guards) - 1) % 3) :
						 allocspan_current_group_id());
	}
}

static void (*const patterns[])(void) = {
	use_blocks, exit_in_order, exit_outer_first, exit_by_unwinding, exit_rotated, enter_many,
};

enum { USING_BLOCKS = 0, GROWING = COUNT_OF(patterns) - 1 };

static void on_trap(int signal_number)
{
	uint64_t group_id, span_id;
	int saved_errno = errno;

	(void) signal_number;
	if (++steps % steps_apart != phase || are_signals_blocked) {
		return;
	}
	handled++;
	group_id = allocspan_current_group_id();
	span_id = allocspan_current_span_id();
	wrong_in_handler += group_id && group_id != id_of(OUTER) && group_id != id_of(MIDDLE) &&
			    group_id != id_of(INNER);
	handler_pattern();
	check(group_id);
	wrong_in_handler += allocspan_current_span_id() != span_id;
	errno = saved_errno;
}

static inline __attribute__((always_inline)) void begin_steps(void)
{
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq" ::: "memory", "cc");
}

static inline __attribute__((always_inline)) void end_steps(void)
{
	__asm__ volatile("pushfq; andq $~0x100, (%%rsp); popfq" ::: "memory", "cc");
}

/* What an operation sees, checked when it is over: asserting takes thousands of instructions. */
static struct {
	uint64_t actual, expected;
} seen[32];
static size_t seen_count;

static void see(int token)
{
	seen[seen_count].actual = allocspan_current_group_id();
	seen[seen_count++].expected = token < 0 ? 0 : id_of(token);
}

static void nested(void)
{
	struct allocspan_guard a = allocspan_token_enter(tokens[OUTER]);
	struct allocspan_guard b = allocspan_token_enter(tokens[INNER]);

	see(INNER);
	allocspan_guard_exit(&b);
	see(OUTER);
	allocspan_guard_exit(&a);
}

static void outer_first(void)
{
	struct allocspan_guard a = allocspan_token_enter(tokens[OUTER]);
	struct allocspan_guard b = allocspan_token_enter(tokens[MIDDLE]);
	struct allocspan_guard c = allocspan_token_enter(tokens[INNER]);

	allocspan_guard_exit(&a);
	see(INNER);
	allocspan_guard_exit(&b);
	see(INNER);
	allocspan_guard_exit(&c);
}

static void middle_first(void)
{
	struct allocspan_guard a = allocspan_token_enter(tokens[OUTER]);
	struct allocspan_guard b = allocspan_token_enter(tokens[MIDDLE]);
	struct allocspan_guard c = allocspan_token_enter(tokens[INNER]);

	allocspan_guard_exit(&b);
	see(INNER);
	allocspan_guard_exit(&c);
	see(OUTER);
	allocspan_guard_exit(&a);
}

static void spans_contexts_untracked(void)
{
	struct allocspan_guard a = allocspan_token_enter(tokens[OUTER]);
	struct allocspan_guard b = allocspan_span_enter(bare_span);
	struct allocspan_guard c = allocspan_span_enter(span);
	struct allocspan_guard d = allocspan_untracked_enter();
	struct allocspan_guard e = allocspan_context_enter(&context);

	see(INNER);
	allocspan_guard_exit(&c);
	see(INNER);
	allocspan_guard_exit(&e);
	see(-1);
	allocspan_guard_exit(&a);
	see(-1);
	allocspan_guard_exit(&d);
	see(-1);
	allocspan_guard_exit(&b);
}

static void unwound(void)
{
	struct allocspan_guard a = allocspan_token_enter(tokens[OUTER]);
	struct allocspan_mark mark = allocspan_mark_take();

	allocspan_span_enter(span);
	allocspan_token_enter(tokens[INNER]);
	allocspan_unwind(&mark);
	see(OUTER);
	allocspan_guard_exit(&a);
}

static void counted(void)
{
	struct allocspan_guard outer = allocspan_token_enter(tokens[OUTER]);
	struct allocspan_guard inner;

	allocspan_block_announce(blocks[1], 1);
	allocspan_block_announce(blocks[2], 20);
	inner = allocspan_token_enter(tokens[INNER]);
	allocspan_block_announce(blocks[3], 300);
	allocspan_block_retire(blocks[1]);
	allocspan_guard_exit(&inner);
	allocspan_block_retire(blocks[3]);
	allocspan_guard_exit(&outer);
	allocspan_block_retire(blocks[2]);
}

static void (*const operations[])(void) = {
	nested, outer_first, middle_first, spans_contexts_untracked, unwound, counted,
};

enum { COUNTED = COUNT_OF(operations) - 1 };

static size_t count_free_entries(struct allocspan_fiber *stack)
{
	size_t count = 0;

	for (uint32_t i = 0; i < stack->capacity; i++) {
		const struct aspan_entry *entry = aspan_stack_entry(stack, i);

		count += atomic_load(&entry->serial) == ASPAN_SERIAL_FREE;
	}
	return count;
}

static char failure[200];

/* Each block was counted in the group that it is of, when it came and when it went. */
static void note_wrong_counts(void)
{
	for (size_t i = 0; i < TOKENS; i++) {
		struct allocspan_stats stats;

		allocspan_token_stats(tokens[i], &stats);
		if (stats.live_blocks || stats.live_bytes ||
		    stats.alloc_count != stats.free_count) {
			snprintf(failure, sizeof(failure),
				 "token %zu has %ld live blocks, %ld bytes", i,
				 (long) stats.live_blocks, (long) stats.live_bytes);
		}
	}
}

static void note_what_is_wrong(void)
{
	struct allocspan_fiber *stack = aspan_thread.stack;

	for (size_t i = 0; i < seen_count; i++) {
		if (seen[i].actual != seen[i].expected) {
			snprintf(failure, sizeof(failure),
				 "group %lu active instead of %lu, at see() %zu",
				 (unsigned long) seen[i].actual, (unsigned long) seen[i].expected,
				 i + 1);
		}
	}
	if (wrong_in_handler) {
		snprintf(failure, sizeof(failure), "the handler saw a wrong group or span");
	}
	if (aspan_stack_is_empty(stack) && count_free_entries(stack) != stack->capacity) {
		snprintf(failure, sizeof(failure), "%zd of %u entries are free afterwards",
			 count_free_entries(stack), stack->capacity);
	}
}

static void step_once(void (*operation)(void))
{
	seen_count = 0;
	steps = 0;
	begin_steps();
	operation();
	end_steps();
	see(-1);
	note_what_is_wrong();
	note_wrong_counts();
}

/* On the thread that steps, which is not always the test's. */
static void *step_in_new_thread(void *operation)
{
	step_once(*(void (**)(void)) operation);
	return NULL;
}

/* Full but for two entries. */
static void *step_in_full_stack(void *operation)
{
	struct allocspan_guard guards[ASPAN_STACK_FIRST - 2];

	for (size_t i = 0; i < COUNT_OF(guards); i++) {
		guards[i] = allocspan_untracked_enter();
	}
	step_once(*(void (**)(void)) operation);
	for (size_t i = 0; i < COUNT_OF(guards); i++) {
		allocspan_guard_exit(&guards[i]);
	}
	see(-1);
	note_what_is_wrong();
	return NULL;
}

static void *step_in_used_stack(void *operation)
{
	exit_rotated();
	return step_in_new_thread(operation);
}

static void each_step(size_t operation, size_t pattern, void *(*run)(void *) )
{
	void (*wanted_operation)(void) = operations[operation];

	handler_pattern = patterns[pattern];
	failure[0] = '\0';
	handled = 1;
	for (phase = 0; phase < steps_apart && (handled || phase <= 1); phase++) {
		handled = 0;
		wrong_in_handler = 0;
		run_in_thread(run, &wanted_operation);
		if (failure[0]) {
			fail_msg("operation %zu, pattern %zu, step %lu: %s", operation, pattern,
				 phase, failure);
		}
	}
	/* At each distance; or the operation has fewer instructions than that, and a handler ran after each of them. */
	assert_true(phase == steps_apart || (!handled && phase >= 100));
	assert_in_range(steps, 100, 1000000);
}

static void a_handler_may_enter_and_exit_after_each_instruction(void **state)
{
	(void) state;
	for (size_t operation = 0; operation < COUNT_OF(operations); operation++) {
		for (size_t pattern = 0; pattern < GROWING; pattern++) {
			each_step(operation, pattern, step_in_used_stack);
		}
	}
}

static void a_handler_may_enter_and_exit_in_a_threads_first_enter(void **state)
{
	(void) state;
	each_step(0, GROWING - 1, step_in_new_thread);
	each_step(0, GROWING, step_in_new_thread);
}

static void a_handler_may_enter_and_exit_while_the_stack_grows(void **state)
{
	(void) state;
	each_step(1, GROWING - 1, step_in_full_stack);
	each_step(1, GROWING, step_in_full_stack);
}

/* Counters are found quickly the second time, if no handler came in between: so handlers come more seldom. */
static void a_handler_may_count_after_each_instruction(void **state)
{
	unsigned long usual = steps_apart;

	(void) state;
	steps_apart *= 10;
	each_step(COUNTED, USING_BLOCKS, step_in_used_stack);
	steps_apart = usual;
}

static int set_up(void **state)
{
	const struct sigaction action = { .sa_handler = on_trap };
	const char *apart = getenv("ALLOCSPAN_TEST_STEPS_APART");
	struct allocspan_guard in_token, in_span;

	(void) state;
	if (apart) {
		steps_apart = strtoul(apart, NULL, 10);
	}
	for (size_t i = 0; i < TOKENS; i++) {
		tokens[i] = registered("stepped through");
	}
	span = allocspan_span_create("with a token");
	bare_span = allocspan_span_create("without a token");
	allocspan_span_attach(span, tokens[MIDDLE]);
	in_span = allocspan_span_enter(bare_span);
	in_token = allocspan_token_enter(tokens[INNER]);
	context = allocspan_context_capture();
	allocspan_guard_exit(&in_token);
	allocspan_guard_exit(&in_span);
	return sigaction(SIGTRAP, &action, NULL);
}

static int tear_down(void **state)
{
	(void) state;
	assert_int_equal(allocspan_misuse_count(), 0);
	allocspan_context_release(&context);
	allocspan_span_release(span);
	allocspan_span_release(bare_span);
	for (size_t i = 0; i < TOKENS; i++) {
		allocspan_token_release(tokens[i]);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handler_may_enter_and_exit_after_each_instruction),
		cmocka_unit_test(a_handler_may_enter_and_exit_in_a_threads_first_enter),
		cmocka_unit_test(a_handler_may_enter_and_exit_while_the_stack_grows),
		cmocka_unit_test(a_handler_may_count_after_each_instruction),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

#else

static void there_is_no_trap_flag(void **state)
{
	(void) state;
	skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(there_is_no_trap_flag) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
