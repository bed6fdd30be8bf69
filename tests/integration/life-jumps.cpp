// SPDX-License-Identifier: MIT
/*
 * Ways out of a scope that are not its end, and into it that nobody called: signals that interrupt malloc, longjmp,
 * exceptions, objects that are opened and closed.
 *
 * Argument or environment LIFE_MODULE: the path of preload-module.so.
 */
#include "life.h"

#include <csetjmp>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <ctime>
#include <stdexcept>
#include <string>

#include <dlfcn.h>
#include <sys/syscall.h>

#include <allocspan/scope.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace {

constexpr int WORKERS = 3;
constexpr int ROUNDS = 3000;
constexpr long SIGNAL_EVERY_NS = 50000;

allocspan_span *span_of_handler, *bare_span;
std::atomic<uint64_t> wrong_in_handler, handled;

/* Interrupts malloc, enter and exit anywhere. */
void enter_and_exit(int)
{
	const int saved_errno = errno;
	uint64_t before = allocspan_current_group_id();
	allocspan_guard outer = allocspan_span_enter(span_of_handler);
	allocspan_guard inner = allocspan_span_enter(bare_span);
	allocspan_guard innermost = allocspan_token_enter(life_groups[1]);

	wrong_in_handler += allocspan_current_group_id() != allocspan_token_id(life_groups[1]);
	allocspan_guard_exit(&innermost);
	wrong_in_handler += allocspan_current_group_id() != allocspan_token_id(life_groups[2]);
	allocspan_guard_exit(&inner);
	allocspan_guard_exit(&outer);
	wrong_in_handler += allocspan_current_group_id() != before;
	handled++;
	errno = saved_errno;
}

timer_t signal_this_thread()
{
	const itimerspec interval = { { 0, SIGNAL_EVERY_NS }, { 0, SIGNAL_EVERY_NS } };
	sigevent event = {};
	timer_t timer;

	event.sigev_notify = SIGEV_THREAD_ID;
	event.sigev_signo = SIGUSR1;
	event.sigev_notify_thread_id = static_cast<pid_t>(syscall(SYS_gettid));
	CHECK_EQUAL(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	CHECK_EQUAL(timer_settime(timer, 0, &interval, nullptr), 0);
	return timer;
}

void *work_under_signals(void *wrong)
{
	timer_t timer = signal_this_thread();

	for (int i = 0; i < ROUNDS; i++) {
		allocspan_guard guard = allocspan_token_enter(life_groups[0]);
		void *block = kept(malloc(static_cast<size_t>(i)));

		*static_cast<uint64_t *>(wrong) += allocspan_block_group_id(block) !=
						   allocspan_token_id(life_groups[0]);
		free(block);
		allocspan_guard_exit(&guard);
	}
	timer_delete(timer);
	return nullptr;
}

void handlers_that_interrupt_malloc_change_nothing()
{
	struct sigaction action = {};
	struct watched watched = claim_watch(life_groups[0]);
	struct watched others[] = { claim_watch(life_groups[1]), claim_watch(life_groups[2]) };
	constexpr uint64_t BYTES = uint64_t(ROUNDS) * (ROUNDS - 1) / 2;
	pthread_t threads[WORKERS];
	uint64_t wrong[WORKERS] = {};

	action.sa_handler = enter_and_exit;
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &action, nullptr);
	span_of_handler = allocspan_span_create("handler");
	allocspan_span_attach(span_of_handler, life_groups[2]);
	bare_span = allocspan_span_create("bare");
	for (int i = 0; i < WORKERS; i++) {
		pthread_create(&threads[i], nullptr, work_under_signals, &wrong[i]);
	}
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(threads[i], nullptr);
		CHECK_EQUAL(wrong[i], 0);
	}
	CHECK(handled > 0);
	CHECK_EQUAL(wrong_in_handler, 0);
	CHECK_COUNTED(watched, WORKERS * ROUNDS, WORKERS * BYTES, WORKERS * ROUNDS,
		      WORKERS * BYTES);
	CHECK_COUNTED(others[0], 0, 0, 0, 0);
	CHECK_COUNTED(others[1], 0, 0, 0, 0);
	allocspan_span_release(span_of_handler);
	allocspan_span_release(bare_span);
}

jmp_buf way_out;

/* The compiler is not to know that nobody comes back. */
__attribute__((noipa)) void jump_out()
{
	longjmp(way_out, 1);
}

__attribute__((noipa)) void enter_deeply_and_jump(int depth, void **block)
{
	allocspan_guard guard = allocspan_token_enter(life_groups[depth % LIFE_GROUPS]);

	if (depth == 0) {
		*block = kept(malloc(50));
		jump_out();
	}
	if (depth > 0) {
		enter_deeply_and_jump(depth - 1, block);
	}
	allocspan_guard_exit(&guard);
}

void after_longjmp_a_mark_brings_the_outer_group_back()
{
	allocspan_guard outer = allocspan_token_enter(life_groups[1]);

	for (int i = 0; i < 1000; i++) {
		void *volatile block = nullptr;
		const allocspan_mark mark = allocspan_mark_take();

		if (setjmp(way_out) == 0) {
			enter_deeply_and_jump(20, const_cast<void **>(&block));
		}
		allocspan_unwind(&mark);
		CHECK_EQUAL(allocspan_current_group_id(), allocspan_token_id(life_groups[1]));
		CHECK_EQUAL(allocspan_block_group_id(block), allocspan_token_id(life_groups[0]));
		free(block);
	}
	allocspan_guard_exit(&outer);
	CHECK_EQUAL(allocspan_current_group_id(), 0);
}

