// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "log/log.h"
#include "snapshot/snapshot.h"
#include "web_state.h"

#define LOOK_NS UINT64_C(1000000000)   /* at most one look at the files in that time */
#define AGAIN_NS UINT64_C(10000000000) /* what was refused is tried again, changed or not: memory may be back */
#define FILES 4

/* By which one sees that files are others. */
struct looks {
	struct {
		dev_t device;
		ino_t inode;
		off_t size;
		struct timespec modified, changed;
	} file[FILES];
};

struct skstat_web {
	struct skstat_web_reader reader;
	struct skstat_self *self;
	_Atomic uint64_t due_ns;     /* when the files are looked at again */
	pthread_mutex_t reading;     /* whoever does it; of what is below */
	struct looks looks;	     /* of the files when they were read last, well or not */
	bool refused;		     /* they were not well then */
	uint64_t again_ns;	     /* when they are read again then, at the latest */
	struct skstat_error told;    /* what was said of them */
	pthread_mutex_t lock;	     /* of what is below */
	struct skstat_web_state *state;
};

/* --- states */

static void state_free(struct skstat_web_state *state)
{
	skstat_web_tls_free(state);
	skstat_web_password_free(state);
	if (state->forget)
		state->forget(&state->settings);
	skstat_rate_destroy(&state->rate);
	pthread_mutex_destroy(&state->lock);
	free(state);
}

static struct skstat_web_state *state_read(const struct skstat_web_reader *reader, struct skstat_error *error)
{
	struct skstat_web_state *state = calloc(1, sizeof(*state));
	int err;

	if (!state) {
		skstat_error_set(error, -ENOMEM, "%.100s: there is no memory for it", reader->file);
		return NULL;
	}
	atomic_init(&state->holders, 1);
	pthread_mutex_init(&state->lock, NULL);
	err = reader->read(reader->file, &state->settings, error);
	skstat_rate_init(&state->rate, state->settings.rate_interval_ns, state->settings.rate_burst);
	if (!err) {
		state->forget = reader->forget;
		err = skstat_web_tls_make(state, error);
	}
	if (!err)
		err = skstat_web_password_make(state, error);
	if (!err)
		return state;
	state_free(state);
	return NULL;
}

struct skstat_web_state *skstat_web_hold(struct skstat_web_state *state)
{
	atomic_fetch_add(&state->holders, 1);
	return state;
}

void skstat_web_put(struct skstat_web_state *state)
{
	if (state && atomic_fetch_sub(&state->holders, 1) == 1)
		state_free(state);
}

const struct skstat_web_settings *skstat_web_settings(const struct skstat_web_state *state)
{
	return &state->settings;
}

bool skstat_web_has_header(const struct skstat_web_state *state, const char *name)
{
	for (size_t i = 0; state && i < state->settings.headers; i++)
		if (strcasecmp(state->settings.header[i].name, name) == 0)
			return true;
	return false;
}

/* --- the files */

static void look(const char *file, struct looks *looks, size_t place)
{
	struct stat now;

	/* Of what is not there all is 0. */
	if (!file || stat(file, &now))
		return;
	looks->file[place].device = now.st_dev;
	looks->file[place].inode = now.st_ino;
	looks->file[place].size = now.st_size;
	looks->file[place].modified = now.st_mtim;
	looks->file[place].changed = now.st_ctim;
}

/* The file, and those that its last good reading named: others are looked at from the next one on. */
static void look_all(const struct skstat_web *web, const struct skstat_web_settings *settings, struct looks *looks)
{
	memset(looks, 0, sizeof(*looks));
	look(web->reader.file, looks, 0);
	if (!settings)
		return;
	look(settings->cert_file, looks, 1);
	look(settings->key_file, looks, 2);
	look(settings->client_ca_file, looks, 3);
}

static void show(struct skstat_web *web, const struct skstat_web_state *state)
{
	skstat_self_set(web->self, web_config_ok, 1);
	skstat_self_set(web->self, web_config_wall_ns, skstat_wall_ns());
	skstat_self_set(web->self, web_certificate_end_ns, state->expires_s * UINT64_C(1000000000));
}

