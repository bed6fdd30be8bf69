/* SPDX-License-Identifier: MIT */
/*
 * Examples of the functions of fiber.h; Doxygen shows them one by one. Run it: every assertion
 * holds.
 *
 * The coroutine here is one of ucontext.h; any other way to switch stacks is served the same way.
 */
#include <allocspan/fiber.h>
#include <allocspan/token.h>

#include <assert.h>
#include <stdio.h>
#include <ucontext.h>

struct coroutine {
	ucontext_t stack;
	struct allocspan_fiber *fiber;
};

static struct coroutine scheduler, task;
static struct allocspan_token *owner;
static char task_stack[64 * 1024];

//! [allocspan_fiber_switch]
static void switch_between(struct coroutine *from, struct coroutine *to)
{
	allocspan_fiber_switch(to->fiber);
	swapcontext(&from->stack, &to->stack);
}
//! [allocspan_fiber_switch]

/* Its guard stays entered while the scheduler runs, and is active again when it goes on. */
static void run_task(void)
{
	struct allocspan_guard guard = allocspan_token_enter(owner);

	switch_between(&task, &scheduler);
	assert(allocspan_current_group_id() == allocspan_token_id(owner));
	allocspan_guard_exit(&guard);
	switch_between(&task, &scheduler);
}

static void start(void)
{
	//! [allocspan_fiber_create]
	task.fiber = allocspan_fiber_create();
	if (!task.fiber) {
		perror("cannot make a fiber");
		return;
	}
	//! [allocspan_fiber_create]

	//! [allocspan_fiber_get_current]
	/* The scheduler runs on the fiber that its thread began with. */
	scheduler.fiber = allocspan_fiber_get_current();
	//! [allocspan_fiber_get_current]

	getcontext(&task.stack);
	task.stack.uc_stack.ss_sp = task_stack;
	task.stack.uc_stack.ss_size = sizeof(task_stack);
	makecontext(&task.stack, run_task, 0);
}

static void end(void)
{
	//! [allocspan_fiber_destroy]
	allocspan_fiber_destroy(task.fiber);
	task.fiber = NULL;
	//! [allocspan_fiber_destroy]
}

int main(void)
{
	owner = allocspan_token_register("task", NULL, 0);
	start();
	assert(owner && task.fiber && scheduler.fiber);

	switch_between(&scheduler, &task);
	assert(allocspan_current_group_id() == 0); /* what the task entered stayed with the task */
	switch_between(&scheduler, &task);

	end();
	allocspan_token_release(owner);
	assert(allocspan_misuse_count() == 0);
	return 0;
}