void after_longjmp_without_a_mark_the_outer_guard_still_exits()
{
	void *volatile block = nullptr;
	const allocspan_mark everything = allocspan_mark_take();
	allocspan_guard outer = allocspan_token_enter(life_groups[2]);

	if (setjmp(way_out) == 0) {
		enter_deeply_and_jump(20, const_cast<void **>(&block));
	}
	allocspan_guard_exit(&outer);
	/* What was jumped over is stale, and harmless. */
	CHECK_EQUAL(allocspan_block_group_id(block), allocspan_token_id(life_groups[0]));
	free(block);
	allocspan_unwind(&everything);
	CHECK_EQUAL(allocspan_current_group_id(), 0);
}

__attribute__((noinline)) void enter_deeply_and_throw(int depth)
{
	ALLOCSPAN_SCOPE(life_groups[depth % LIFE_GROUPS]);
	std::string text(100, 'x');

	kept(text.data());
	if (depth == 0) {
		throw std::runtime_error(
			"a message that is too long to be stored without an allocation");
	}
	enter_deeply_and_throw(depth - 1);
}

void exceptions_leave_every_scope_and_free_every_block()
{
	allocspan_guard outer = allocspan_token_enter(life_groups[0]);
	struct watched watched[LIFE_GROUPS];

	for (int i = 0; i < LIFE_GROUPS; i++) {
		watched[i] = claim_watch(life_groups[i]);
	}
	for (int i = 0; i < 200; i++) {
		bool is_caught = false;

		try {
			enter_deeply_and_throw(20);
		} catch (const std::runtime_error &) {
			is_caught = true;
			CHECK_EQUAL(allocspan_current_group_id(),
				    allocspan_token_id(life_groups[0]));
		}
		CHECK(is_caught);
	}
	for (int i = 0; i < LIFE_GROUPS; i++) {
		allocspan_stats now;

		allocspan_token_stats(life_groups[i], &now);
		CHECK_EQUAL(now.live_blocks, watched[i].before.live_blocks);
		CHECK_EQUAL(now.live_bytes, watched[i].before.live_bytes);
		CHECK(now.alloc_count - watched[i].before.alloc_count >= 200 * 7);
	}
	allocspan_guard_exit(&outer);
	CHECK_EQUAL(allocspan_current_group_id(), 0);
}

void *open_and_close(void *)
{
	allocspan_guard guard = allocspan_token_enter(life_groups[1]);
	void *handle = dlopen(getenv("LIFE_MODULE"), RTLD_NOW | RTLD_LOCAL);
	void *block = nullptr;

	if (handle) {
		auto allocate = reinterpret_cast<void *(*) (size_t)>(
			dlsym(handle, "preload_module_allocate"));

		block = allocate(50);
		dlclose(handle);
	}
	allocspan_guard_exit(&guard);
	return block;
}

/* The module allocates in its constructor, in its destructor, and has thread-local storage. */
void objects_come_and_go_on_any_thread()
{
	uint64_t live_after_first = 0;

	for (int i = 0; i < 100; i++) {
		pthread_t thread;
		void *block = nullptr;
		allocspan_stats now;

		if (i % 2) {
			block = open_and_close(nullptr);
		} else {
			pthread_create(&thread, nullptr, open_and_close, nullptr);
			pthread_join(thread, &block);
		}
		CHECK(block != nullptr);
		CHECK_EQUAL(allocspan_block_group_id(block), allocspan_token_id(life_groups[1]));
		free(block);
		allocspan_token_stats(life_groups[1], &now);
		if (i == 10) {
			live_after_first = now.live_blocks;
		}
		if (i > 10) {
			CHECK(now.live_blocks <= live_after_first);
		}
	}
}

pthread_barrier_t step;
void *(*allocate_of_module)(size_t);

void *open_module()
{
	void *handle = dlopen(getenv("LIFE_MODULE"), RTLD_NOW | RTLD_LOCAL);

	CHECK(handle != nullptr);
	allocate_of_module =
		reinterpret_cast<void *(*) (size_t)>(dlsym(handle, "preload_module_allocate"));
	return handle;
}

/* The dynamic linker frees this thread's part of the closed object when it next uses any such storage. */
void *use_module_twice(void *)
{
	allocspan_guard guard = allocspan_token_enter(life_groups[1]);

	free(allocate_of_module(10));
	pthread_barrier_wait(&step);
	pthread_barrier_wait(&step);
	free(allocate_of_module(10));
	allocspan_guard_exit(&guard);
	return nullptr;
}

void local_storage_of_closed_objects_is_freed_once()
{
	struct watched watched = claim_watch(life_groups[1]);
	allocspan_stats now;

	pthread_barrier_init(&step, nullptr, 2);
	for (int i = 0; i < 20; i++) {
		pthread_t thread;
		void *handle = open_module();

		pthread_create(&thread, nullptr, use_module_twice, nullptr);
		pthread_barrier_wait(&step);
		dlclose(handle);
		handle = open_module();
		pthread_barrier_wait(&step);
		pthread_join(thread, nullptr);
		dlclose(handle);
	}
	allocspan_token_stats(life_groups[1], &now);
	/* The last thread's stack is kept for the next one, with its storage. */
	CHECK(now.live_blocks - watched.before.live_blocks <= 2);
}

} // namespace

int main(int argc, char **argv)
{
	static const claim claims[] = {
		CLAIM(handlers_that_interrupt_malloc_change_nothing),
		CLAIM(after_longjmp_a_mark_brings_the_outer_group_back),
		CLAIM(after_longjmp_without_a_mark_the_outer_guard_still_exits),
		CLAIM(exceptions_leave_every_scope_and_free_every_block),
		CLAIM(objects_come_and_go_on_any_thread),
		CLAIM(local_storage_of_closed_objects_is_freed_once),
	};

	life_register();
	int status = check_claims(claims, COUNT_OF(claims), argc, argv);

	life_account();
	return status;
}
