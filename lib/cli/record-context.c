/* SPDX-License-Identifier: MIT */
/*
 * The names of LTTng's contexts, as `lttng add-context --type` takes them.
 *
 * Three forms: a plain name; perf:thread:COUNTER or perf:thread:raw:rHEX:NAME, a performance counter; and
 * $app.PROVIDER:NAME, a context that the program itself provides.
 */
#include "record-context.h"
#include "terminal.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PERF_PREFIX "perf:thread:"
#define RAW_PREFIX "raw:r"
#define APP_PREFIX "$app."

/* A cache counter's number: which cache, then the operation, then hits or misses. */
#define CACHE_OPERATION_SHIFT 8
#define CACHE_RESULT_SHIFT 16

static const struct {
	const char *name;
	enum lttng_event_context_type type;
} plain_contexts[] = {
	{ "vpid", LTTNG_EVENT_CONTEXT_VPID },
	{ "vtid", LTTNG_EVENT_CONTEXT_VTID },
	{ "ip", LTTNG_EVENT_CONTEXT_IP },
	{ "procname", LTTNG_EVENT_CONTEXT_PROCNAME },
	{ "vuid", LTTNG_EVENT_CONTEXT_VUID },
	{ "pthread_id", LTTNG_EVENT_CONTEXT_PTHREAD_ID },
	{ "veuid", LTTNG_EVENT_CONTEXT_VEUID },
	{ "cgroup_ns", LTTNG_EVENT_CONTEXT_CGROUP_NS },
	{ "vsuid", LTTNG_EVENT_CONTEXT_VSUID },
	{ "ipc_ns", LTTNG_EVENT_CONTEXT_IPC_NS },
	{ "vgid", LTTNG_EVENT_CONTEXT_VGID },
	{ "mnt_ns", LTTNG_EVENT_CONTEXT_MNT_NS },
	{ "vegid", LTTNG_EVENT_CONTEXT_VEGID },
	{ "net_ns", LTTNG_EVENT_CONTEXT_NET_NS },
	{ "vsgid", LTTNG_EVENT_CONTEXT_VSGID },
	{ "pid_ns", LTTNG_EVENT_CONTEXT_PID_NS },
	{ "time_ns", LTTNG_EVENT_CONTEXT_TIME_NS },
	{ "user_ns", LTTNG_EVENT_CONTEXT_USER_NS },
	{ "uts_ns", LTTNG_EVENT_CONTEXT_UTS_NS },
};

struct counter {
	const char *name;
	uint32_t type;
	uint64_t config;
};

