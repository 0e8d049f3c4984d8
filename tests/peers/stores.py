"""Programs of others that scrape the exporter, keep what they got, and answer questions about it."""
import json
import os
import re
import subprocess
import threading
import urllib.parse

import peer
from peer import until

import child
import metrics

CONFIG = """
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
"""
JOB = """
  - job_name: {name}
    {settings}
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


class Store:
    """One that scrapes `port`, on loopback, with nothing but a temporary directory; jobs are {name: settings}."""

    where = ""  # it answers here, once it is started

    def __init__(self, port, directory, jobs, command, started):
        """`command` makes its command line of its configuration's file; `started` is what it says then."""
        config = f"{directory}/scrape.yml"
        os.mkdir(directory)
        with open(config, "w", encoding="utf-8") as out:
            out.write(CONFIG + "".join(JOB.format(name=name, settings=jobs[name], port=port) for name in jobs))
        self.process = child.start(command(config), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        said = []
        for line in self.process.stderr:
            said.append(line)
            if match := re.search(started, line):
                self.where = match[1]
                break
        else:
            raise peer.Failed(f"{self.process.args[0]} does not start: {''.join(said[-3:])}")
        # it goes on talking, and must not be kept from it
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def query(self, expression):
        """[(labels, value)]; none if it cannot say now."""
        try:
            status, _, said = metrics.get(self.where, "/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        except ConnectionRefusedError:
            return []  # some say where they listen before they do
        if status != 200:
            return []
        return [(series["metric"], float(series["value"][1])) for series in json.loads(said)["data"]["result"]]

    def value(self, expression):
        """Of its only series, or None."""
        found = self.query(expression)
        return found[0][1] if len(found) == 1 else None

    def becomes(self, expression, wanted, seconds=60):
        """Whether that value comes to be the wanted one; a word for the report if not."""
        return until(lambda: self.value(expression) == wanted, seconds)


class Prometheus(Store):
    """Of version 2 or 3."""

    def __init__(self, program, port, directory, jobs, *options):
        super().__init__(port, directory, jobs, lambda config: [
            program, f"--config.file={config}", f"--storage.tsdb.path={directory}/data",
            "--web.listen-address=127.0.0.1:0", f"--web.console.templates={directory}",
            f"--web.console.libraries={directory}", *options],
            r'Listening on.* address="?(127\.0\.0\.1:\d+)')


class Victoria(Store):
    """VictoriaMetrics. It is to answer with what it has, at once."""

    def __init__(self, program, own_port, port, directory, jobs):
        super().__init__(port, directory, jobs, lambda config: [
            program, f"-promscrape.config={config}", f"-storageDataPath={directory}/data",
            f"-httpListenAddr=127.0.0.1:{own_port}", "-search.latencyOffset=1s", "-search.disableCache",
            "-loggerLevel=INFO"],
            r"http server at http://(127\.0\.0\.1:\d+)/")
