// SPDX-License-Identifier: GPL-2.0
/* basic_auth_users */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "web_keys.h"

#define BCRYPT_LENGTH 60
#define BCRYPT_LEAST 4
#define BCRYPT_MOST 16 /* doubles the time: some seconds, and nobody waits longer for a page */
#define NAME_MOST 255

/* "$2y$10$" and 53 characters. The sentence does not have it in it: it goes to logs. */
static int hash_check(struct skstat_web_taking *taking, const struct skstat_at *at, const char *hash)
{
	static const char alphabet[] = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	const size_t head = strlen("$2y$10$");
	int cost;

	if (strlen(hash) != BCRYPT_LENGTH || strncmp(hash, "$2", 2) != 0 || !strchr("aby", hash[2]) ||
	    hash[3] != '$' || strspn(hash + 4, "0123456789") != 2 || hash[6] != '$' ||
	    strspn(hash + head, alphabet) != BCRYPT_LENGTH - head)
		return skstat_refuse(taking->reading, at, "this is no hash of bcrypt: make one by htpasswd -nBC 10 \"\"");
	cost = atoi(hash + 4);
	if (cost < BCRYPT_LEAST || cost > BCRYPT_MOST)
		return skstat_refuse(taking->reading, at, "bcrypt's cost is %d: make one of %d to %d by htpasswd -nBC 10 "
							  "\"\"", cost, BCRYPT_LEAST, BCRYPT_MOST);
	return 0;
}

static int user_take(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node,
		     struct skstat_web_user *user)
{
	int err = skstat_web_word(taking, at, node, &user->hash);

	if (err)
		return err;
	if (!*node->key || strlen(node->key) > NAME_MOST || strchr(node->key, ':'))
		return skstat_refuse(taking->reading, at, "a user's name has 1 to %d bytes, and no colon", NAME_MOST);
	user->name = skstat_reading_text(taking->reading, node->key);
	if (!user->name)
		return -ENOMEM;
	return hash_check(taking, at, user->hash);
}

int skstat_web_take_users(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	struct skstat_web_settings *settings = taking->settings;
	int err = 0;

	if (skstat_web_empty(node))
		return 0;
	if (node->kind != SKSTAT_NODE_MAPPING)
		return skstat_refuse(taking->reading, at, "names and hashes of passwords are to stand here");
	settings->user = skstat_reading_alloc(taking->reading, node->children, sizeof(*settings->user));
	if (!settings->user)
		return -ENOMEM;
	for (const struct skstat_node *user = node->child; user && !err; user = user->next)
		err = user_take(taking, SKSTAT_AT(at, user->key), user, &settings->user[settings->users++]);
	return err;
}