static const struct counter plain_counters[] = {
	{ "cpu-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	{ "cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	{ "instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
	{ "cache-references", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES },
	{ "cache-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES },
	{ "branch-instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS },
	{ "branches", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS },
	{ "branch-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES },
	{ "bus-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BUS_CYCLES },
	{ "stalled-cycles-frontend", PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND },
	{ "idle-cycles-frontend", PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND },
	{ "stalled-cycles-backend", PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_BACKEND },
	{ "idle-cycles-backend", PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_BACKEND },
	{ "cpu-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK },
	{ "task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK },
	{ "page-fault", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS },
	{ "faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS },
	{ "minor-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN },
	{ "major-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ },
	{ "context-switches", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES },
	{ "cs", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES },
	{ "cpu-migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS },
	{ "migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS },
	{ "alignment-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_ALIGNMENT_FAULTS },
	{ "emulation-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_EMULATION_FAULTS },
};

static const struct {
	const char *prefix;
	uint64_t config;
} caches[] = {
	{ "L1-dcache-", PERF_COUNT_HW_CACHE_L1D }, { "L1-icache-", PERF_COUNT_HW_CACHE_L1I },
	{ "LLC-", PERF_COUNT_HW_CACHE_LL },	   { "dTLB-", PERF_COUNT_HW_CACHE_DTLB },
	{ "iTLB-", PERF_COUNT_HW_CACHE_ITLB },	   { "branch-", PERF_COUNT_HW_CACHE_BPU },
};

#define CACHE_CONFIG(operation, result)                                                            \
	((uint64_t) PERF_COUNT_HW_CACHE_OP_##operation << CACHE_OPERATION_SHIFT |                  \
	 (uint64_t) PERF_COUNT_HW_CACHE_RESULT_##result << CACHE_RESULT_SHIFT)

static const struct {
	const char *suffix;
	uint64_t config;
} cache_operations[] = {
	{ "loads", CACHE_CONFIG(READ, ACCESS) },
	{ "load-misses", CACHE_CONFIG(READ, MISS) },
	{ "stores", CACHE_CONFIG(WRITE, ACCESS) },
	{ "store-misses", CACHE_CONFIG(WRITE, MISS) },
	{ "prefetches", CACHE_CONFIG(PREFETCH, ACCESS) },
	{ "prefetch-misses", CACHE_CONFIG(PREFETCH, MISS) },
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What follows the prefix, or NULL. */
static const char *skip_prefix(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

static bool find_cache_counter(const char *name, struct counter *counter)
{
	for (size_t i = 0; i < COUNT_OF(caches); i++) {
		const char *suffix = skip_prefix(name, caches[i].prefix);

		for (size_t j = 0; suffix && j < COUNT_OF(cache_operations); j++) {
			if (strcmp(suffix, cache_operations[j].suffix) == 0) {
				counter->name = name;
				counter->type = PERF_TYPE_HW_CACHE;
				counter->config = caches[i].config | cache_operations[j].config;
				return true;
			}
		}
	}
	return false;
}

static bool parse_raw_counter(const char *text, struct counter *counter)
{
	char *end;

	errno = 0;
	counter->type = PERF_TYPE_RAW;
	counter->config = strtoull(text, &end, 16);
	counter->name = end + 1;
	return errno == 0 && end != text && *end == ':' && end[1];
}

static bool find_counter(const char *name, struct counter *counter)
{
	const char *raw = skip_prefix(name, RAW_PREFIX);

	for (size_t i = 0; i < COUNT_OF(plain_counters); i++) {
		if (strcmp(name, plain_counters[i].name) == 0) {
			*counter = plain_counters[i];
			return true;
		}
	}
	return raw ? parse_raw_counter(raw, counter) : find_cache_counter(name, counter);
}

/* The field's name in the trace is a C identifier: perf_thread_cache_misses. */
static bool init_perf(struct lttng_event_context *context, const char *name)
{
	struct lttng_event_perf_counter_ctx *perf = &context->u.perf_counter;
	struct counter counter;
	int length;

	if (!find_counter(name, &counter)) {
		return false;
	}
	context->ctx = LTTNG_EVENT_CONTEXT_PERF_THREAD_COUNTER;
	perf->type = counter.type;
	perf->config = counter.config;
	length = snprintf(perf->name, sizeof(perf->name), "perf_thread_%s", counter.name);
	for (char *c = perf->name; *c; c++) {
		*c = *c == '-' ? '_' : *c;
	}
	return length > 0 && (size_t) length < sizeof(perf->name);
}

static bool init_app(struct lttng_event_context *context, const char *name)
{
	const char *colon = strchr(name, ':');

	if (!colon || colon == name || !colon[1]) {
		return false;
	}
	context->ctx = LTTNG_EVENT_CONTEXT_APP_CONTEXT;
	context->u.app_ctx.provider_name = strndup(name, (size_t) (colon - name));
	context->u.app_ctx.ctx_name = strdup(colon + 1);
	return context->u.app_ctx.provider_name && context->u.app_ctx.ctx_name;
}

static bool init_plain(struct lttng_event_context *context, const char *name)
{
	for (size_t i = 0; i < COUNT_OF(plain_contexts); i++) {
		if (strcmp(name, plain_contexts[i].name) == 0) {
			context->ctx = plain_contexts[i].type;
			return true;
		}
	}
	return false;
}

int aspan_record_context_init(struct aspan_record_context *context, const char *name)
{
	const char *counter = skip_prefix(name, PERF_PREFIX);
	const char *app = skip_prefix(name, APP_PREFIX);
	bool is_known;

	*context = (struct aspan_record_context){ 0 };
	/* Each packet of a trace says which CPU it is from. */
	context->is_implied = strcmp(name, "cpu_id") == 0;
	if (counter) {
		is_known = init_perf(&context->lttng, counter);
	} else if (app) {
		is_known = init_app(&context->lttng, app);
	} else {
		is_known = context->is_implied || init_plain(&context->lttng, name);
	}
	if (is_known) {
		return 0;
	}
	aspan_record_context_fini(context);
	aspan_terminal_error("--context: LTTng has no context '%s' in user space; examples are "
			     "pthread_id, vuid, perf:thread:cache-misses, $app.PROVIDER:NAME",
			     name);
	return -EINVAL;
}

int aspan_record_context_probe(const struct aspan_record_context *context, const char *name)
{
	struct perf_event_attr attributes = {
		.type = context->lttng.u.perf_counter.type,
		.config = context->lttng.u.perf_counter.config,
		.size = sizeof(attributes),
		.exclude_kernel = 1,
	};
	long fd;

	if (context->lttng.ctx != LTTNG_EVENT_CONTEXT_PERF_THREAD_COUNTER) {
		return 0;
	}
	fd = syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
	if (fd >= 0) {
		close((int) fd);
		return 0;
	}
	aspan_terminal_error("--context: '%s' cannot be counted here (%s); %s", name,
			     strerror(errno),
			     errno == EACCES || errno == EPERM ?
				     "lower /proc/sys/kernel/perf_event_paranoid" :
				     "virtual machines and containers often lack it, leave it out");
	return -errno;
}

void aspan_record_context_fini(struct aspan_record_context *context)
{
	if (context->lttng.ctx == LTTNG_EVENT_CONTEXT_APP_CONTEXT) {
		free(context->lttng.u.app_ctx.provider_name);
		free(context->lttng.u.app_ctx.ctx_name);
	}
}
