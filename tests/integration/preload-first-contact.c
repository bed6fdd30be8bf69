/* SPDX-License-Identifier: MIT */
/*
 * A thread's first contact with the library may be in a signal handler that interrupted malloc or free: then the allocator
 * is not called again, whatever LTTng, the dynamic linker and the C library allocate for the thread.
 *
 * The program is not linked to LTTng, so that LTTng's thread-local storage is allocated late. It runs under the
 * interposer over preload-first-contact-next.c. FIRST_CONTACT_MODULE is preload-module.c, which has such storage too.
 */
#include "claims.h"
#include "preload-first-contact.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#define SIGNAL SIGUSR1

static struct allocspan_token *token;
static struct allocspan_span *span;
static struct allocspan_fiber *fiber;
static struct allocspan_context context;
static void (*contact)(void);

static void on_signal(int signal_number)
{
	(void) signal_number;
	contact();
}

static void contact_by_token(void)
{
	struct allocspan_guard guard = allocspan_token_enter(token);

	allocspan_guard_exit(&guard);
}

static void contact_by_span(void)
{
	struct allocspan_guard guard = allocspan_span_enter(span);

	allocspan_guard_exit(&guard);
}

static void contact_by_context(void)
{
	struct allocspan_guard guard = allocspan_context_enter(&context);

	allocspan_guard_exit(&guard);
}

static void contact_by_untracked(void)
{
	struct allocspan_guard guard = allocspan_untracked_enter();

	allocspan_guard_exit(&guard);
}

static void contact_by_misuse(void)
{
	struct allocspan_guard never = { 0 };

	allocspan_guard_exit(&never);
}

static void *allocate(void *unused)
{
	(void) unused;
	first_contact_arm(FIRST_CONTACT_ALLOCATE, SIGNAL);
	free(kept(malloc(40)));
	return NULL;
}

static void *release(void *unused)
{
	void *block = kept(malloc(40));

	(void) unused;
	first_contact_arm(FIRST_CONTACT_FREE, SIGNAL);
	free(block);
	return NULL;
}

/* On a new thread: nothing but the interrupted call is made of the allocator. */
static void check_contact(void (*by)(void), void *(*work)(void *) )
{
	unsigned int raised = first_contact_raised();
	unsigned int reentered = first_contact_reentered();
	pthread_t thread;

	contact = by;
	pthread_create(&thread, NULL, work, NULL);
	pthread_join(thread, NULL);
	CHECK_EQUAL(first_contact_raised() - raised, 1);
	CHECK_EQUAL(first_contact_reentered() - reentered, 0);
}

static void a_token_is_entered_inside_malloc(void)
{
	check_contact(contact_by_token, allocate);
}

static void a_token_is_entered_inside_free(void)
{
	check_contact(contact_by_token, release);
}

static void a_span_is_entered_inside_malloc(void)
{
	check_contact(contact_by_span, allocate);
}

static void a_context_is_entered_inside_malloc(void)
{
	check_contact(contact_by_context, allocate);
}

static void an_untracked_period_begins_inside_malloc(void)
{
	check_contact(contact_by_untracked, allocate);
}

static void *allocate_on_a_fiber(void *unused)
{
	allocspan_fiber_switch(fiber);
	return allocate(unused);
}

static void a_span_is_entered_on_a_fiber_inside_malloc(void)
{
	fiber = allocspan_fiber_create();
	check_contact(contact_by_span, allocate_on_a_fiber);
	allocspan_fiber_destroy(fiber);
}

static void a_misuse_is_recorded_inside_malloc(void)
{
	uint64_t before = allocspan_misuse_count();

	check_contact(contact_by_misuse, allocate);
	CHECK_EQUAL(allocspan_misuse_count() - before, 1);
}

static bool copy_file(const char *from, int to)
{
	int file = open(from, O_RDONLY | O_CLOEXEC);
	char buffer[4096];
	ssize_t length;

	while ((length = read(file, buffer, sizeof(buffer))) > 0) {
		if (write(to, buffer, (size_t) length) != length) {
			return false;
		}
	}
	close(file);
	return length == 0;
}

/* Each time another one. */
static void *open_module(void)
{
	char path[] = "/tmp/allocspan-first-contact-XXXXXX";
	int file = mkstemp(path);
	void *module;

	CHECK(copy_file(getenv("FIRST_CONTACT_MODULE"), file));
	close(file);
	module = dlopen(path, RTLD_NOW);
	CHECK(module != NULL);
	unlink(path);
	return module;
}

/* The one that came last would take its place in the thread's table with it. */
static void *allocate_after_a_module_was_closed(void *unused)
{
	void *closed = open_module();
	void *kept_open = open_module();
	void *(*use)(size_t) = (void *(*) (size_t)) dlsym(closed, "preload_module_allocate");

	CHECK(kept_open != NULL);
	free(use(10));
	dlclose(closed);
	return allocate(unused);
}

/* The dynamic linker frees what the closed module had on the thread. */
static void storage_of_a_closed_module_is_left_alone_inside_malloc(void)
{
	check_contact(contact_by_token, allocate_after_a_module_was_closed);
}

/* More than the dynamic linker leaves room for in a thread's table. */
static void open_many_modules(void)
{
	for (int i = 0; i < 40; i++) {
		open_module();
	}
}

static void *allocate_after_many_modules(void *unused)
{
	open_many_modules();
	return allocate(unused);
}

/* The dynamic linker moves the table of the thread's storage, and the thread goes on with it. */
static void a_threads_table_of_storage_grows_inside_malloc(void)
{
	check_contact(contact_by_span, allocate_after_many_modules);
}

static long resident_pages(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = -1;

	if (fscanf(file, "%*d %ld", &pages) != 1) {
		pages = -1;
	}
	fclose(file);
	return pages;
}

static void check_many_contacts(int count)
{
	for (int i = 0; i < count; i++) {
		check_contact(contact_by_span, allocate);
	}
}

/* A page a thread would be kept otherwise. */
static void what_a_thread_was_prepared_with_ends_with_it(void)
{
	long before;

	check_many_contacts(100);
	before = resident_pages();
	check_many_contacts(2000);
	CHECK(resident_pages() - before < 1000);
}

static void set_up(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct allocspan_guard guard;

	sigaction(SIGNAL, &action, NULL);
	token = allocspan_token_register("token", NULL, 0);
	span = allocspan_span_create("span");
	guard = allocspan_token_enter(token);
	context = allocspan_context_capture();
	allocspan_guard_exit(&guard);
}

int main(void)
{
	static const struct claim claims[] = {
		CLAIM(a_token_is_entered_inside_malloc),
		CLAIM(a_token_is_entered_inside_free),
		CLAIM(a_span_is_entered_inside_malloc),
		CLAIM(a_context_is_entered_inside_malloc),
		CLAIM(an_untracked_period_begins_inside_malloc),
		CLAIM(a_span_is_entered_on_a_fiber_inside_malloc),
		CLAIM(a_misuse_is_recorded_inside_malloc),
		CLAIM(storage_of_a_closed_module_is_left_alone_inside_malloc),
		CLAIM(a_threads_table_of_storage_grows_inside_malloc),
		CLAIM(what_a_thread_was_prepared_with_ends_with_it),
	};

	set_up();
	for (size_t i = 0; i < COUNT_OF(claims); i++) {
		const int failures = claim_failures;

		claim_name = claims[i].name;
		claims[i].check();
		printf("%s %s\n", claim_failures == failures ? "ok" : "FAILED", claims[i].name);
	}
	return claim_failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
