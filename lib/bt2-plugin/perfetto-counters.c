/* SPDX-License-Identifier: MIT */
/*
 * The live bytes of groups over time, as counter tracks of their processes.
 */
#include "perfetto-counters.h"

#include "array.h"
#include "json-text.h"
#include "tag-string.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Between two points of a track lies at least this part of the time so far, times the number of tracks, so that a trace of
 * many groups has no larger file; and at least so much time.
 */
#define TIME_PARTS 4096
#define LEAST_GAP_NS 1000
/* No tags are like this. */
#define EVERYTHING ""

struct aspan_perfetto_track {
	uint32_t process;
	char *name;
	int64_t bytes;
	uint64_t changed_ns; /* when it became that */
	int64_t highest; /* since the last point */
	uint64_t highest_ns;
	uint64_t point_ns; /* of the last point */
	bool has_news;
};

struct aspan_perfetto_group {
	uint32_t track, total; /* of the group and of its process */
	int64_t bytes;
};

void aspan_perfetto_counters_fini(struct aspan_perfetto_counters *counters)
{
	for (size_t i = 0; i < counters->track_count; i++) {
		free(counters->tracks[i].name);
	}
	free(counters->tracks);
	free(counters->groups);
	aspan_text_map_fini(&counters->by_tags);
}

static int64_t get_live(const struct aspan_group *group)
{
	int64_t bytes = (int64_t) ((uint64_t) group->base.bytes + group->seen.alloc_bytes -
				   group->seen.free_bytes);

	return bytes > 0 ? bytes : 0;
}

/* "live: parser tenant=42" */
static char *make_name(const char *string)
{
	struct aspan_tags tags;
	char *name = NULL;
	size_t size;
	FILE *stream;

	if (aspan_tags_parse(string, &tags)) {
		return asprintf(&name, "live: %s", *string ? string : "(everything)") < 0 ? NULL :
											    name;
	}
	stream = open_memstream(&name, &size);
	if (stream) {
		fprintf(stream, "live: %s", tags.name);
		for (size_t i = 0; i < tags.tag_count; i++) {
			fprintf(stream, " %s=%s", tags.tags[i].key, tags.tags[i].value);
		}
		if (fclose(stream)) {
			free(name);
			name = NULL;
		}
	}
	aspan_tags_fini(&tags);
	return name;
}

/* A track begins with nothing. */
static int find_track(struct aspan_perfetto_counters *counters, uint32_t process, const char *tags,
		      uint64_t time_ns, uint32_t *index)
{
	struct aspan_perfetto_track *track;

	*index = aspan_text_map_find(&counters->by_tags, process, tags);
	if (*index != ASPAN_TEXT_MAP_NONE) {
		return 0;
	}
	*index = (uint32_t) counters->track_count;
	track = ASPAN_ARRAY_APPEND(counters, tracks, track);
	if (!track) {
		return -ENOMEM;
	}
	track->process = process;
	track->changed_ns = track->highest_ns = time_ns;
	track->has_news = true;
	track->name = make_name(tags);
	return track->name ? aspan_text_map_set(&counters->by_tags, process, tags, *index) :
			     -ENOMEM;
}

static int add_group(struct aspan_perfetto_counters *counters, const struct aspan_model *model,
		     uint64_t time_ns)
{
	const struct aspan_group *is = &model->groups[counters->group_count];
	struct aspan_perfetto_group *group = ASPAN_ARRAY_APPEND(counters, groups, group);
	int result = group ? find_track(counters, is->process, is->tags, time_ns, &group->track) :
			     -ENOMEM;

	return result ? result :
			find_track(counters, is->process, EVERYTHING, time_ns, &group->total);
}

static int write_point(struct aspan_perfetto_output *output, const struct aspan_model *model,
		       const struct aspan_perfetto_track *track, uint64_t time_ns, int64_t bytes)
{
	int result = aspan_perfetto_begin_event(output, model, 'C', time_ns, track->process);

	result = result ? result : aspan_perfetto_add_text(output, "name", track->name);
	fprintf(output->stream, ",\"args\":{\"bytes\":%" PRId64 "}}", bytes);
	return result;
}

