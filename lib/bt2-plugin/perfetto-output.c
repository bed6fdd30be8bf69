/* SPDX-License-Identifier: MIT */
/*
 * The events of a Chrome trace, and who they are of.
 */
#include "perfetto-output.h"

#include "array.h"
#include "json-text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* The kernel's highest pid is below. */
#define FIRST_FREE_PID (UINT64_C(1) << 23)

void aspan_perfetto_output_fini(struct aspan_perfetto_output *output)
{
	free(output->pids);
	aspan_id_map_fini(&output->used_pids);
}

void aspan_perfetto_add_time(struct aspan_perfetto_output *output, const char *key,
			     uint64_t duration_ns)
{
	fprintf(output->stream, ",\"%s\":%" PRIu64 ".%03" PRIu64, key, duration_ns / 1000,
		duration_ns % 1000);
}

int aspan_perfetto_add_text(struct aspan_perfetto_output *output, const char *key, const char *text)
{
	fprintf(output->stream, ",\"%s\":", key);
	return aspan_json_write_text(text, output->stream);
}

static int write_name(struct aspan_perfetto_output *output, const char *what, const char *name)
{
	int result;

	fprintf(output->stream, ",\"name\":\"%s\",\"args\":{\"name\":", what);
	result = aspan_json_write_text(name, output->stream);
	fputs("}}", output->stream);
	return result;
}

static void begin_line(struct aspan_perfetto_output *output, char phase, uint64_t pid)
{
	fprintf(output->stream, "%s{\"ph\":\"%c\",\"pid\":%" PRIu64,
		output->has_events ? ",\n" : "\n", phase, pid);
	output->has_events = true;
}

static char *make_process_name(const struct aspan_model *model, uint32_t process)
{
	const struct aspan_process *is = &model->processes[process];
	const char *hostname = model->traces[is->trace].hostname;
	const char *name = is->procname ? is->procname : "process";
	char *text;
	int length = model->trace_count > 1 && hostname ?
			     asprintf(&text, "%s:%s(%" PRIu64 ")", hostname, name, is->vpid) :
			     asprintf(&text, "%s(%" PRIu64 ")", name, is->vpid);

	return length < 0 ? NULL : text;
}

static int add_process(struct aspan_perfetto_output *output, const struct aspan_model *model)
{
	uint32_t process = (uint32_t) output->pid_count;
	uint64_t *pid = ASPAN_ARRAY_APPEND(output, pids, pid);
	char *name = pid ? make_process_name(model, process) : NULL;
	int result;

	if (!name) {
		return -ENOMEM;
	}
	*pid = model->processes[process].vpid;
	if (*pid == 0 || aspan_id_map_find(&output->used_pids, *pid) != ASPAN_ID_MAP_NONE) {
		*pid = FIRST_FREE_PID + process;
	}
	result = aspan_id_map_set(&output->used_pids, *pid, process);
	if (!result) {
		begin_line(output, 'M', *pid);
		result = write_name(output, "process_name", name);
	}
	free(name);
	return result;
}

static int find_pid(struct aspan_perfetto_output *output, const struct aspan_model *model,
		    uint32_t process, uint64_t *pid)
{
	int result = 0;

	while (!result && output->pid_count <= process) {
		result = add_process(output, model);
	}
	*pid = result ? 0 : output->pids[process];
	return result;
}

int aspan_perfetto_begin_event(struct aspan_perfetto_output *output,
			       const struct aspan_model *model, char phase, uint64_t time_ns,
			       uint32_t process)
{
	uint64_t pid;
	int result = find_pid(output, model, process, &pid);

	if (result) {
		return result;
	}
	begin_line(output, phase, pid);
	aspan_perfetto_add_time(output, "ts",
				time_ns > output->origin_ns ? time_ns - output->origin_ns : 0);
	return 0;
}

int aspan_perfetto_name_thread(struct aspan_perfetto_output *output,
			       const struct aspan_model *model, uint32_t process, uint64_t vtid,
			       const char *name)
{
	uint64_t pid;
	int result = find_pid(output, model, process, &pid);

	if (result || !name) {
		return result;
	}
	begin_line(output, 'M', pid);
	fprintf(output->stream, ",\"tid\":%" PRIu64, vtid);
	return write_name(output, "thread_name", name);
}
