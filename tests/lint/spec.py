# SPDX-License-Identifier: GPL-2.0
"""The netlink protocol as include/skstat.yaml and the headers have it, for the checks that hold one against another."""
import os
import re
import subprocess

import yaml

TOP = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
SPEC = os.path.join(TOP, "include", "skstat.yaml")
CC = os.environ.get("CC", "cc")

SOURCE = "#include <netinet/tcp.h>\n#include <skstat/histograms.h>\n#include <skstat/netlink.h>\n" \
         "#include <skstat/probes.h>\n#include <skstat/record.h>\n#include <skstat/tables.h>\n"

# Definitions have no prefix of their own in a spec.
PREFIXES = {"field-kind": "SKSTAT_FIELD_", "mib-table": "SKSTAT_MIB_", "tcp-state": "TCP_",
            "event-direction": "SKSTAT_EVENT_", "probe-id": "SKSTAT_PROBE_"}

# Of the header: ends, masks of all, and numbers that no message carries.
NOT_IN_SPEC = re.compile(r"^__|_UNSPEC$|^SKSTAT_FAMILY_ALL$")


def load(path=SPEC):
    with open(path, encoding="utf-8") as stream:
        return yaml.safe_load(stream)


def c_name(prefix, name):
    return (prefix + name).upper().replace("-", "_")


def spec_numbers(spec):
    """name in C -> number, of everything that the spec defines."""
    numbers = {}
    for definition in spec["definitions"]:
        prefix = PREFIXES.get(definition["name"], "skstat-" + definition["name"] + "-")
        number = definition.get("value-start", 0)
        for entry in definition["entries"]:
            entry = {"name": entry} if isinstance(entry, str) else entry
            number = entry.get("value", number)
            numbers[c_name(prefix, entry["name"])] = 1 << number if definition["type"] == "flags" else number
            number += 1
    for attributes in spec["attribute-sets"]:
        number = 1
        for attribute in attributes["attributes"]:
            number = attribute.get("value", number)
            numbers[c_name(attributes["name-prefix"], attribute["name"])] = number
            number += 1
    number = 1
    for operation in spec["operations"]["list"]:
        number = operation.get("value", number)
        numbers[c_name(spec["operations"]["name-prefix"], operation["name"])] = number
        number += 1
    return numbers


def spec_types(spec):
    """name in C -> (type, nest or None, repeated)."""
    return {
        c_name(attributes["name-prefix"], attribute["name"]): (
            attribute["type"],
            attribute.get("nested-attributes"),
            attribute.get("multi-attr", False),
        )
        for attributes in spec["attribute-sets"]
        for attribute in attributes["attributes"]
    }


def header_names(include):
    """Every enumerator of our headers."""
    text = subprocess.run([CC, "-E", "-I" + include, "-x", "c", "-"], input=SOURCE, text=True, check=True,
                          stdout=subprocess.PIPE).stdout
    names = set()
    ours = False
    body = []
    for line in text.splitlines():
        marker = re.match(r'# \d+ "([^"]*)"', line)
        if marker:
            ours = "skstat/" in marker.group(1)
        elif ours:
            body.append(line)
    for block in re.findall(r"\benum\b[^{;]*{(.*?)}", "\n".join(body), re.S):
        names.update(re.findall(r"(\w+)\s*(?:=[^,]*)?(?:,|$)", block.strip()))
    return {name for name in names if not NOT_IN_SPEC.search(name)}
