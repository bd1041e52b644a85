"""run.py OPTIONS GROUP [NAME ...]: runs a group of cases, or some of them.

OPTIONS: JSON, see `Site`. Prints a line of JSON for each case: its name and what was wrong, null = nothing.
"""

import json
import sys
import time
import traceback

import cases_connections
import cases_malformed
import cases_stop
import cases_streams
import cases_transfers
from client import PATIENCE, Site

groups = {
    "transfers": cases_transfers.cases,
    "streams": cases_streams.cases,
    "connections": cases_connections.cases,
    "malformed": cases_malformed.cases,
    "stop": cases_stop.cases,
}


def problem_of(case, site):
    try:
        case(site)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[1:2]
        return f"{type(error).__name__}: {error} ({', '.join(f'{frame.name}:{frame.lineno}' for frame in place)})"
    return None


def failed(site):
    return sum(member["failed"] for member in site.members())


def blameless(site):
    """Numbers come in their order: once these failures are counted, those of the cases before would be too."""
    breaks = 2 if BREAKS in ran else 0
    cases_streams.check_broken(site)
    end = time.monotonic() + PATIENCE
    while failed(site) < breaks + 2:
        assert time.monotonic() < end, f"{failed(site)} failures, not {breaks + 2}"
        time.sleep(0.1)
    assert failed(site) == breaks + 2, f"{failed(site)} failures, not {breaks + 2}"


BREAKS = "a response that the member breaks is reset, never ended"
ran = []


def run(name, case, site):
    print(json.dumps({"name": name, "problem": problem_of(case, site)}), flush=True)
    ran.append(name)


def main():
    site = Site(json.loads(sys.argv[1]))
    group, names = sys.argv[2], sys.argv[3:]
    for name, case in groups[group].items():
        if not names or name in names:
            run(name, case, site)
    if group != "stop" and not names:
        run("no failure of a client counts against a member", blameless, site)


main()
