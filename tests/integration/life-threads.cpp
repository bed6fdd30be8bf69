// SPDX-License-Identifier: MIT
/*
 * Threads that come and go: many, very many at once, cancelled ones, and what allocates before main, after it, and while
 * a thread ends.
 */
#include "life.h"

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <allocspan/scope.h>

namespace {

constexpr int SHORT_LIVED = 10000;
constexpr int AT_ONCE = 1000;
constexpr long MOST_GROWTH_KIB = 16 * 1024;

/* Before main, and after it: the account is written by the destructor that runs last. */

char *from_constructor;
int exit_status_of_exit;

__attribute__((constructor(200))) void allocate_before_main()
{
	life_register();
	allocspan_guard guard = allocspan_token_enter(life_groups[2]);

	from_constructor = static_cast<char *>(kept(malloc(77)));
	allocspan_guard_exit(&guard);
}

__attribute__((destructor(200))) void account_last()
{
	allocspan_guard guard = allocspan_token_enter(life_groups[2]);

	free(from_constructor);
	free(kept(calloc(7, 11)));
	allocspan_guard_exit(&guard);
	life_account();
	if (exit_status_of_exit) {
		_exit(exit_status_of_exit);
	}
}

struct global {
	std::string text;

	global()
	{
		life_register();
		allocspan_guard guard = allocspan_token_enter(life_groups[1]);

		text.assign(100, 'x');
		allocspan_guard_exit(&guard);
	}
	~global()
	{
		allocspan_guard guard = allocspan_token_enter(life_groups[1]);
		void *block = kept(malloc(60));

		if (allocspan_block_group_id(block) != allocspan_token_id(life_groups[1]) ||
		    allocspan_block_group_id(text.data()) != allocspan_token_id(life_groups[1])) {
			exit_status_of_exit = 3;
		}
		free(block);
		allocspan_guard_exit(&guard);
	}
} a_global;

void allocate_at_exit()
{
	life_work(0, 10, nullptr);
}

void before_main_and_in_static_constructors_blocks_are_owned()
{
	CHECK_EQUAL(allocspan_block_group_id(from_constructor), allocspan_token_id(life_groups[2]));
	CHECK_EQUAL(allocspan_block_group_id(a_global.text.data()),
		    allocspan_token_id(life_groups[1]));
	CHECK_EQUAL(atexit(allocate_at_exit), 0);
}

long resident_kib()
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[200];
	long kib = 0;

	while (fgets(line, sizeof(line), status)) {
		if (sscanf(line, "VmRSS: %ld", &kib) == 1) {
			break;
		}
	}
	fclose(status);
	return kib;
}

void *live_shortly(void *)
{
	void *left = nullptr;

	life_work(0, 5, &left);
	return left;
}

void ten_thousand_short_lived_threads_take_no_memory()
{
	watched watched = claim_watch(life_groups[0]);
	long before = 0;

	for (int i = 0; i < SHORT_LIVED; i++) {
		pthread_t thread;
		void *left;

		if (i == SHORT_LIVED / 10) {
			before = resident_kib();
		}
		CHECK_EQUAL(pthread_create(&thread, nullptr, live_shortly, nullptr), 0);
		pthread_join(thread, &left);
		free(left);
	}
	CHECK(resident_kib() - before < MOST_GROWTH_KIB);
	allocspan_stats now;
	allocspan_token_stats(life_groups[0], &now);
	CHECK_EQUAL(now.alloc_count - watched.before.alloc_count, SHORT_LIVED * 10);
	CHECK_EQUAL(now.live_blocks, watched.before.live_blocks);
	CHECK_EQUAL(now.live_bytes, watched.before.live_bytes);
}

pthread_barrier_t all_are_there;
void *handed_over[AT_ONCE];

/* Each frees what another one allocated. */
void *live_together(void *argument)
{
	auto index = reinterpret_cast<intptr_t>(argument);
	auto group = static_cast<int>(index % LIFE_GROUPS);
	allocspan_guard guard = allocspan_token_enter(life_groups[group]);

	handed_over[index] = kept(malloc(static_cast<size_t>(index) + 1));
	pthread_barrier_wait(&all_are_there);
	free(handed_over[(index + 1) % AT_ONCE]);
	pthread_barrier_wait(&all_are_there);
	allocspan_guard_exit(&guard);
	return nullptr;
}

