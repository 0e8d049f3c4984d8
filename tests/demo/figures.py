"""The demo's live figures, out of two scrapes."""

VIEW = {"view": "default"}


def amount(value):
    """1234567 as 1.2 M."""
    for unit in ("", "k", "M"):
        if abs(value) < 1000:
            break
        value /= 1000
    else:
        unit = "G"
    return f"{value:.0f} " if not unit else f"{value:.1f} {unit}"


def length(seconds):
    """0.0213 as 21.3 ms."""
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} us"


def ratio(above, below):
    return above / below if below else None


class Figures:
    """What happened between two scrapes, `seconds` apart."""

    def __init__(self, old, new, seconds):
        self.old, self.new, self.seconds = old, new, seconds

    def growth(self, metric, **labels):
        return (self.new.sum(metric, **labels) or 0) - (self.old.sum(metric, **labels) or 0)

    def rate(self, metric, **labels):
        return self.growth(metric, **labels) / self.seconds

    def states(self):
        """{namespace: {state: sockets}}, without the zeros."""
        found = {}
        for labels, value in self.new.find("skstat_tcp_sockets"):
            if value:
                found.setdefault(labels["netns"], {})[labels["state"]] = int(value)
        return found

    def groups(self):
        """The labels of the view's groups, the busiest first."""
        groups = [{name: labels[name] for name in ("direction", "port", "family")}
                  for labels, _ in self.new.find("skstat_tcp_sent_bytes_total", **VIEW)]
        return sorted(groups, key=lambda group: -self.bytes(**group))

    def bytes(self, **group):
        return sum(self.rate(f"skstat_tcp_{way}_bytes_total", **VIEW, **group) for way in ("sent", "received"))

    def rtt(self, **labels):
        """Mean of what the sockets measured between the scrapes, or None."""
        return ratio(self.growth("skstat_tcp_rtt_seconds_sum", **VIEW, **labels),
                     self.growth("skstat_tcp_rtt_seconds_count", **VIEW, **labels))

    def walk(self):
        """(seconds that a walk took, sockets that it met), or None."""
        polls = self.growth("skstat_polls_total")
        if not polls:
            return None
        return self.growth("skstat_walk_seconds_total") / polls, self.growth("skstat_walk_sockets_total") / polls

    def cost(self):
        walk = self.walk()
        return f"a walk of {walk[1]:.0f} sockets takes {length(walk[0])}" if walk else "no walk ended since"

    def line(self):
        """All of it in one."""
        sockets = sum(sum(states.values()) for states in self.states().values())
        rtt = self.rtt()
        return (f"{sockets} sockets, sent {amount(self.rate('skstat_tcp_sent_bytes_total', **VIEW))}B/s, "
                f"{self.growth('skstat_tcp_retransmitted_segments_total', **VIEW):.0f} segments again, "
                f"rtt {length(rtt) if rtt else '-'}, {self.cost()}")

    def table(self):
        """Lines of at most 80 columns."""
        lines = []
        for netns, states in self.states().items():
            said = ", ".join(f"{count} {state}" for state, count in states.items())
            lines.append(f"{netns:<10} {said}"[:80])
        lines += ["", f"{'group':<23} {'connections':>11} {'sent B/s':>10} {'received':>10} {'again':>7} {'rtt':>9}"]
        for group in self.groups()[:10]:
            rtt = self.rtt(**group)
            lines.append(
                f"{group['direction']:<7} {group['port']:<10}{group['family']:<5} "
                f"{self.new.sum('skstat_tcp_connections', **VIEW, **group) or 0:>11.0f} "
                f"{amount(self.rate('skstat_tcp_sent_bytes_total', **VIEW, **group)):>10} "
                f"{amount(self.rate('skstat_tcp_received_bytes_total', **VIEW, **group)):>10} "
                f"{self.growth('skstat_tcp_retransmitted_segments_total', **VIEW, **group):>7.0f} "
                f"{length(rtt) if rtt else '-':>9}")
        return [*lines, "", self.cost()]
