"""Threads, one of which outlives the script's last line."""
import sys
import threading
import time

main = threading.main_thread()
print(main.name, main.daemon, threading.get_native_id() == main.native_id)
print(threading.active_count(), threading.current_thread() is main, threading.stack_size())
results, done = [], threading.Event()


def work(number):
    results.append((number, threading.current_thread().name, sys._getframe().f_back is not None))


workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
print(sorted(results))
broken = threading.Thread(target=lambda: 1 / 0)
broken.start()
broken.join()
local = threading.local()
local.x = 1


def outlive():
    done.wait()
    print("outlived", main.is_alive(), flush=True)


threading.Thread(target=outlive).start()
threading.Timer(0.01, done.set).start()
threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
print("last line")
