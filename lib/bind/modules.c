/* SPDX-License-Identifier: MIT */
/*
 * See modules.h.
 *
 * Runs in constructors of other objects, before our own: there is no set-up.
 */
#include "modules.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "binding.h"
#include "lock.h"
#include "store.h"

#define REGISTER_NAME "lttng_ust_tracepoint_module_register"
#define UNREGISTER_NAME "lttng_ust_tracepoint_module_unregister"
#define FIRST_CAPACITY ((size_t) 64)

struct module {
	struct lttng_ust_tracepoint *const *start;
	size_t count;
	bool is_gone; /* told us so; the file may still be mapped for a while */
	bool is_seen; /* by the scan that goes on */
};

/* Protected by the lock BINDINGS. */
static struct module *modules;
static size_t module_count;
static size_t module_capacity;

typedef void *dlsym_function(void *handle, const char *name);

/* Written once; used by the code at the end of this file. */
__attribute__((visibility("hidden"), used)) _Atomic(dlsym_function *) aspan_bind_next_dlsym;

/* LTTng's, as the first object asked for them. */
static _Atomic(aspan_bind_module_register *) real_register;
static _Atomic(aspan_bind_module_unregister *) real_unregister;

static struct module *find(struct lttng_ust_tracepoint *const *start)
{
	for (size_t i = 0; i < module_count; i++) {
		if (modules[i].start == start) {
			return &modules[i];
		}
	}
	return NULL;
}

static bool make_room(void)
{
	size_t capacity = module_capacity ? 2 * module_capacity : FIRST_CAPACITY;
	struct module *larger;

	if (module_count < module_capacity) {
		return true;
	}
	larger = aspan_bind_map(capacity * sizeof(*larger));
	if (!larger) {
		return false;
	}
	if (modules) {
		memcpy(larger, modules, module_count * sizeof(*larger));
	}
	aspan_bind_unmap(modules, module_capacity * sizeof(*modules));
	modules = larger;
	module_capacity = capacity;
	return true;
}

static void add(struct lttng_ust_tracepoint *const *start, size_t count)
{
	struct module *module = find(start);

	if (!module && make_room()) {
		module = &modules[module_count++];
	}
	if (module) {
		*module = (struct module){ .start = start, .count = count };
	}
}

struct visit {
	aspan_bind_scan_visitor *visitor;
	void *data;
};

/* What the table knows is visited from there. */
static void visit_scanned(struct lttng_ust_tracepoint *const *start, size_t count, void *data)
{
	const struct visit *visit = data;
	struct module *module = find(start);

	if (module) {
		module->is_seen = true;
		return;
	}
	visit->visitor(start, count, visit->data);
}

/* Those that are gone are kept until their files are no longer mapped, so that the scan does not take them up again. */
static void forget_unmapped(void)
{
	size_t kept = 0;

	for (size_t i = 0; i < module_count; i++) {
		if (!modules[i].is_gone || modules[i].is_seen) {
			modules[kept++] = modules[i];
		}
	}
	module_count = kept;
}

void aspan_bind_modules_visit(aspan_bind_scan_visitor *visitor, void *data)
{
	struct visit visit = { visitor, data };

	for (size_t i = 0; i < module_count; i++) {
		modules[i].is_seen = false;
		if (!modules[i].is_gone) {
			visitor(modules[i].start, modules[i].count, data);
		}
	}
	aspan_bind_elf_scan(visit_scanned, &visit);
	forget_unmapped();
}

static int register_module(struct lttng_ust_tracepoint *const *start, int count)
{
	int status = atomic_load_explicit(&real_register, memory_order_relaxed)(start, count);
	struct aspan_bind_lock lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_BINDINGS);

	add(start, (size_t) count);
	aspan_bind_bindings_update();
	aspan_bind_lock_give(&lock);
	return status;
}

static int unregister_module(struct lttng_ust_tracepoint *const *start)
{
	struct aspan_bind_lock lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_BINDINGS);
	struct module *module = find(start);

	if (module) {
		aspan_bind_bindings_remember_names();
		module->is_gone = true;
		aspan_bind_bindings_update();
	}
	aspan_bind_lock_give(&lock);
	aspan_bind_bindings_settle();
	return atomic_load_explicit(&real_unregister, memory_order_relaxed)(start);
}

