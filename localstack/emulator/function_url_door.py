"""A door on Docker's bridge: what a sandbox can reach of the emulator are function URLs, as on AWS.

The emulator has one port for all of AWS, and its root credentials are known to everyone. A sandbox runs a stranger's code,
so the door looks at every request's Host and passes no other.
"""

import http.client
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = re.compile(r"^[a-z0-9-]+\.lambda-url\.[a-z0-9-]+\.on\.aws(:\d+)?$")
HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "proxy-connection", "expect"}
# A model's turn may take long, and nothing is sent before its end.
PATIENCE_SECONDS = 3600


def open_door(address, port):
    """Listens on `address` and `port` in a thread. Fails where the address is not there: Docker makes it."""
    if address in ("", "0.0.0.0", "::"):
        raise SystemExit("the door for sandboxes opens on one address, not on all: set ENTROPY_BRIDGE")
    handler = type("Handler", (Passing,), {"port": port})
    server = ThreadingHTTPServer((address, port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True, name="entropy-door").start()


class Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    port = 4566

    def handle_one(self):
        host = (self.headers.get("Host") or "").lower()
        # A path in absolute form would name another host than the header does.
        if not HOST.match(host) or not self.path.startswith("/") or self.path.startswith("/_"):
            self.answer(403, {}, b"only function URLs are reached from here\n")
            return
        body = self.read_body()
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        headers["Content-Length"] = str(len(body))
        upstream = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            upstream.request(self.command, self.path, body=body, headers=headers)
            response = upstream.getresponse()
            self.answer(response.status, dict(response.getheaders()), response.read())
        except OSError as error:
            self.answer(502, {}, f"{error}\n".encode())
        finally:
            upstream.close()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = handle_one

    def read_body(self):
        if (self.headers.get("Transfer-Encoding") or "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            parts.append(self.rfile.read(size))
            self.rfile.readline()
            if size == 0:
                return b"".join(parts)

    def answer(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in HOP and name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass
