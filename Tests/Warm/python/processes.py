"""multiprocessing in each of its ways."""
import multiprocessing
import os
import sys


def tell(word):
    main = sys.modules["__main__"]
    return (word, __name__, main.__name__, getattr(main, "__file__", None), sys.argv,
            sys.path[0], os.getcwd(), multiprocessing.current_process().name.split("-")[0],
            sys.executable, sys.flags.hash_randomization)


def fail():
    raise ValueError("in a child")


def end():
    sys.exit(9)


if __name__ == "__main__":
    print(multiprocessing.get_all_start_methods(), multiprocessing.get_start_method(True))
    for method in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        with context.Pool(1) as pool:
            print(method, pool.map(tell, ["a", "b"]))
            try:
                pool.apply(fail)
            except ValueError as fault:
                print(fault)
        queue = context.SimpleQueue()
        child = context.Process(target=queue.put, args=(("put", method),))
        child.start()
        print(queue.get(), child.join(), child.exitcode)
        child = context.Process(target=end)
        child.start()
        child.join()
        print(child.exitcode, context.Lock().acquire())
    print(multiprocessing.parent_process(), sys.argv)
