/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What holds on TCP listeners, as --web.config.file and the files that it names say: certificates, passwords, headers.
 * They are looked at again, at most once a second, as connections and requests come; what is good is for the
 * connections and requests from then on, and what is not leaves all as it was, is said in the log, and shown by
 * `web_config_ok`. From any thread.
 */
#ifndef SKSTAT_SERVE_WEB_H
#define SKSTAT_SERVE_WEB_H

#include <gnutls/gnutls.h>
#include <stdint.h>

#include "self/self.h"
#include "source/error.h"
#include "web_settings.h"

struct skstat_web;

/* One reading of them, which does not change. */
struct skstat_web_state;

/* Reads them. NULL, and a sentence. Reader and self must outlive it. */
struct skstat_web *skstat_web_new(const struct skstat_web_reader *reader, struct skstat_self *self,
				  struct skstat_error *error);

/* When nobody has a state any more. NULL is fine. */
void skstat_web_free(struct skstat_web *web);

/* The latest good reading; skstat_web_put() gives it back. */
struct skstat_web_state *skstat_web_take(struct skstat_web *web);

/* Whether one more request may come now, by the latest reading; NULL lets all in. It counts then. */
bool skstat_web_admits(struct skstat_web *web, uint64_t now_ns);

/* One more of it. */
struct skstat_web_state *skstat_web_hold(struct skstat_web_state *state);

/* NULL is fine. */
void skstat_web_put(struct skstat_web_state *state);

const struct skstat_web_settings *skstat_web_settings(const struct skstat_web_state *state);

/* Sets up a session before its handshake; the state must outlive it. 0, or a negative errno: it is to be closed. */
int skstat_web_session(const struct skstat_web_state *state, gnutls_session_t session);

/* Whether a header of that name, of any case, is among the settings'. NULL has none. */
bool skstat_web_has_header(const struct skstat_web_state *state, const char *name);

/* --- passwords; what was found out of one is kept, as a hash under a key that no other state has */

enum skstat_password { SKSTAT_PASSWORD_RIGHT, SKSTAT_PASSWORD_WRONG, SKSTAT_PASSWORD_UNKNOWN };

/* What is known of it already. */
enum skstat_password skstat_web_password(struct skstat_web_state *state, const char *name, const char *password);

/* Finds it out, which takes a while, as long for a name that is nobody's; known from then on. */
enum skstat_password skstat_web_password_check(struct skstat_web_state *state, const char *name, const char *password);

#endif
