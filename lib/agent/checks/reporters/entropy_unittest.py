"""What sitecustomize.py adds to unittest's text result."""

import os
import sys
import traceback

import entropy_results

_root = os.path.realpath(os.getcwd())


def _file_of_module(name):
    """A module's file; one that did not load is looked for by its name."""
    file = getattr(sys.modules.get(name), "__file__", None)
    if file is None:
        tail = name.replace(".", os.sep)
        places = [_root] + [entry or "." for entry in sys.path]
        ends = [tail + ".py", os.path.join(tail, "__init__.py")]
        found = [os.path.join(p, e) for p in places for e in ends if os.path.isfile(os.path.join(p, e))]
        file = found[0] if found else name
    real = os.path.realpath(file) if os.path.isfile(file) else file
    return os.path.relpath(real, _root) if real.startswith(_root + os.sep) else real


def _place(test):
    kind = type(test)
    if kind.__name__ == "_FailedTest":
        return _file_of_module(test._testMethodName), [], True
    if kind.__name__ == "_ErrorHolder":
        return "", [str(test)], False
    if kind.__module__ == "doctest" or not hasattr(test, "_testMethodName"):
        return "", [test.id()], False
    return _file_of_module(kind.__module__), [kind.__qualname__, test._testMethodName], False


def _report(result, test, status, error=None):
    file, names, load = _place(test)
    line = {"file": file, "names": names, "status": status}
    if error is not None:
        line["message"] = _text_of(result, test, error)[-4000:]
    if load:
        line["load"] = True
    entropy_results.append(line)


def _text_of(result, test, error):
    try:
        # Without the frames of unittest itself.
        return result._exc_info_to_string(error, test)
    except Exception:
        return "".join(traceback.format_exception(*error))


def extend(result):
    """Wraps the methods that a runner calls for each test."""

    def wrap(name, status, error_at=None):
        original = getattr(result, name)

        def method(self, test, *rest):
            original(self, test, *rest)
            self._entropy_done = True
            error = rest[error_at] if error_at is not None and isinstance(rest[error_at], tuple) else None
            _report(self, test, status, error)

        setattr(result, name, method)

    for name, status, error_at in (
        ("addSuccess", "passed", None),
        ("addError", "failed", 0),
        ("addFailure", "failed", 0),
        ("addSkip", "skipped", None),
        ("addExpectedFailure", "skipped", None),
        ("addUnexpectedSuccess", "failed", None),
    ):
        wrap(name, status, error_at)

    make = result.__init__

    def begin(self, *args, **kwargs):
        entropy_results.begin("unittest")
        make(self, *args, **kwargs)

    result.__init__ = begin
    start, stop, sub = result.startTest, result.stopTest, result.addSubTest

    def start_test(self, test):
        self._entropy_done = False
        self._entropy_sub = None
        file, names, load = _place(test)
        if not load:
            entropy_results.append({"file": file, "names": names, "status": "started"})
        start(self, test)

    def add_sub_test(self, test, subtest, err):
        sub(self, test, subtest, err)
        if err is not None:
            self._entropy_sub = err

    def stop_test(self, test):
        stop(self, test)
        # unittest calls no other method for a test of which only a part failed.
        if not self._entropy_done:
            _report(self, test, "failed" if self._entropy_sub is not None else "passed", self._entropy_sub)

    result.startTest, result.stopTest, result.addSubTest = start_test, stop_test, add_sub_test


# Before the tests are loaded, and the code under test with them.
if "-m unittest" in " ".join(getattr(sys, "orig_argv", [])):
    entropy_results.begin("unittest")
