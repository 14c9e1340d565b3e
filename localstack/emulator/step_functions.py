"""Step Functions: what becomes of a task, of its failing, and of its containers when nobody waits for it any more."""

import contextvars
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError

from patching import replace

from ministack.core.responses import json_response
from ministack.services import ecs, stepfunctions

execution_of_thread = contextvars.ContextVar("entropy_execution", default=None)
given_up = contextvars.ContextVar("entropy_given_up", default=None)
StepError = stepfunctions._ExecutionError


def patch():
    replace(stepfunctions, "_run_execution", lambda original: lambda arn: run_marked(original, arn))
    replace(stepfunctions, "_invoke_resource_with_timeout", lambda _: invoke_with_timeout)
    replace(stepfunctions, "_invoke_ecs_run_task", lambda _: run_task)
    # The table of integrations holds the function itself.
    stepfunctions._SERVICE_DISPATCH["arn:aws:states:::ecs:runTask"] = run_task
    replace(stepfunctions, "_call_lambda", throttles_by_name)
    replace(stepfunctions, "_start_execution", same_start_again)


def run_marked(original, arn):
    execution_of_thread.set(arn)
    return original(arn)


def invoke_with_timeout(resource, input_data, timeout):
    """As the emulator's own, but the task is told that the state no longer waits for it."""
    over = threading.Event()
    pool = ThreadPoolExecutor(max_workers=1)
    context = contextvars.copy_context()
    context.run(given_up.set, over)
    future = pool.submit(context.run, stepfunctions._invoke_resource, resource, input_data)
    pool.shutdown(wait=False)
    try:
        return future.result(timeout=timeout)
    except FutureTimeoutError:
        over.set()
        raise StepError("States.Timeout", f"Task timed out after {timeout} seconds") from None


def run_task(resource, input_data):
    """ecs:runTask: a task that failed to start, or of which a container failed, is a failed state.

    Refused or unplaced tasks are `ECS.*` errors; one that ended otherwise than with 0 in every container is
    States.TaskFailed, its description the cause. https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
    """
    request = stepfunctions._pascal_to_camel(input_data)
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
    request.setdefault("startedBy", "AWS Step Functions")
    status, _, body = ecs._run_task(request)
    result = json.loads(body) if body else {}
    if status >= 400:
        name = str(result.get("__type", "AmazonECSException")).rsplit("#", 1)[-1]
        raise StepError(f"ECS.{name}", result.get("message", str(result)))
    if not resource.rstrip("/").endswith(".sync"):
        return result
    if not result.get("tasks"):
        raise StepError("AmazonECS.Unknown", json.dumps(result.get("failures", [])))
    arns = [task["taskArn"] for task in result["tasks"]]
    return wait_for_tasks(request.get("cluster", "default"), arns)


def wait_for_tasks(cluster, arns):
    while True:
        stepfunctions._scaled_sleep(0.5)
        _, _, body = ecs._describe_tasks({"cluster": cluster, "tasks": arns})
        tasks = json.loads(body).get("tasks", [])
        if tasks and all(task.get("lastStatus") == "STOPPED" for task in tasks):
            break
        if nobody_waits():
            # Step Functions stops the task of a state that timed out or whose execution was stopped, as best it can.
            # https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
            for arn in arns:
                ecs._stop_task({"cluster": cluster, "task": arn, "reason": "Stopped by Step Functions"})
            raise StepError("States.TaskFailed", "nobody waits for this task any more")
    for task in tasks:
        codes = [container.get("exitCode") for container in task.get("containers", [])]
        if task.get("stopCode") == "TaskFailedToStart" or any(code != 0 for code in codes):
            raise StepError("States.TaskFailed", json.dumps(stepfunctions_shape(task)))
    # The integration answers with the one task that it ran, in the API's capitals.
    return stepfunctions_shape(tasks[0]) if len(tasks) == 1 else {"tasks": tasks}


def stepfunctions_shape(value):
    if isinstance(value, list):
        return [stepfunctions_shape(item) for item in value]
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: stepfunctions_shape(item) for key, item in value.items()}
    return value


def nobody_waits():
    over = given_up.get()
    if over is not None and over.is_set():
        return True
    execution = stepfunctions._executions.get(execution_of_thread.get())
    return execution is not None and execution["status"] != "RUNNING"


def throttles_by_name(original):
    """A throttled invocation is Lambda.TooManyRequestsException.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
    """

    def call(func_ref, event):
        try:
            return original(func_ref, event)
        except StepError as failed:
            if failed.error == "Lambda.Unknown" and "TooManyRequestsException" in (failed.cause or ""):
                raise StepError("Lambda.TooManyRequestsException", failed.cause) from None
            raise

    return call


def same_start_again(original):
    """StartExecution with the name and the input of one that runs answers with that one.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    """

    def start(data):
        machine = stepfunctions._resolve_state_machine_arn(data.get("stateMachineArn", "").split("#")[0])
        name = data.get("name")
        for execution in list(stepfunctions._executions.values()) if machine and name else []:
            same = execution["stateMachineArn"] == machine and execution["name"] == name
            if same and execution["status"] == "RUNNING" and execution["input"] == data.get("input", "{}"):
                answer = {"executionArn": execution["executionArn"], "startDate": execution["startDate"]}
                return json_response(answer)
        return original(data)

    return start
