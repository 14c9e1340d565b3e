"""Streams of tables: what a function does not take is tried again, so often, and then told to the failure destination."""

import json

from patching import replace

from ministack.services import lambda_svc

# What was taken of a mapping's present batch, by the mapping's id.
at_work = {}


class Batch:
    """How far a mapping has come with the records at its position."""

    def __init__(self):
        self.taken = set()
        self.tries = 0
        # Records of one call; None: all.
        self.width = None


def patch():
    replace(lambda_svc, "_execute_function", by_the_mapping)


def by_the_mapping(original):
    """The emulator calls a function again with the same batch until that was taken, and goes on when it was.

    ReportBatchItemFailures: only what is named, and what comes after it, is tried again. BisectBatchOnFunctionError: in
    halves, which are no tries. MaximumRetryAttempts: then the records are given up.
    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """

    def execute(func, event):
        mapping = mapping_of(func, event)
        if mapping is None:
            return original(func, event)
        return take(mapping, func, event["Records"], lambda part: original(func, {"Records": part}))

    return execute


def mapping_of(func, event):
    records = event.get("Records") if isinstance(event, dict) else None
    if not records or not isinstance(records[0], dict) or records[0].get("eventSource") != "aws:dynamodb":
        return None
    name = (func.get("config") or func).get("FunctionName")
    source = records[0].get("eventSourceARN")
    for _, _, mapping in lambda_svc._iter_all_esms():
        if mapping["EventSourceArn"] == source and mapping["FunctionName"] == name:
            return mapping
    return None


def take(mapping, func, records, call):
    batch = at_work.setdefault(mapping["UUID"], Batch())
    while True:
        waiting = [record for record in records if number(record) not in batch.taken]
        if not waiting:
            del at_work[mapping["UUID"]]
            return {"body": {}}
        part = waiting[: batch.width or len(waiting)]
        result = call(part)
        failed = first_failure(mapping, part, result)
        if failed is None:
            finished(batch, part)
            continue
        if failed > 0:
            finished(batch, part[:failed])
        rest = part[failed:]
        if mapping.get("BisectBatchOnFunctionError") and len(rest) > 1:
            batch.width = len(rest) // 2
            continue
        batch.tries += 1
        most = int(mapping.get("MaximumRetryAttempts", -1))
        if most < 0 or batch.tries <= most:
            # The emulator waits a moment and calls again.
            return {**result, "error": True}
        given_up = {"function_error": "Unhandled"} if result.get("error") else {}
        lambda_svc._send_ddb_stream_failure_record(
            mapping, func, rest, mapping["EventSourceArn"], given_up, "RetryAttemptsExhausted"
        )
        finished(batch, rest)


def finished(batch, records):
    batch.taken.update(number(record) for record in records)
    batch.tries = 0
    batch.width = None


def number(record):
    return str(record.get("dynamodb", {}).get("SequenceNumber", ""))


def first_failure(mapping, part, result):
    """Place of the first record that was not taken; None where all were."""
    if result.get("error"):
        return 0
    if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", []):
        return None
    body = result.get("body")
    if isinstance(body, str):
        body = json.loads(body or "null")
    failures = (body or {}).get("batchItemFailures") or []
    if not failures:
        return None
    named = {str(failure.get("itemIdentifier", "")) for failure in failures}
    places = [place for place, record in enumerate(part) if number(record) in named]
    # A name that is no record's: the whole batch has failed.
    return min(places) if len(places) == len(named) else 0