static dlsym_function *find_next_dlsym(void)
{
	static const char *const versions[] = { "GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5" };
	void *found = NULL;

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]) && !found; i++) {
		found = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
	}
	return (dlsym_function *) found;
}

/*
 * Whether to answer in place of the real dlsym(): the answer, or NULL. Another instance of LTTng, in a namespace of
 * its own (dlmopen), is left alone.
 */
__attribute__((visibility("hidden"), used)) void *aspan_bind_dlsym_choose(void *handle,
									  const char *name);

void *aspan_bind_dlsym_choose(void *handle, const char *name)
{
	dlsym_function *next = atomic_load_explicit(&aspan_bind_next_dlsym, memory_order_relaxed);
	aspan_bind_module_unregister *no_unregister = NULL;
	aspan_bind_module_register *no_register = NULL;
	void *found;

	if (!next) {
		next = find_next_dlsym();
		atomic_store_explicit(&aspan_bind_next_dlsym, next, memory_order_relaxed);
	}
	if (handle == RTLD_NEXT || handle == RTLD_DEFAULT) {
		return NULL;
	}
	if (strcmp(name, REGISTER_NAME) == 0) {
		found = next(handle, name);
		atomic_compare_exchange_strong(&real_register, &no_register,
					       (aspan_bind_module_register *) found);
		return found && found == (void *) atomic_load(&real_register) ?
			       (void *) register_module :
			       found;
	}
	if (strcmp(name, UNREGISTER_NAME) == 0) {
		found = next(handle, name);
		atomic_compare_exchange_strong(&real_unregister, &no_unregister,
					       (aspan_bind_module_unregister *) found);
		return found && found == (void *) atomic_load(&real_unregister) ?
			       (void *) unregister_module :
			       found;
	}
	return NULL;
}

bool aspan_bind_modules_are_watched(void)
{
	dlsym_function *next = atomic_load_explicit(&aspan_bind_next_dlsym, memory_order_relaxed);
	void *ours = dlsym(RTLD_DEFAULT, "dlsym");

	return next && ours != (void *) next;
}

/* The real dlsym() looks at its return address: it is reached with a jump, with everything as the caller left it. */
#if defined(__x86_64__)

__asm__(".text\n"
	".p2align 4\n"
	".globl dlsym\n"
	".type dlsym, @function\n"
	"dlsym:\n"
	"	.cfi_startproc\n"
	"	endbr64\n"
	"	pushq %rdi\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	pushq %rsi\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	subq $8, %rsp\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	call aspan_bind_dlsym_choose\n"
	"	addq $8, %rsp\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	popq %rsi\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	popq %rdi\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	testq %rax, %rax\n"
	"	jne 1f\n"
	"	jmpq *aspan_bind_next_dlsym(%rip)\n"
	"1:	ret\n"
	"	.cfi_endproc\n"
	".size dlsym, . - dlsym\n");

#elif defined(__aarch64__)

__asm__(".text\n"
	".p2align 4\n"
	".globl dlsym\n"
	".type dlsym, %function\n"
	"dlsym:\n"
	"	.cfi_startproc\n"
	"	hint #34\n"
	"	stp x29, x30, [sp, #-32]!\n"
	"	.cfi_def_cfa_offset 32\n"
	"	.cfi_offset x29, -32\n"
	"	.cfi_offset x30, -24\n"
	"	mov x29, sp\n"
	"	stp x0, x1, [sp, #16]\n"
	"	bl aspan_bind_dlsym_choose\n"
	"	mov x9, x0\n"
	"	ldp x0, x1, [sp, #16]\n"
	"	ldp x29, x30, [sp], #32\n"
	"	.cfi_restore x29\n"
	"	.cfi_restore x30\n"
	"	.cfi_def_cfa_offset 0\n"
	"	cbnz x9, 1f\n"
	"	adrp x9, aspan_bind_next_dlsym\n"
	"	ldr x9, [x9, #:lo12:aspan_bind_next_dlsym]\n"
	"	br x9\n"
	"1:	mov x0, x9\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size dlsym, . - dlsym\n");

#endif
