// SPDX-License-Identifier: GPL-2.0
#include <netinet/tcp.h>
#include <string.h>

#include "address.h"
#include "facts.h"
#include "inside.h"

/* Whether the record has the field, and the source the figure. */
static bool tells(const struct skstat_model *model, const struct skstat_sample *sample, size_t at)
{
	const struct skstat_schema *schema = model->poll.schema;

	return schema && schema->available[at] && skstat_sample_has(sample, &skstat_fields[at]);
}

static bool needs(const struct skstat_model *model, uint32_t labels)
{
	return model->views.needs & labels;
}

static void owner_take(const struct skstat_model *model, const struct skstat_sample *sample,
		       struct skstat_facts *facts)
{
	if (needs(model, SKSTAT_LABELS_OF_CGROUP) && tells(model, sample, SKSTAT_AT_cgroup)) {
		facts->cgroup = sample->owner.cgroup;
		facts->known |= SKSTAT_LABEL_BIT(SKSTAT_LABEL_CGROUP);
	}
	if (needs(model, SKSTAT_LABEL_BIT(SKSTAT_LABEL_UID)) && tells(model, sample, SKSTAT_AT_uid)) {
		facts->uid = sample->owner.uid;
		facts->known |= SKSTAT_LABEL_BIT(SKSTAT_LABEL_UID);
	}
}

static void congestion_take(const struct skstat_model *model, const struct skstat_sample *sample,
			    struct skstat_facts *facts)
{
	if (!needs(model, SKSTAT_LABEL_BIT(SKSTAT_LABEL_CONGESTION)))
		return;
	if (tells(model, sample, SKSTAT_AT_cong))
		facts->congestion = sample->congestion.cong;
	else if (tells(model, sample, SKSTAT_AT_cong_name))
		facts->congestion = sample->event.cong_name;
}

static uint8_t state_of(const struct skstat_sample *sample)
{
	switch (sample->kind) {
	case SKSTAT_KIND_OPENED:
		return TCP_ESTABLISHED;
	case SKSTAT_KIND_LISTEN:
	case SKSTAT_KIND_LISTEN_STARTED:
	case SKSTAT_KIND_LISTEN_STOPPED:
		return TCP_LISTEN;
	default:
		return sample->identity.state;
	}
}

void skstat_facts_take(const struct skstat_model *model, const struct skstat_sample *sample, bool ipv4,
		       struct skstat_facts *facts)
{
	const struct skstat_identity *identity = &sample->identity;

	memset(facts, 0, sizeof(*facts));
	facts->netns = identity->netns;
	facts->remote = skstat_address_mapped(&identity->daddr, identity->family);
	facts->sport = identity->sport;
	facts->dport = identity->dport;
	facts->state = state_of(sample);
	facts->ipv4 = ipv4;
	if (!needs(model, SKSTAT_LABELS_TOLD))
		return;
	if (tells(model, sample, SKSTAT_AT_ifindex)) {
		facts->ifindex = identity->ifindex;
		facts->known |= SKSTAT_LABEL_BIT(SKSTAT_LABEL_INTERFACE);
	}
	if (tells(model, sample, SKSTAT_AT_mark)) {
		facts->mark = identity->mark;
		facts->known |= SKSTAT_LABEL_BIT(SKSTAT_LABEL_MARK);
	}
	owner_take(model, sample, facts);
	congestion_take(model, sample, facts);
}
