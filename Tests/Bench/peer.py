"""The same API on FastAPI, as one would write it there: validated, run, kept in memory, no ledger.

Started by `uvicorn peer:app`; it is what the node's cost of a call is weighed against.
"""

import asyncio
import uuid
from datetime import datetime, timezone
from typing import Annotated

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field, StrictStr

app = FastAPI()
records = {}

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


def now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@app.get("/tools")
async def tools():
    return TOOLS


@app.post("/execute", status_code=202)
async def execute(submission: Submission, wait: int = 0):
    if submission.toolId != "echo":
        raise HTTPException(400, f"Tool '{submission.toolId}' not found in whitelist")
    record = {"executionId": f"exec-{uuid.uuid4()}", "status": "pending", "startedAt": now(),
              "sessionId": submission.sessionId, "toolId": submission.toolId}
    records[record["executionId"]] = record
    ended = asyncio.get_running_loop().create_task(echo(record, submission.args))
    if wait:
        await ended
    return record


async def echo(record, arguments):
    record["status"] = "running"
    record["output"] = arguments.message + "\n"
    record["status"], record["completedAt"], record["exitCode"] = "completed", now(), 0


@app.get("/executions/{execution}")
async def execution(execution: str):
    if execution not in records:
        raise HTTPException(404, "Execution not found")
    return records[execution]
