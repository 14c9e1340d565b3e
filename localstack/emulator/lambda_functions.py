"""Lambda on Node: errors under their own names, and responses that are streamed."""

import base64
import re

from patching import replace

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

MARK = "\u0001entropy\u0001"
MARKED = re.compile(f"^{MARK}([^\u0001]*)\u0001", re.DOTALL)
STREAMED = "entropyStreamed"

# https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
# What a handler writes is kept until its end: nothing here is streamed in truth.
AWSLAMBDA = r"""
globalThis.awslambda = {
  streamifyResponse: (handler) => async (event, context) => {
    const { Writable } = require("stream");
    const chunks = [];
    const stream = new Writable({
      write(chunk, encoding, done) { chunks.push(Buffer.from(chunk, encoding)); done(); },
    });
    stream.setContentType = (type) => { stream.contentType = type; };
    const finished = new Promise((resolve, reject) => stream.once("finish", resolve).once("error", reject));
    await handler(event, stream, context);
    await finished;
    return { STREAMED: Buffer.concat(chunks).toString("base64"), type: stream.contentType };
  },
  HttpResponseStream: {
    from(stream, metadata) {
      stream.setContentType("application/vnd.awslambda.http-integration-response");
      stream.write(JSON.stringify(metadata));
      stream.write(new Uint8Array(8));
      return stream;
    },
  },
};
""".replace("STREAMED", STREAMED)


def patch():
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    # https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
    for old, value in (
        ('error: String(err.message || err), trace', "err"),
        ('error: e.message, trace', "e"),
    ):
        if script.count(old) != 1:
            raise SystemExit("this MiniStack's worker for Node is another: entropy_emulator.py is for 1.5.33")
        script = script.replace(old, f"error: named({value}), trace")
    named = f"const named = (e) => {MARK!r} + ((e && e.name) || 'Error') + '\\u0001' + String((e && e.message) || e);\n"
    lambda_runtime._NODEJS_WORKER_SCRIPT = AWSLAMBDA + named + script
    replace(lambda_svc, "_execute_function_warm", under_its_own_name)
    replace(lambda_svc, "_function_url_stream_response", streamed)


def under_its_own_name(original):
    """errorType is the name of what was thrown; Step Functions' Retry and Catch go by it."""

    def execute(func, event, request_id):
        result = original(func, event, request_id)
        body = result.get("body")
        found = MARKED.match(body.get("errorMessage") or "") if result.get("error") and isinstance(body, dict) else None
        if found:
            trace = (result.get("log") or "").split("\n")[-20:]
            body = {"errorType": found[1], "errorMessage": body["errorMessage"][found.end():], "trace": trace}
            result = {**result, "body": body}
        return result

    return execute


def streamed(original):
    def response(result, cors_headers):
        body = result.get("body")
        if isinstance(body, dict) and STREAMED in body:
            result = {**result, "body": base64.b64decode(body[STREAMED])}
        return original(result, cors_headers)

    return response
