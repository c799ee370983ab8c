"""Timing by turns: every contender once a round, so that what the machine does meanwhile falls on all alike."""
import time

import numpy as np


class Contender:
    """- run: a call that does the work once and returns seconds.  - name: unique within a comparison."""

    def __init__(self, name, run, close=lambda: None):
        self.name, self.run, self.close = name, run, close


def timed(call):
    """`call` as a run of a contender in this process."""
    def run():
        begin = time.perf_counter()
        call()
        return time.perf_counter() - begin
    return run


def settle(limit=1.0):
    """Waits until this process is quiet: threads of OpenMP and onnxruntime go on spinning for some time after their work,
    which would slow a contender in another process. Returns the seconds waited."""
    begin = time.perf_counter()
    while True:
        used, slice_begin = time.process_time(), time.perf_counter()
        time.sleep(0.005)
        now = time.perf_counter()
        if time.process_time() - used < 0.1 * (now - slice_begin) or now - begin > limit:
            return now - begin


def take_turns(contenders, rounds):
    """Seconds of every contender, by name. Each turn has one run that is not timed: after a pause caches are cold and
    cores slow, and that is no contender's fault."""
    seconds = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        for contender in contenders:
            settle()
            contender.run()
            seconds[contender.name].append(contender.run())
    return seconds


def spread(values):
    lower, median, upper = np.quantile(values, [0.25, 0.5, 0.75])
    return {"median": float(median), "lowerQuartile": float(lower), "upperQuartile": float(upper), "count": len(values)}
