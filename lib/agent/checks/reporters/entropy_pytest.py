"""A pytest plugin that appends one JSON line per result to this process's own results file."""

import entropy_results
import pytest

_state = {}


def _write(nodeid, status, message=None, load=None):
    file, _, rest = nodeid.partition("::")
    line = {"file": file, "names": rest.split("::") if rest else [], "status": status}
    if message:
        line["message"] = str(message)[-4000:]
    if load:
        line["load"] = True
    entropy_results.append(line)


def pytest_configure(config):
    # Workers of pytest-xdist report to the process that started them.
    _state["on"] = not hasattr(config, "workerinput") and entropy_results.begin("pytest")


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