/* The highest since the last point, if it is not what is there now; and what is there now. */
static int write_points(struct aspan_perfetto_output *output, const struct aspan_model *model,
			struct aspan_perfetto_track *track)
{
	int result = 0;

	if (track->highest > track->bytes) {
		result = write_point(output, model, track, track->highest_ns, track->highest);
	}
	result = result ? result :
			  write_point(output, model, track, track->changed_ns, track->bytes);
	track->point_ns = track->changed_ns;
	track->highest = track->bytes;
	track->highest_ns = track->changed_ns;
	track->has_news = false;
	return result;
}

static uint64_t get_gap(const struct aspan_perfetto_counters *counters,
			const struct aspan_perfetto_output *output, uint64_t time_ns)
{
	uint64_t gap_ns = (time_ns - output->origin_ns) / TIME_PARTS * counters->track_count;

	return gap_ns > LEAST_GAP_NS ? gap_ns : LEAST_GAP_NS;
}

/* What was noted before is written before the value changes, so that a point never says what came later. */
static int change(const struct aspan_perfetto_counters *counters,
		  struct aspan_perfetto_output *output, const struct aspan_model *model,
		  uint32_t index, int64_t step, uint64_t time_ns)
{
	struct aspan_perfetto_track *track = &counters->tracks[index];
	int result = 0;

	if (step == 0) {
		return 0;
	}
	if (track->has_news && time_ns - track->point_ns >= get_gap(counters, output, time_ns)) {
		result = write_points(output, model, track);
	}
	/* A damaged trace has sizes that no machine has. */
	if (__builtin_add_overflow(track->bytes, step, &track->bytes)) {
		track->bytes = step < 0 ? INT64_MIN : INT64_MAX;
	}
	track->changed_ns = time_ns;
	track->has_news = true;
	if (track->bytes > track->highest) {
		track->highest = track->bytes;
		track->highest_ns = time_ns;
	}
	return result;
}

static int set_group(struct aspan_perfetto_counters *counters, struct aspan_perfetto_output *output,
		     const struct aspan_model *model, uint32_t index, int64_t bytes,
		     uint64_t time_ns)
{
	struct aspan_perfetto_group *group = &counters->groups[index];
	int64_t step = bytes - group->bytes;
	int result;

	group->bytes = bytes;
	result = change(counters, output, model, group->track, step, time_ns);
	return result ? result : change(counters, output, model, group->total, step, time_ns);
}

static int take_groups(struct aspan_perfetto_counters *counters, const struct aspan_model *model,
		       uint64_t time_ns)
{
	int result = 0;

	while (!result && counters->group_count < model->group_count) {
		result = add_group(counters, model, time_ns);
	}
	return result;
}

int aspan_perfetto_counters_take(struct aspan_perfetto_counters *counters,
				 struct aspan_perfetto_output *output,
				 const struct aspan_model *model, uint32_t group, uint64_t time_ns)
{
	int result = take_groups(counters, model, time_ns);

	return result ? result :
			set_group(counters, output, model, group, get_live(&model->groups[group]),
				  time_ns);
}

int aspan_perfetto_counters_finish(struct aspan_perfetto_counters *counters,
				   struct aspan_perfetto_output *output,
				   const struct aspan_model *model)
{
	int result = take_groups(counters, model, model->last_ns);

	for (uint32_t i = 0; !result && i < counters->group_count; i++) {
		struct aspan_group_result is = aspan_model_get_result(model, &model->groups[i]);

		result = set_group(counters, output, model, i, (int64_t) is.live_bytes,
				   model->last_ns);
	}
	for (size_t i = 0; !result && i < counters->track_count; i++) {
		if (counters->tracks[i].has_news) {
			result = write_points(output, model, &counters->tracks[i]);
		}
	}
	return result;
}
