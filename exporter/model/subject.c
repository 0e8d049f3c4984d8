// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "inside.h"
#include "prefix.h"
#include "subject.h"

static void name_copy(char *text, const struct skstat_name *name)
{
	memcpy(text, name->text, sizeof(name->text));
	text[sizeof(name->text)] = '\0';
}

static const char *cgroup_name(const struct skstat_model *model, const struct skstat_facts *facts, char *number,
			       size_t room)
{
	const char *path = NULL;

	/* 0: it is in none. */
	if (!(facts->known & SKSTAT_LABEL_BIT(SKSTAT_LABEL_CGROUP)) || !facts->cgroup)
		return "";
	if (model->cgroup_path)
		path = model->cgroup_path(facts->cgroup, model->cgroup_arg);
	if (path)
		return path;
	snprintf(number, room, "cgroup:%" PRIu64, facts->cgroup);
	return number;
}

static const char *interface_name(const struct skstat_model *model, const struct skstat_facts *facts, char *number,
				  size_t room)
{
	const char *name = NULL;
	uint32_t inode;

	if (!facts->ifindex)
		return "";
	if (model->interface_name &&
	    skstat_namespaces_inode_of(facts->netns, &inode, (void *)(uintptr_t)&model->namespaces))
		name = model->interface_name(inode, facts->ifindex, model->interface_arg);
	if (name)
		return name;
	snprintf(number, room, "%" PRIu32, facts->ifindex);
	return number;
}

void skstat_subject_make(const struct skstat_model *model, const struct skstat_facts *facts,
			 const struct skstat_service *service, const struct skstat_name *comm,
			 struct skstat_subject *subject)
{
	uint32_t needs = model->views.needs;

	subject->facts = facts;
	subject->service = service;
	subject->netns = subject->cgroup = subject->interface = "";
	subject->unnamed = false;
	name_copy(subject->comm, comm);
	name_copy(subject->congestion, &facts->congestion);
	if (needs & SKSTAT_LABEL_BIT(SKSTAT_LABEL_NETNS)) {
		const char *label = skstat_namespaces_label(&model->namespaces, facts->netns);

		subject->unnamed = !label;
		subject->netns = label ? label : "";
	}
	if (needs & SKSTAT_LABELS_OF_CGROUP)
		subject->cgroup = cgroup_name(model, facts, subject->number[0], sizeof(subject->number[0]));
	if (needs & SKSTAT_LABEL_BIT(SKSTAT_LABEL_INTERFACE))
		subject->interface = interface_name(model, facts, subject->number[1], sizeof(subject->number[1]));
}

static bool port_matches(const struct skstat_view_match *match, uint16_t port)
{
	for (size_t i = 0; i < match->ports; i++)
		if (port >= match->port[i].first && port <= match->port[i].last)
			return true;
	return !match->ports;
}

static bool uid_matches(const struct skstat_view_match *match, const struct skstat_facts *facts)
{
	for (size_t i = 0; i < match->uid.count; i++)
		if (facts->known & SKSTAT_LABEL_BIT(SKSTAT_LABEL_UID) && facts->uid == match->uid.number[i])
			return true;
	return !match->uid.count;
}

static bool mark_matches(const struct skstat_view_match *match, const struct skstat_facts *facts)
{
	if (!match->mark_mask)
		return true;
	return facts->known & SKSTAT_LABEL_BIT(SKSTAT_LABEL_MARK) && (facts->mark & match->mark_mask) == match->mark;
}

/* A listener has no remote side; nor has what tcp_disconnect() made forget it. */
static bool remote_matches(const struct skstat_view_match *match, const struct skstat_facts *facts)
{
	if (!match->remotes)
		return true;
	return facts->dport && skstat_prefix_find(match->remote, match->remotes, &facts->remote);
}

static bool text_matches(const struct skstat_view_patterns *patterns, const char *text)
{
	return !patterns->count || skstat_patterns_match(patterns, text);
}

bool skstat_subject_matches(const struct skstat_subject *subject, const struct skstat_view_match *match)
{
	const struct skstat_facts *facts = subject->facts;
	const struct skstat_service *service = subject->service;

	return (!match->directions || match->directions & 1u << service->direction) &&
	       (!match->families || match->families & (facts->ipv4 ? 1 : 2)) &&
	       skstat_state_matches(facts->state, match) && port_matches(match, service->port) &&
	       remote_matches(match, facts) && uid_matches(match, facts) && mark_matches(match, facts) &&
	       text_matches(&match->netns, subject->netns) && text_matches(&match->cgroup, subject->cgroup) &&
	       text_matches(&match->comm, subject->comm) && text_matches(&match->interface, subject->interface) &&
	       text_matches(&match->congestion, subject->congestion);
}
