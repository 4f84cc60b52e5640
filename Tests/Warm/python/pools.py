"""Executors of both kinds, that nobody shuts down by hand."""
import concurrent.futures
import os


def square(number):
    return number * number


if __name__ == "__main__":
    threads = concurrent.futures.ThreadPoolExecutor(2)
    print(list(threads.map(square, range(5))))
    with concurrent.futures.ProcessPoolExecutor(1) as processes:
        print(list(processes.map(square, range(5))))
        fault = processes.submit(os._exit, 3)
        print(repr(fault.exception()))
    threads.submit(print, "before the end")
