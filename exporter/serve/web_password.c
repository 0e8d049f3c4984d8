// SPDX-License-Identifier: GPL-2.0
#include <crypt.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "web_state.h"

/* For names that are nobody's: to refuse them takes as long. */
static const char nobody[] = "$2b$10$abcdefghijklmnopqrstuuEhtLqz92o4iJrBsTGdT3tqYzernTTAi";

int skstat_web_password_make(struct skstat_web_state *state, struct skstat_error *error)
{
	const size_t users = state->settings.users;

	if (!users)
		return 0;
	state->right = calloc(users, sizeof(*state->right));
	state->known = calloc(users, sizeof(*state->known));
	if (!state->right || !state->known)
		return skstat_error_set(error, -ENOMEM, "no memory for passwords");
	if (gnutls_rnd(GNUTLS_RND_KEY, &state->secret, sizeof(state->secret)) < 0)
		return skstat_error_set(error, -EIO, "there are no random numbers for passwords");
	return 0;
}

void skstat_web_password_free(struct skstat_web_state *state)
{
	explicit_bzero(&state->secret, sizeof(state->secret));
	free(state->right);
	free(state->known);
}

/* Of name and password, which no zero byte can be in. */
static int make_digest(const struct skstat_web_state *state, const char *name, const char *password,
		       struct skstat_digest *digest)
{
	gnutls_hmac_hd_t hmac;

	if (gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA256, &state->secret, sizeof(state->secret)) < 0)
		return -EIO;
	gnutls_hmac(hmac, name, strlen(name) + 1);
	gnutls_hmac(hmac, password, strlen(password));
	gnutls_hmac_deinit(hmac, digest);
	return 0;
}

static bool same(const struct skstat_digest *a, const struct skstat_digest *b)
{
	return gnutls_memcmp(a, b, sizeof(*a)) == 0;
}

/* The user of that name; `users`: none. */
static size_t find_user(const struct skstat_web_state *state, const char *name)
{
	size_t i = 0;

	while (i < state->settings.users && strcmp(state->settings.user[i].name, name) != 0)
		i++;
	return i;
}

static enum skstat_password look_up(const struct skstat_web_state *state, size_t user,
				    const struct skstat_digest *digest)
{
	size_t kept = state->wrongs < SKSTAT_WRONG_KEPT ? state->wrongs : SKSTAT_WRONG_KEPT;

	if (user < state->settings.users && state->known[user] && same(&state->right[user], digest))
		return SKSTAT_PASSWORD_RIGHT;
	for (size_t i = 0; i < kept; i++)
		if (same(&state->wrong[i], digest))
			return SKSTAT_PASSWORD_WRONG;
	return SKSTAT_PASSWORD_UNKNOWN;
}

enum skstat_password skstat_web_password(struct skstat_web_state *state, const char *name, const char *password)
{
	struct skstat_digest digest;
	enum skstat_password known;

	if (make_digest(state, name, password, &digest))
		return SKSTAT_PASSWORD_WRONG;
	pthread_mutex_lock(&state->lock);
	known = look_up(state, find_user(state, name), &digest);
	pthread_mutex_unlock(&state->lock);
	return known;
}

/* Whether bcrypt makes the hash of it. */
static bool matches(const char *password, const char *hash)
{
	struct crypt_data *room = calloc(1, sizeof(*room));
	const char *made = room ? crypt_r(password, hash, room) : NULL;
	bool same_hash = made && strlen(made) == strlen(hash) && gnutls_memcmp(made, hash, strlen(hash)) == 0;

	if (room)
		explicit_bzero(room, sizeof(*room));
	free(room);
	return same_hash;
}

enum skstat_password skstat_web_password_check(struct skstat_web_state *state, const char *name, const char *password)
{
	const size_t users = state->settings.users, user = find_user(state, name);
	enum skstat_password known;
	struct skstat_digest digest;
	bool right;

	if (make_digest(state, name, password, &digest))
		return SKSTAT_PASSWORD_WRONG;
	pthread_mutex_lock(&state->lock);
	known = look_up(state, user, &digest);
	pthread_mutex_unlock(&state->lock);
	if (known != SKSTAT_PASSWORD_UNKNOWN)
		return known;

	right = matches(password, user < users ? state->settings.user[user].hash : nobody) && user < users;
	pthread_mutex_lock(&state->lock);
	if (right) {
		state->right[user] = digest;
		state->known[user] = true;
	} else {
		state->wrong[state->wrongs++ % SKSTAT_WRONG_KEPT] = digest;
	}
	pthread_mutex_unlock(&state->lock);
	return right ? SKSTAT_PASSWORD_RIGHT : SKSTAT_PASSWORD_WRONG;
}
