"""The node's API on FastAPI, as one would write it there, but for what a ledger is for: all is kept
in memory and gone with the process.

Started by `uvicorn peer:app`; it is what the node's cost of a call is weighed against, so it does
what the node does for a call: answers to its own name alone, validates, knows a request that comes
again, has slots and a bounded queue, runs the handler on a thread (it may block) under a deadline,
and keeps a record of what that used and cost. `POST /thin` leaves out all but the validation and
the record, and runs the handler in the request: the least that answers alike.
"""

import asyncio
import hashlib
import time
import uuid
from datetime import datetime, timezone
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field, StrictStr
from starlette.middleware.trustedhost import TrustedHostMiddleware

SLOTS, QUEUED = 64, 1_000_000

app = FastAPI()
app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
records = {}
keys = {}
slots = asyncio.Semaphore(SLOTS)
unfinished = set()

MESSAGE = {"name": "message", "type": "string", "required": True, "description": "What to say"}
TOOLS = {"tools": [{"id": "echo", "name": "Echo", "description": "Says what it is told",
                    "args": [MESSAGE], "maxDurationSeconds": 5}]}


class EchoArguments(BaseModel):
    model_config = ConfigDict(extra="forbid")
    message: Annotated[StrictStr, Field(max_length=65536)]


class Submission(BaseModel):
    sessionId: Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9._-]{1,128}$")]
    toolId: StrictStr
    args: EchoArguments


class Usage(BaseModel):
    wallMicroseconds: int
    cpuUserMicroseconds: int


class Cost(BaseModel):
    currency: str
    microUnits: int


class Execution(BaseModel):
    executionId: str
    status: str
    startedAt: str
    sessionId: str | None = None
    toolId: str | None = None
    completedAt: str | None = None
    exitCode: int | None = None
    output: str | None = None
    usage: Usage | None = None
    cost: Cost | None = None


def now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_record(submission):
    if submission.toolId != "echo":
        raise HTTPException(400, f"Tool '{submission.toolId}' not found in whitelist")
    record = {"executionId": f"exec-{uuid.uuid4()}", "status": "pending", "startedAt": now(),
              "sessionId": submission.sessionId, "toolId": submission.toolId}
    records[record["executionId"]] = record
    return record


def acceptance(record):
    return {name: record[name] for name in ("executionId", "status", "startedAt")}


@app.get("/tools")
async def tools():
    return TOOLS


@app.post("/execute", status_code=202, response_model_exclude_unset=True)
async def execute(
    request: Request, submission: Submission,
    wait: Annotated[int, Query(ge=0, le=300)] = 0,
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> Execution:
    if idempotency_key:
        body = hashlib.blake2b(await request.body()).digest()
        known, earlier = keys.setdefault(idempotency_key, (body, None))
        if known != body:
            raise HTTPException(422, "Idempotency-Key came before with another body")
        if earlier:
            return acceptance(earlier)
    if len(unfinished) >= SLOTS + QUEUED:
        raise HTTPException(429, "the queue is full", {"Retry-After": "1"})
    record = new_record(submission)
    if idempotency_key:
        keys[idempotency_key] = (body, record)
    task = asyncio.create_task(run(record, submission.args))
    unfinished.add(task)
    task.add_done_callback(unfinished.discard)
    if wait:
        await asyncio.wait([task], timeout=wait)
    return record if wait else acceptance(record)


async def run(record, arguments):
    async with slots:
        record["status"], began = "running", time.monotonic()
        try:
            record["output"], cpu = await asyncio.wait_for(run_in_threadpool(echo, arguments), 5)
            record["status"], record["exitCode"] = "completed", 0
        except TimeoutError:
            record["status"], cpu = "timeout", 0
        record["completedAt"] = now()
        wall = time.monotonic() - began
        record["usage"] = {"wallMicroseconds": int(wall * 1e6),
                           "cpuUserMicroseconds": int(cpu * 1e6)}
        record["cost"] = {"currency": "USD", "microUnits": 1}


def echo(arguments):
    began = time.thread_time()
    return arguments.message + "\n", time.thread_time() - began


@app.post("/thin", status_code=202)
async def thin(submission: Submission):
    record = new_record(submission)
    record["output"] = submission.args.message + "\n"
    record["status"], record["completedAt"], record["exitCode"] = "completed", now(), 0
    return record


@app.get("/executions/{execution}", response_model_exclude_unset=True)
async def execution(execution: str) -> Execution:
    if execution not in records:
        raise HTTPException(404, "Execution not found")
    return records[execution]
