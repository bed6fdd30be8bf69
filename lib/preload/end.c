/* SPDX-License-Identifier: MIT */
/*
 * The functions that end a process's program without its exit handlers, as the program sees them: `_exit` and its like, and
 * those of the exec family. Before each, what the rings of packed recording hold is recorded (LTTng's own buffers outlive the
 * program, ours do not), and nobody is left recording (lib/core/trace-end.h).
 *
 * All of these may be called in signal handlers and in a child of vfork(), so nothing here allocates or
 * waits for more than another thread's recording.
 */
#include <dlfcn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "life.h"

#define EXPORT __attribute__((visibility("default")))

/* X(name, (parameters), (arguments)); each returns -1, or not at all. */
#define EXEC_FUNCTIONS(X)                                                                          \
	X(execve, (const char *path, char *const arguments[], char *const environment[]),          \
	  (path, arguments, environment))                                                          \
	X(execv, (const char *path, char *const arguments[]), (path, arguments))                   \
	X(execvp, (const char *file, char *const arguments[]), (file, arguments))                  \
	X(execvpe, (const char *file, char *const arguments[], char *const environment[]),         \
	  (file, arguments, environment))                                                          \
	X(fexecve, (int file, char *const arguments[], char *const environment[]),                 \
	  (file, arguments, environment))                                                          \
	X(execveat,                                                                                \
	  (int folder, const char *path, char *const arguments[], char *const environment[],       \
	   int flags),                                                                             \
	  (folder, path, arguments, environment, flags))

/* Found at the start: what is called in a signal handler must not have to look for anything. */
#define DEFINE_NEXT(name, type, parameters)                                                        \
	static _Atomic(type(*) parameters) next_##name;                                            \
	static inline type(*find_##name(void)) parameters                                          \
	{                                                                                          \
		/* Relaxed: everybody finds the same. */                                           \
		type(*next) parameters = atomic_load_explicit(&next_##name, memory_order_relaxed); \
                                                                                                   \
		if (!next) {                                                                       \
			next = (type(*) parameters) dlsym(RTLD_NEXT, #name);                       \
			atomic_store_explicit(&next_##name, next, memory_order_relaxed);           \
		}                                                                                  \
		return next;                                                                       \
	}

#define DEFINE_EXEC(name, parameters, arguments_in_parentheses)                                    \
	DEFINE_NEXT(name, int, parameters)                                                         \
	EXPORT int name parameters                                                                 \
	{                                                                                          \
		int result;                                                                        \
                                                                                                   \
		aspan_life_end(ASPAN_END_EXEC);                                                    \
		result = find_##name() arguments_in_parentheses;                                   \
		aspan_life_end_undo();                                                             \
		return result;                                                                     \
	}

EXEC_FUNCTIONS(DEFINE_EXEC)

/* Their arguments end with NULL; `execle` has the environment behind it. */
static size_t count_arguments(va_list *list)
{
	size_t count = 1;

	while (va_arg(*list, char *)) {
		count++;
	}
	return count;
}

static void copy_arguments(char **to, const char *first, va_list *list)
{
	*to++ = (char *) (uintptr_t) first;
	do {
		*to = va_arg(*list, char *);
	} while (*to++);
}

/* On the stack: in a child of vfork() the heap is the parent's. */
#define DEFINE_EXEC_LIST(name, has_environment, call)                                              \
	EXPORT int name(const char *path, const char *first, ...)                                  \
	{                                                                                          \
		char *const *environment = environ;                                                \
		char **arguments;                                                                  \
		va_list list;                                                                      \
                                                                                                   \
		va_start(list, first);                                                             \
		arguments = __builtin_alloca((count_arguments(&list) + 1) * sizeof(*arguments));   \
		va_end(list);                                                                      \
		va_start(list, first);                                                             \
		copy_arguments(arguments, first, &list);                                           \
		if (has_environment) {                                                             \
			environment = va_arg(list, char *const *);                                 \
		}                                                                                  \
		va_end(list);                                                                      \
		return call(path, arguments, environment);                                         \
	}

DEFINE_EXEC_LIST(execl, false, execve)
DEFINE_EXEC_LIST(execle, true, execve)
DEFINE_EXEC_LIST(execlp, false, execvpe)

#define EXIT_FUNCTIONS(X) X(_exit) X(_Exit)

#define DEFINE_EXIT(name)                                                                          \
	DEFINE_NEXT(name, void, (int status))                                                      \
	EXPORT __attribute__((noreturn)) void name(int status)                                     \
	{                                                                                          \
		aspan_life_end(ASPAN_END_AT_ONCE);                                                 \
		find_##name()(status);                                                             \
		__builtin_unreachable();                                                           \
	}

EXIT_FUNCTIONS(DEFINE_EXIT)

__attribute__((constructor)) static void start(void)
{
#define FIND_EXEC(name, parameters, arguments_in_parentheses) find_##name();
	EXEC_FUNCTIONS(FIND_EXEC)
#undef FIND_EXEC
#define FIND_EXIT(name) find_##name();
	EXIT_FUNCTIONS(FIND_EXIT)
#undef FIND_EXIT
}