/* A listener speaks TLS or not from its start on. */
static int check_tls(const struct skstat_web *web, const struct skstat_web_state *old,
		     const struct skstat_web_state *fresh, struct skstat_error *error)
{
	if (old->settings.tls == fresh->settings.tls)
		return 0;
	return skstat_error_set(error, -EINVAL, "%.100s: to begin or end with TLS takes a restart", web->reader.file);
}

static void refuse(struct skstat_web *web, const struct skstat_error *error, uint64_t now)
{
	skstat_self_set(web->self, web_config_ok, 0);
	if (!web->refused || strcmp(web->told.text, error->text) != 0)
		skstat_log(SKSTAT_LOG_ERROR, "what TCP listeners do stays as it is: %s", error->text);
	web->refused = true;
	web->told = *error;
	web->again_ns = now + AGAIN_NS;
}

static void take_fresh(struct skstat_web *web, struct skstat_web_state *fresh)
{
	struct skstat_web_state *old;

	pthread_mutex_lock(&web->lock);
	old = web->state;
	web->state = fresh;
	pthread_mutex_unlock(&web->lock);
	skstat_web_put(old);
	web->refused = false;
	show(web, fresh);
	skstat_log(SKSTAT_LOG_INFO, "%s and the certificates were read again", web->reader.file);
}

/* By who has `reading`: nobody else changes the state. */
static void refresh(struct skstat_web *web, uint64_t now)
{
	struct skstat_error error = { 0 };
	struct skstat_web_state *fresh;
	struct looks looks;
	int err;

	look_all(web, &web->state->settings, &looks);
	if (memcmp(&looks, &web->looks, sizeof(looks)) == 0 && !(web->refused && now >= web->again_ns))
		return;
	/* As they look before they are read: what changes meanwhile, or is named anew, is read once more. */
	web->looks = looks;
	fresh = state_read(&web->reader, &error);
	err = fresh ? check_tls(web, web->state, fresh, &error) : -1;
	if (!err) {
		take_fresh(web, fresh);
		return;
	}
	skstat_web_put(fresh);
	refuse(web, &error, now);
}

struct skstat_web_state *skstat_web_take(struct skstat_web *web)
{
	const uint64_t now = skstat_now_ns();
	uint64_t due = atomic_load(&web->due_ns);
	struct skstat_web_state *state;

	/* One of those who come does it; the others have the last one meanwhile. */
	if (now >= due && atomic_compare_exchange_strong(&web->due_ns, &due, now + LOOK_NS) &&
	    pthread_mutex_trylock(&web->reading) == 0) {
		refresh(web, now);
		pthread_mutex_unlock(&web->reading);
	}
	pthread_mutex_lock(&web->lock);
	state = skstat_web_hold(web->state);
	pthread_mutex_unlock(&web->lock);
	return state;
}

bool skstat_web_admits(struct skstat_web *web, uint64_t now_ns)
{
	struct skstat_web_state *state = web ? skstat_web_take(web) : NULL;
	bool may = !state || skstat_rate_take(&state->rate, now_ns);

	skstat_web_put(state);
	return may;
}

struct skstat_web *skstat_web_new(const struct skstat_web_reader *reader, struct skstat_self *self,
				  struct skstat_error *error)
{
	struct skstat_web *web = calloc(1, sizeof(*web));
	struct skstat_web_state *named;

	if (!web) {
		skstat_error_set(error, -ENOMEM, "no memory for --web.config.file");
		return NULL;
	}
	web->reader = *reader;
	web->self = self;
	named = state_read(reader, error);
	if (!named) {
		free(web);
		return NULL;
	}
	/* As they look before they are read, once their names are known. */
	look_all(web, &named->settings, &web->looks);
	skstat_web_put(named);
	web->state = state_read(reader, error);
	if (!web->state) {
		free(web);
		return NULL;
	}
	pthread_mutex_init(&web->reading, NULL);
	pthread_mutex_init(&web->lock, NULL);
	show(web, web->state);
	return web;
}

void skstat_web_free(struct skstat_web *web)
{
	if (!web)
		return;
	skstat_web_put(web->state);
	pthread_mutex_destroy(&web->lock);
	pthread_mutex_destroy(&web->reading);
	free(web);
}
