"""This process's own results file: one JSON line per result, and at the end a digest of them all.

The key is taken away while this process reports, so that no other can sign results, and put back at its end. A
process that finds no key runs inside another one's tests, and stays silent.
"""

import atexit
import hashlib
import hmac
import json
import os

_state = {}


def begin(kind):
    """Opens the file; true where this process reports."""
    if "out" in _state:
        return _state["out"] is not None and _state["pid"] == os.getpid()
    _state["pid"] = os.getpid()
    _state["out"] = None
    folder = os.environ.get("ENTROPY_RESULTS", ".")
    mine = os.path.join(folder, "taken-%d" % os.getpid())
    try:
        os.rename(os.path.join(folder, "key"), mine)
        with open(mine, encoding="ascii") as text:
            key = text.read()
        os.unlink(mine)
        out = open(os.path.join(folder, "python-%d.jsonl" % os.getpid()), "x", encoding="ascii")
    except OSError:
        return False
    _state["folder"] = folder
    _state["key"] = key
    _state["mac"] = hmac.new(key.encode(), digestmod=hashlib.sha256)
    _state["out"] = out
    append({"hello": kind})
    atexit.register(end)
    return True


def append(line):
    out = _state.get("out")
    if out is None or _state["pid"] != os.getpid():
        return
    text = json.dumps(line) + "\n"
    _state["mac"].update(text.encode("ascii"))
    out.write(text)
    out.flush()


def end():
    """Signs what was written and gives the key back."""
    out = _state.get("out")
    if out is None or _state["pid"] != os.getpid():
        return
    _state["out"] = None
    out.write('{"end": "%s"}\n' % _state["mac"].hexdigest())
    out.close()
    with open(os.path.join(_state["folder"], "key"), "x", encoding="ascii") as text:
        text.write(_state.pop("key"))
