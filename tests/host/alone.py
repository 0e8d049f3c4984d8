"""A network namespace of one's own, so that nobody else's sockets are seen."""
import os
import subprocess
import sys


def alone():
    """Start again in a namespace of our own; returns whether we are in one."""
    if os.environ.get("SKSTAT_ALONE"):
        return os.environ["SKSTAT_ALONE"] == "y"
    options = ["-n"] if os.geteuid() == 0 else ["-rn"]
    may = subprocess.run(["unshare", *options, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    os.environ["SKSTAT_ALONE"] = "y" if may else "n"
    if may:
        script = 'ip link set lo up && exec "$0" "$@"'
        os.execvp("unshare", ["unshare", *options, "sh", "-c", script, os.path.abspath(sys.argv[0]), *sys.argv[1:]])
    return False
