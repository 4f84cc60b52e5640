"""asyncio: tasks, threads, signals, a child."""
import asyncio
import os
import signal
import sys


async def child(*words):
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate(b"given")
    return output, process.returncode


async def main():
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, told.set)
    os.kill(os.getpid(), signal.SIGTERM)
    await told.wait()
    print(type(loop).__name__, loop.get_debug(), await asyncio.to_thread(sum, [1, 2]))
    print(await child("-c", "import sys; print(sys.stdin.read(), sys.argv); sys.exit(4)", "x"))
    told.clear()
    late = asyncio.wait_for(told.wait(), 0.01)
    results = await asyncio.gather(late, child("-V"), fault(), return_exceptions=True)
    print(results)
    asyncio.create_task(fault())
    await asyncio.to_thread(int)
    raise RuntimeError("out of the loop")


async def fault():
    raise ValueError("in a task")


asyncio.run(main())
