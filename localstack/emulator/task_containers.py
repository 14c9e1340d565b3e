"""ECS: containers as the task definition describes them, and stopped as ECS stops them."""

import os
import re

from patching import replace

from ministack.core.concurrency import resource_lock, spawn_background
from ministack.core.responses import get_account_id, get_region, json_response, request_scope
from ministack.services import ecs

STOP_TIMEOUT = "entropy.stop-timeout"
# By which containers are found that outlived an emulator which was killed.
PORT = "entropy.emulator-port"
FUNCTION_URL = re.compile(r"^https://([a-z0-9-]+\.lambda-url\.[a-z0-9-]+\.on\.aws)")


def patch(bridge, port):
    replace(ecs, "_build_run_kwargs", lambda original: hardened(original, bridge, port))
    replace(ecs, "_remove_docker_container", lambda _: remove_container)
    replace(ecs, "_mark_task_stopped", told_by_whoever_stopped_it)
    replace(ecs, "_stop_task", stop_gracefully)
    # The table of actions holds the function itself.
    ecs._ACTION_MAP["StopTask"] = ecs._stop_task


def hardened(original, bridge, port):
    def build(cdef, td, env, *rest):
        kwargs = original(cdef, td, env, *rest)
        kwargs.update(container_options(cdef, td))
        kwargs["labels"][PORT] = str(port)
        kwargs["labels"][STOP_TIMEOUT] = str(cdef.get("stopTimeout", 30))
        # AWS gives a container credentials of its task's role, and none where the task has no role.
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
        if not td.get("taskRoleArn"):
            env.pop("AWS_CONTAINER_CREDENTIALS_FULL_URI", None)
            env.pop("AWS_CONTAINER_AUTHORIZATION_TOKEN", None)
            env.pop("AWS_ENDPOINT_URL", None)
        # A function URL is reached by its name over HTTPS. https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
        if bridge:
            hosts = dict(kwargs.get("extra_hosts") or {})
            for name, value in env.items():
                found = FUNCTION_URL.match(value or "")
                if found:
                    env[name] = f"http://{found[1]}:{port}{value[found.end():]}"
                    hosts[found[1]] = bridge
            if hosts:
                kwargs["extra_hosts"] = hosts
        return kwargs

    return build


def container_options(cdef, td):
    """Fields of a container definition that Fargate applies.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    """
    linux = cdef.get("linuxParameters") or {}
    options = {}
    if cdef.get("readonlyRootFilesystem"):
        options["read_only"] = True
    if cdef.get("user"):
        options["user"] = cdef["user"]
    if cdef.get("entryPoint"):
        options["entrypoint"] = cdef["entryPoint"]
    if cdef.get("workingDirectory"):
        options["working_dir"] = cdef["workingDirectory"]
    if linux.get("initProcessEnabled"):
        options["init"] = True
    if (linux.get("capabilities") or {}).get("drop"):
        options["cap_drop"] = linux["capabilities"]["drop"]
    options.update(limits(cdef, td))
    mounts = empty_volumes(cdef, td)
    if mounts:
        options["mounts"] = mounts
    return options


def limits(cdef, td):
    """The task's size holds for all of its containers together; the sandbox has one."""
    options = {}
    units = int(cdef.get("cpu") or 0) or int(td.get("cpu") or 0)
    if units:
        # Docker refuses more than the machine has.
        options["nano_cpus"] = min(int(units / 1024 * 1e9), (os.cpu_count() or 1) * 10**9)
    megabytes = int(cdef.get("memory") or 0) or int(td.get("memory") or 0)
    if megabytes:
        options["mem_limit"] = options["memswap_limit"] = f"{megabytes}m"
    return options


def empty_volumes(cdef, td):
    """A volume without a source is an empty one, with owner and mode of the image's folder.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
    """
    from docker.types import Mount

    sources = {v.get("name"): (v.get("host") or {}).get("sourcePath") for v in td.get("volumes") or []}
    wanted = [m for m in cdef.get("mountPoints") or [] if not sources.get(m.get("sourceVolume"))]
    return [
        Mount(m["containerPath"], None, type="volume", read_only=bool(m.get("readOnly"))) for m in wanted
    ]


def remove_container(docker_client, container_or_id):
    """A container gets SIGTERM, and SIGKILL when its stopTimeout is over (30 seconds, 120 at most)."""
    if not docker_client or container_or_id is None:
        return
    try:
        container = container_or_id
        if isinstance(container_or_id, str):
            container = docker_client.containers.get(container_or_id)
        container.stop(timeout=int(container.labels.get(STOP_TIMEOUT, 30)))
    except Exception:
        pass
    try:
        container.remove(v=True, force=True)
    except Exception:
        pass


def told_by_whoever_stopped_it(original):
    def mark(task_arn, task, reason, stop_code, exit_code=None):
        reason, stop_code = task.get("_stop") or (reason, stop_code)
        return original(task_arn, task, reason, stop_code, exit_code)

    return mark


def stop_gracefully(original):
    """StopTask answers at once; the task is STOPPED when its containers are, with their exit codes.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html
    """

    def stop(data):
        cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
        task = ecs._resolve_task(data.get("task", ""), cluster) if cluster else None
        if not task or not task.get("_docker_ids") or task["lastStatus"] == "STOPPED":
            return original(data)
        task_arn = task["taskArn"]
        with resource_lock("ecs-task", task_arn):
            first = "_stop" not in task
            task.setdefault("_stop", (data.get("reason", "Task stopped by user"), "UserInitiated"))
            task["desiredStatus"] = "STOPPED"
            task["stoppedReason"], task["stopCode"] = task["_stop"]
            ids = list(task["_docker_ids"])
        if first:
            account, region = get_account_id(), get_region()
            spawn_background(lambda: end(task, ids, account, region), thread_name="entropy-stop-task")
        return json_response({"task": ecs._sanitize(task)})

    return stop


def end(task, ids, account, region):
    docker_client = ecs._get_docker()
    with request_scope(account, region):
        for index, docker_id in enumerate(ids):
            code = None
            try:
                container = docker_client.containers.get(docker_id)
                container.stop(timeout=int(container.labels.get(STOP_TIMEOUT, 30)))
                code = container.wait(timeout=10).get("StatusCode")
            except Exception:
                pass
            task["containers"][index]["exitCode"] = code
        # The emulator takes a task that is to be stopped for one that is.
        task["desiredStatus"] = "RUNNING"
        ecs._mark_task_stopped(task["taskArn"], task, *task["_stop"])
        ecs._cleanup_task_resources(task, docker_client)
