// SPDX-License-Identifier: GPL-2.0
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <asm/byteorder.h>

#include "known.h"
#include "skstat/tables.h"

u32 skstat_known_protocol(__be16 protocol)
{
	switch (protocol) {
	case 0:
	case htons(ETH_P_802_3):
	case htons(ETH_P_802_2):
	case htons(ETH_P_ALL):
	case htons(ETH_P_LOOPBACK):
	case htons(ETH_P_CAN):
	case htons(ETH_P_CANFD):
	case htons(ETH_P_IP):
	case htons(ETH_P_IPV6):
	case htons(ETH_P_ARP):
	case htons(ETH_P_RARP):
	case htons(ETH_P_8021Q):
	case htons(ETH_P_8021AD):
	case htons(ETH_P_SLOW):
	case htons(ETH_P_PAUSE):
	case htons(ETH_P_MPLS_UC):
	case htons(ETH_P_MPLS_MC):
	case htons(ETH_P_PPP_DISC):
	case htons(ETH_P_PPP_SES):
	case htons(ETH_P_PAE):
	case htons(ETH_P_TIPC):
	case htons(ETH_P_MACSEC):
	case htons(ETH_P_1588):
	case htons(ETH_P_LLDP):
	case htons(ETH_P_FCOE):
	case htons(ETH_P_BATMAN):
		return ntohs(protocol);
	}
	return SKSTAT_KEY_OTHER;
}

/* Of IANA's registry; the kernel's headers do not have them. */
#define KNOWN_OSPF 89
#define KNOWN_VRRP 112
#define KNOWN_L2TP 115

u32 skstat_known_l4(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_ICMP:
	case IPPROTO_IGMP:
	case IPPROTO_IPIP:
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_DCCP:
	case IPPROTO_IPV6:
	case IPPROTO_RSVP:
	case IPPROTO_GRE:
	case IPPROTO_ESP:
	case IPPROTO_AH:
	case IPPROTO_ICMPV6:
	case IPPROTO_NONE:
	case KNOWN_OSPF:
	case IPPROTO_PIM:
	case IPPROTO_COMP:
	case KNOWN_VRRP:
	case KNOWN_L2TP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
	case IPPROTO_MPLS:
		return protocol;
	}
	return SKSTAT_KEY_OTHER;
}
