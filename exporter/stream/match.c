// SPDX-License-Identifier: GPL-2.0
#include <sys/socket.h>

#include "match.h"
#include "model/address.h"
#include "model/subject.h"

bool skstat_stream_matches(const struct skstat_view_match *match, const struct skstat_sample *sample)
{
	const struct skstat_identity *identity = &sample->identity;
	const struct skstat_facts facts = {
		.remote = skstat_address_mapped(&identity->daddr, identity->family),
		.dport = identity->dport,
		.ipv4 = identity->family == AF_INET || skstat_address_is_ipv4(identity),
		.uid = sample->owner.uid,
		.known = skstat_sample_has(sample, &skstat_fields[SKSTAT_AT_uid]) ?
				 SKSTAT_LABEL_BIT(SKSTAT_LABEL_UID) : 0,
	};
	struct skstat_service service = { .port = identity->sport };
	const struct skstat_subject subject = {
		.facts = &facts, .service = &service, .netns = "", .cgroup = "", .interface = "",
	};

	if (skstat_subject_matches(&subject, match))
		return true;
	service.port = identity->dport;
	return skstat_subject_matches(&subject, match);
}