void a_thousand_threads_at_once_are_counted()
{
	static pthread_t threads[AT_ONCE];
	struct watched watched[LIFE_GROUPS];
	uint64_t count[LIFE_GROUPS] = {}, bytes[LIFE_GROUPS] = {};
	pthread_attr_t attributes;

	for (int i = 0; i < LIFE_GROUPS; i++) {
		watched[i] = claim_watch(life_groups[i]);
	}
	pthread_barrier_init(&all_are_there, nullptr, AT_ONCE);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 256 * 1024);
	for (intptr_t i = 0; i < AT_ONCE; i++) {
		count[i % LIFE_GROUPS]++;
		bytes[i % LIFE_GROUPS] += static_cast<uint64_t>(i) + 1;
		if (pthread_create(&threads[i], &attributes, live_together,
				   reinterpret_cast<void *>(i)) != 0) {
			fprintf(stderr, "only %ld threads can be made here\n",
				static_cast<long>(i));
			abort();
		}
	}
	for (pthread_t thread : threads) {
		pthread_join(thread, nullptr);
	}
	for (int i = 0; i < LIFE_GROUPS; i++) {
		CHECK_COUNTED(watched[i], count[i], bytes[i], count[i], bytes[i]);
	}
}

pthread_key_t key;

/*
 * Comes again in the next round of destructors, but for the last one: there the order of destructors decides whether
 * the library has already taken its leave of the thread.
 */
constexpr int ROUNDS = PTHREAD_DESTRUCTOR_ITERATIONS - 1;

void destroy_key(void *value)
{
	auto round = reinterpret_cast<intptr_t>(value);

	life_work(1, 1, nullptr);
	if (round < ROUNDS) {
		pthread_setspecific(key, reinterpret_cast<void *>(round + 1));
	}
}

struct local {
	std::unique_ptr<std::string> text;

	~local()
	{
		life_work(2, 1, nullptr);
		text.reset();
	}
};

thread_local local a_local;

void *set_up_and_end(void *)
{
	/* Its first use allocates the C library's note of its destructor. */
	kept(&a_local);
	allocspan_guard guard = allocspan_token_enter(life_groups[2]);

	a_local.text = std::make_unique<std::string>(200, 'y');
	allocspan_guard_exit(&guard);
	pthread_setspecific(key, reinterpret_cast<void *>(1));
	return nullptr;
}

void what_allocates_while_a_thread_ends_is_counted()
{
	constexpr int THREADS = 50;
	watched by_key = claim_watch(life_groups[1]);
	watched by_local = claim_watch(life_groups[2]);
	allocspan_stats now;

	CHECK_EQUAL(pthread_key_create(&key, destroy_key), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;

		pthread_create(&thread, nullptr, set_up_and_end, nullptr);
		pthread_join(thread, nullptr);
	}
	pthread_key_delete(key);
	allocspan_token_stats(life_groups[1], &now);
	CHECK_EQUAL(now.alloc_count - by_key.before.alloc_count, 2 * THREADS * ROUNDS);
	CHECK_EQUAL(now.live_blocks, by_key.before.live_blocks);
	allocspan_token_stats(life_groups[2], &now);
	/* The string, its bytes, and the destructor's two. */
	CHECK_EQUAL(now.alloc_count - by_local.before.alloc_count, 4 * THREADS);
	CHECK_EQUAL(now.live_blocks, by_local.before.live_blocks);
}

std::atomic<int> waiting;

void *wait_for_the_end(void *)
{
	ALLOCSPAN_SCOPE(life_groups[0]);
	auto text = std::make_unique<std::string>(300, 'z');
	ALLOCSPAN_SCOPE(life_groups[1]);
	auto other = std::make_unique<std::string>(400, 'z');

	waiting++;
	for (;;) {
		pause();
	}
}

void a_cancelled_thread_leaves_its_groups_and_blocks()
{
	constexpr int THREADS = 50;
	watched watched = claim_watch(life_groups[0]);
	struct watched inner = claim_watch(life_groups[1]);

	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;
		void *result;

		waiting = 0;
		pthread_create(&thread, nullptr, wait_for_the_end, nullptr);
		while (waiting == 0) {
			sched_yield();
		}
		pthread_cancel(thread);
		pthread_join(thread, &result);
		CHECK(result == PTHREAD_CANCELED);
	}
	allocspan_stats now;
	allocspan_token_stats(life_groups[0], &now);
	CHECK_EQUAL(now.alloc_count - watched.before.alloc_count, 2 * THREADS);
	CHECK_EQUAL(now.live_blocks, watched.before.live_blocks);
	allocspan_token_stats(life_groups[1], &now);
	CHECK_EQUAL(now.live_blocks, inner.before.live_blocks);
	CHECK_EQUAL(allocspan_misuse_count(), 0);
}

} // namespace

int main(int argc, char **argv)
{
	static const claim claims[] = {
		CLAIM(before_main_and_in_static_constructors_blocks_are_owned),
		CLAIM(ten_thousand_short_lived_threads_take_no_memory),
		CLAIM(a_thousand_threads_at_once_are_counted),
		CLAIM(what_allocates_while_a_thread_ends_is_counted),
		CLAIM(a_cancelled_thread_leaves_its_groups_and_blocks),
	};

	return check_claims(claims, COUNT_OF(claims), argc, argv);
}
