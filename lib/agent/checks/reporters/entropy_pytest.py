"""A pytest plugin that appends one JSON line per result to this process's own results file."""

import json
import os

import pytest

_target = os.path.join(os.environ.get("ENTROPY_RESULTS", "."), "pytest-%d.jsonl" % os.getpid())
_state = {}


def _write(nodeid, status, message=None, load=None):
    file, _, rest = nodeid.partition("::")
    line = {"file": file, "names": rest.split("::") if rest else [], "status": status}
    if message:
        line["message"] = str(message)[-4000:]
    if load:
        line["load"] = True
    with open(_target, "a", encoding="utf-8") as out:
        out.write(json.dumps(line) + "\n")


def pytest_configure(config):
    # Workers of pytest-xdist report to the process that started them.
    _state["on"] = not hasattr(config, "workerinput")
    if _state["on"]:
        with open(_target, "a", encoding="utf-8") as out:
            out.write('{"hello": "pytest"}\n')


def pytest_collectreport(report):
    if _state.get("on") and report.failed:
        _write(report.nodeid or "(collection)", "failed", report.longrepr, True)


def pytest_runtest_logstart(nodeid, location):
    if _state.get("on"):
        _state[nodeid] = None
        _write(nodeid, "started")


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report):
    if not _state.get("on"):
        return
    nodeid = report.nodeid
    message = None
    if report.failed:
        status, message = "failed", report.longrepr
    elif report.skipped or hasattr(report, "wasxfail"):
        status = "skipped"
    else:
        status = "passed"
    seen = _state.get(nodeid)
    order = {None: 0, "passed": 1, "skipped": 2, "failed": 3}
    if seen is None or order[status] > order[seen[0]]:
        _state[nodeid] = (status, message)


def pytest_runtest_logfinish(nodeid, location):
    if _state.get("on"):
        status, message = _state.pop(nodeid, None) or ("failed", "gave no result")
        _write(nodeid, status, message)
