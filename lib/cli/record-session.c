/* SPDX-License-Identifier: MIT */
/*
 * The recording session in the session daemon.
 *
 * Buffers are those of a user, or of each process (--buffers). A process that is killed inside the tracer leaves a sub-buffer that is
 * never handed on, and whoever shares it loses what comes behind, uncounted. When a process ends, however it does, the daemons flush
 * what else is in its buffers.
 */
#include "record-session.h"
#include "record-context.h"
#include "record-events.h"
#include "record-signals.h"
#include "terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CHANNEL "allocspan"
/* Part-filled sub-buffers go to disk this often, so that little is lost if everything is killed. */
#define SWITCH_TIMER_US 1000000
#define POLL_MS 5

static const char *const usual_contexts[] = { "vpid", "vtid", "procname" };

/* Tells processes of containers apart, whose vpids are the same. LTTng before 2.12 does not have it. */
#define NAMESPACE_CONTEXT "pid_ns"

static int fail(const char *what, int code)
{
	if (code < 0) {
		aspan_terminal_error("%s: %s; see 'allocspan doctor'", what, lttng_strerror(code));
	}
	return code < 0 ? -EIO : 0;
}

static int create(struct aspan_record_session *session, const char *directory)
{
	struct lttng_session_descriptor *descriptor;
	enum lttng_error_code code;
	time_t now = time(NULL);

	/* The pid makes it unique on this machine. */
	snprintf(session->name, sizeof(session->name), "allocspan-%ld-%d", (long) now, getpid());
	descriptor = lttng_session_descriptor_local_create(session->name, directory);
	code = descriptor ? lttng_create_session_ext(descriptor) : LTTNG_ERR_NOMEM;
	lttng_session_descriptor_destroy(descriptor);
	session->is_created = code == LTTNG_OK;
	return fail("cannot create a recording session", session->is_created ? 0 : -(int) code);
}

static int add_channel(struct aspan_record_session *session,
		       const struct aspan_record_buffers *buffers)
{
	struct lttng_domain domain = {
		.type = LTTNG_DOMAIN_UST,
		.buf_type = buffers->is_per_user ? LTTNG_BUFFER_PER_UID : LTTNG_BUFFER_PER_PID,
	};
	struct lttng_channel *channel = lttng_channel_create(&domain);
	int code;

	session->handle = lttng_create_handle(session->name, &domain);
	if (!channel || !session->handle) {
		lttng_channel_destroy(channel);
		return fail("cannot create a channel", -LTTNG_ERR_NOMEM);
	}
	snprintf(channel->name, sizeof(channel->name), "%s", CHANNEL);
	channel->enabled = 1;
	channel->attr.overwrite = 0;
	channel->attr.subbuf_size = buffers->subbuf_bytes;
	channel->attr.num_subbuf = buffers->subbuf_count;
	channel->attr.switch_timer_interval = SWITCH_TIMER_US;
	code = lttng_enable_channel(session->handle, channel);
	lttng_channel_destroy(channel);
	return fail("cannot create a channel", code);
}

/* 0 or LTTng's error. */
static int try_context(struct lttng_handle *handle, const char *name)
{
	struct aspan_record_context context;
	int code = 0;

	if (aspan_record_context_init(&context, name) < 0) {
		return -LTTNG_ERR_UST_CONTEXT_INVAL;
	}
	if (!context.is_implied) {
		code = lttng_add_context(handle, &context.lttng, NULL, CHANNEL);
	}
	aspan_record_context_fini(&context);
	return code == -LTTNG_ERR_UST_CONTEXT_EXIST ? 0 : code;
}

static int add_context(struct lttng_handle *handle, const char *name)
{
	char what[128];
	int code = try_context(handle, name);

	snprintf(what, sizeof(what), "cannot record the context %s", name);
	return fail(what, code);
}

static void add_namespace_context(struct lttng_handle *handle)
{
	const char *debug = getenv("ALLOCSPAN_DEBUG");
	int code = try_context(handle, NAMESPACE_CONTEXT);

	if (code < 0 && debug && strcmp(debug, "1") == 0) {
		aspan_terminal_note("recording without the context " NAMESPACE_CONTEXT ": %s",
				    lttng_strerror(code));
	}
}

static int add_contexts(struct lttng_handle *handle, const struct aspan_record_options *options)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < sizeof(usual_contexts) / sizeof(usual_contexts[0]);
	     i++) {
		ret = add_context(handle, usual_contexts[i]);
	}
	if (ret == 0) {
		add_namespace_context(handle);
	}
	if (ret == 0 && options->has_callsite) {
		ret = add_context(handle, "ip");
	}
	for (size_t i = 0; ret == 0 && i < options->context_count; i++) {
		ret = add_context(handle, options->contexts[i]);
	}
	return ret;
}

int aspan_record_session_start(struct aspan_record_session *session,
			       const struct aspan_record_options *options,
			       const struct aspan_record_buffers *buffers, const char *shm_path,
			       const char *directory)
{
	int ret;

	*session = (struct aspan_record_session){ 0 };
	ret = create(session, directory);
	if (ret == 0 && shm_path) {
		ret = fail("cannot place the buffers",
			   lttng_set_session_shm_path(session->name, shm_path));
	}
	ret = ret < 0 ? ret : add_channel(session, buffers);
	ret = ret < 0 ? ret : add_contexts(session->handle, options);
	if (ret == 0 && aspan_record_events_enable(session->handle, CHANNEL, options) < 0) {
		ret = -EIO;
	}
	if (ret == 0) {
		ret = fail("cannot start recording", lttng_start_tracing(session->name));
	}
	if (ret < 0) {
		aspan_record_session_destroy(session);
	}
	return ret;
}

int aspan_record_session_stop(struct aspan_record_session *session)
{
	int code = lttng_stop_tracing_no_wait(session->name);

	if (code < 0 && code != -LTTNG_ERR_TRACE_ALREADY_STOPPED) {
		return fail("cannot stop recording", code);
	}
	for (;;) {
		code = lttng_data_pending(session->name);
		if (code <= 0) {
			return fail("cannot finish the trace", code);
		}
		if (aspan_record_signals_interrupted(POLL_MS)) {
			return -EINTR;
		}
	}
}

int aspan_record_session_count_discarded(const struct aspan_record_session *session,
					 uint64_t *count)
{
	struct lttng_channel *channels = NULL;
	int channel_count = lttng_list_channels(session->handle, &channels);
	uint64_t discarded;

	*count = 0;
	for (int i = 0; i < channel_count; i++) {
		if (lttng_channel_get_discarded_event_count(&channels[i], &discarded) == 0) {
			*count += discarded;
		}
	}
	free(channels);
	return channel_count < 0 ? -EIO : 0;
}

void aspan_record_session_destroy(struct aspan_record_session *session)
{
	if (session->is_created) {
		/* Whoever called stop has waited for the data already. */
		lttng_destroy_session_no_wait(session->name);
	}
	lttng_destroy_handle(session->handle);
	*session = (struct aspan_record_session){ 0 };
}
