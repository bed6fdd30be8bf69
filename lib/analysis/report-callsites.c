/* SPDX-License-Identifier: MIT */
/*
 * The call sites and call stacks of a report, and what they are called.
 *
 * Names come from the model's namer, which looks into the files that were loaded. What the trace itself says of code, where
 * somebody put babeltrace2's filter debug-info before us, counts where the namer knows no function.
 */
#include "report-build.h"

#include "array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE ASPAN_REPORT_NONE

/* Formats a text that the report keeps. */
#define KEEP(report, kept, ...)                                                                    \
	({                                                                                         \
		char *text_;                                                                       \
		aspan_report_keep_text(report, asprintf(&text_, __VA_ARGS__) < 0 ? NULL : text_,   \
				       kept);                                                      \
	})

static const char *get_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static int describe_callsite(struct aspan_report *report, struct aspan_callsite *made)
{
	if (made->function && made->file) {
		return KEEP(report, &made->text, "%s at %s:%" PRIu64, made->function,
			    get_base_name(made->file), made->line);
	}
	if (made->file) {
		return KEEP(report, &made->text, "%s:%" PRIu64, get_base_name(made->file),
			    made->line);
	}
	if (made->function && made->binary) {
		return KEEP(report, &made->text, "%s in %s", made->function,
			    get_base_name(made->binary));
	}
	if (made->function || made->binary) {
		return KEEP(report, &made->text, "%s",
			    made->function ? made->function : get_base_name(made->binary));
	}
	if (report->process_count > 1) {
		return KEEP(report, &made->text, "0x%" PRIx64 " in %s", made->address,
			    report->processes[made->process].text);
	}
	return KEEP(report, &made->text, "0x%" PRIx64, made->address);
}

struct naming {
	const struct aspan_report_build *build;
	struct aspan_callsite *callsites; /* the inlined ones behind those of the tally */
	size_t callsite_count, callsite_capacity;
};

static int keep(struct aspan_report *report, const char *text, const char **kept)
{
	*kept = NULL;
	return text ? aspan_report_keep_text(report, strdup(text), kept) : 0;
}

static int set_code(struct aspan_report *report, struct aspan_callsite *made,
		    const struct aspan_code *code)
{
	int result = keep(report, code->binary, &made->binary);

	result = result ? result : keep(report, code->function, &made->function);
	result = result ? result : keep(report, code->file, &made->file);
	made->line = code->line;
	return result;
}

/* The object of an entry; the first allocations of a process can come before its state dump. */
static bool find_object(const struct aspan_report_build *build,
			const struct aspan_callsite_entry *entry, struct aspan_object_range *range)
{
	const struct aspan_process *process = &build->model->processes[entry->process];
	const struct aspan_origin origin = {
		.trace = process->trace,
		.has_vpid = process->has_vpid,
		.vpid = process->vpid,
		.pid_namespace = process->pid_namespace,
	};
	const struct aspan_object_range *found;

	if (entry->object != ASPAN_OBJECT_NONE) {
		*range = (struct aspan_object_range){ .begin = entry->object_base,
						      .object = entry->object };
		return true;
	}
	found = aspan_objects_find_last(&build->tally->objects, &origin, entry->process,
					entry->address - 1);
	*range = found ? *found : (struct aspan_object_range){ 0 };
	return found;
}

static int add_inlined(struct naming *naming, uint32_t index, const struct aspan_frame_name *name)
{
	struct aspan_report *report = naming->build->report;
	int result = 0;

	for (size_t i = 0; !result && i < name->inlined_count; i++) {
		uint32_t into = (uint32_t) naming->callsite_count;
		struct aspan_callsite *made = ASPAN_ARRAY_APPEND(naming, callsites, callsite);

		if (!made) {
			return -ENOMEM;
		}
		made->address = naming->callsites[index].address;
		made->process = naming->callsites[index].process;
		naming->callsites[index].inlined_into = into;
		result = set_code(report, made, &name->inlined_into[i]);
		result = result ? result : describe_callsite(report, made);
		index = into;
	}
	return result;
}

static int ask_namer(struct naming *naming, uint32_t index)
{
	const struct aspan_report_build *build = naming->build;
	const struct aspan_model *model = build->model;
	const struct aspan_callsite_entry *entry = &build->tally->callsites.entries[index];
	struct aspan_frame_name name = { .inlined_count = 0 };
	struct aspan_object_range range;
	int result;

	if (!model->namer || !find_object(build, entry, &range)) {
		return 0;
	}
	result = model->namer(model->namer_data, &build->tally->objects.objects[range.object],
			      range.begin, entry->address, &name);
	/* What the trace says of a function is more than a place in a file. */
	if (result <= 0 || (entry->function && !name.code.function)) {
		return result;
	}
	result = set_code(build->report, &naming->callsites[index], &name.code);
	return result ? result : add_inlined(naming, index, &name);
}

static int name_callsite(struct naming *naming, uint32_t index)
{
	int result = ask_namer(naming, index);

	return result ? result :
			describe_callsite(naming->build->report, &naming->callsites[index]);
}

static int fill_callsites(struct naming *naming)
{
	const struct aspan_callsite_table *table = &naming->build->tally->callsites;
	int result = 0;

	for (size_t i = 0; i < table->entry_count; i++) {
		const struct aspan_callsite_entry *entry = &table->entries[i];
		struct aspan_callsite *made = ASPAN_ARRAY_APPEND(naming, callsites, callsite);

		if (!made) {
			return -ENOMEM;
		}
		*made = (struct aspan_callsite){
			.address = entry->address,
			.process = entry->process,
			.binary = entry->binary,
			.function = entry->function,
			.file = entry->file,
			.line = entry->line,
		};
	}
	for (size_t i = 0; !result && i < table->entry_count; i++) {
		result = name_callsite(naming, (uint32_t) i);
	}
	return result;
}

static int add_stack_nodes(struct aspan_report_build *build)
{
	const struct aspan_call_tree *tree = &build->tally->calls;
	struct aspan_report *report = build->report;

	if (tree->node_count == 0) {
		return 0;
	}
	report->stack_nodes = calloc(tree->node_count, sizeof(*report->stack_nodes));
	if (!report->stack_nodes) {
		return -ENOMEM;
	}
	report->stack_node_count = tree->node_count;
	report->stack_nodes[0] =
		(struct aspan_report_stack_node){ .parent = NONE, .callsite = NONE };
	for (size_t i = 1; i < tree->node_count; i++) {
		report->stack_nodes[i] = (struct aspan_report_stack_node){
			.parent = tree->nodes[i].parent,
			.callsite = tree->nodes[i].callsite,
		};
	}
	return 0;
}

int aspan_report_add_callsites(struct aspan_report_build *build)
{
	struct naming naming = { .build = build };
	int result = fill_callsites(&naming);

	build->report->callsites = naming.callsites;
	build->report->callsite_count = naming.callsite_count;
	return result ? result : add_stack_nodes(build);
}
