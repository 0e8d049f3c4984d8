// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "must.h"
#include "ns.h"

struct ns ns_current(void)
{
	struct ns ns;
	struct stat st;

	ns.fd = must(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
	must(fstat(ns.fd, &st));
	ns.inode = st.st_ino;
	return ns;
}

static void lo_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));

	must(ioctl(fd, SIOCSIFFLAGS, &request));
	close(fd);
}

struct ns ns_create(void)
{
	struct ns before = ns_current(), ns;

	must(unshare(CLONE_NEWNET));
	lo_up();
	ns = ns_current();
	ns_enter(&before);
	ns_close(&before);
	return ns;
}

bool ns_create_with_table(unsigned int entries, struct ns *ns)
{
	struct ns before;
	char value[16];

	snprintf(value, sizeof(value), "%u", entries);
	if (!ns_sysctl("net/ipv4/tcp_child_ehash_entries", value))
		return false;
	before = ns_current();
	*ns = ns_create();
	must_be(ns_sysctl("net/ipv4/tcp_child_ehash_entries", "0"));
	/* The size of the table had set this, too. */
	ns_enter(ns);
	must_be(ns_sysctl("net/ipv4/tcp_max_tw_buckets", "100000"));
	ns_enter(&before);
	ns_close(&before);
	return true;
}

void ns_enter(const struct ns *ns)
{
	must(setns(ns->fd, CLONE_NEWNET));
}

void ns_close(struct ns *ns)
{
	close(ns->fd);
	ns->fd = -1;
}

bool ns_sysctl(const char *name, const char *value)
{
	char path[128];
	ssize_t written;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	written = write(fd, value, strlen(value));
	close(fd);
	return written == (ssize_t)strlen(value);
}
