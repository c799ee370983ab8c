"""relprop as a peer: a process of its own that runs on command and sleeps in between (`relprop-bench serve`)."""
import json
import os
import subprocess


class WorkerError(Exception):
    pass


class Worker:
    def __init__(self, bench, model, *options):
        # The raised thresholds are for PyTorch; relprop runs as its users run it.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
        self.process = subprocess.Popen([bench, "serve", "--model", model, *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=environment)
        self.peak_bytes = None

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise WorkerError("relprop-bench serve ended; its last words stand above")
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerError(answer["error"])
        self.peak_bytes = answer.get("peakBytes", self.peak_bytes)
        return answer

    def load(self, **work):
        return self.ask(load=work)

    def run(self, **run):
        return self.ask(run=run)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
