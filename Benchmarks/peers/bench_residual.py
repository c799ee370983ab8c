#!/usr/bin/env python3
"""relprop beside onnxruntime, PyTorch and zennit on residual networks: same weights, same image, same rules, by turns in one run.

    bench_residual.py --bench .build/release/relprop-bench [--rounds N] [--json OUT] [--quick]

ResNet-18 and ResNet-50 with random weights, forward and `epsilon_plus` of one image; as fair as bench_peers.py, whose packages it needs.
"""
import argparse
import json
import os
import sys
import tempfile
import warnings

TUNED = {"MALLOC_MMAP_THRESHOLD_": str(2 ** 30), "MALLOC_TRIM_THRESHOLD_": str(2 ** 34), "MALLOC_TOP_PAD_": str(2 ** 26)}
if __name__ == "__main__" and any(os.environ.get(name) != value for name, value in TUNED.items()):
    # glibc reads them when a process starts.
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **TUNED})

import numpy as np
import onnxruntime
import torch

import bench_peers
import zennit_peer
from networks import HIGH, LOW, random_images
from residual import BLOCKS, resnet, with_sums
from round_robin import Contender, spread, take_turns, timed
from worker import Worker


class ResidualComparison:
    def __init__(self, name, bench, folder, threads, rounds, quick):
        self.bench, self.folder, self.threads, self.rounds = bench, folder, threads, rounds
        self.images = random_images(1, 32 if quick else 224)
        self.image_file = os.path.join(folder, "image.npy")
        np.save(self.image_file, self.images.numpy())
        self.network = resnet(name, *((16, 10) if quick else ()))
        self.model = os.path.join(folder, f"{name}.onnx")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the exporter's age; the other one needs one more package
            torch.onnx.export(self.network, self.images, self.model, dynamo=False, opset_version=17, input_names=["x"],
                              output_names=["logits"])
        zennit_peer.import_zennit()
        from zennit.layer import Sum
        self.summed = with_sums(resnet(name, *((16, 10) if quick else ())), Sum)
        torch.set_num_threads(threads)

    def ours(self, **work):
        worker = Worker(self.bench, self.model, "--threads", str(self.threads))
        worker.load(**work)
        worker.run(input=self.image_file)
        contender = Contender("relprop", lambda: worker.run()["seconds"][0], worker.close)
        contender.worker = worker
        return contender

    def forward(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        session = onnxruntime.InferenceSession(self.model, options, providers=["CPUExecutionProvider"])
        array = self.images.numpy()
        last, y = (thing.to(memory_format=torch.channels_last) for thing in (self.network, self.images))

        @torch.inference_mode()
        def run():
            return last(y)
        return self.row("forward", [
            self.ours(kind="forward"), Contender("onnxruntime", timed(lambda: session.run(None, {"x": array}))),
            Contender("PyTorch channels_last", timed(run))])

    def epsilon_plus(self):
        def theirs(targets=None):
            return zennit_peer.relevance(self.summed, "epsilon_plus", self.images, LOW, HIGH, targets)
        ours = self.ours(composite="epsilon_plus")
        output = os.path.join(self.folder, "relevance.npy")
        with torch.no_grad():
            target = int(self.summed(self.images).argmax())
        ours.worker.run(input=self.image_file, classes=[target], output=output)
        expected = theirs(torch.tensor([target])).numpy()
        difference = np.linalg.norm(np.load(output).astype(np.float64) - expected) / np.linalg.norm(expected)
        return {**self.row("epsilon_plus", [ours, Contender("zennit", timed(theirs))]),
                "difference": {"zennit": float(difference)}}

    def row(self, name, contenders):
        seconds = take_turns(contenders, self.rounds)
        peaks = {c.name: c.worker.peak_bytes for c in contenders if hasattr(c, "worker")}
        for contender in contenders:
            contender.close()
        return {"name": name, "seconds": {key: spread(value) for key, value in seconds.items()}, "peakBytes": peaks}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True, help="the built relprop-bench")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--json")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    results = {**bench_peers.origin(arguments), "benchmark": "residual", "comparisons": []}
    for name in BLOCKS:
        with tempfile.TemporaryDirectory() as folder:
            comparison = ResidualComparison(name, os.path.abspath(arguments.bench), folder, arguments.threads,
                                            1 if arguments.quick else arguments.rounds, arguments.quick)
            for row in (comparison.forward(), comparison.epsilon_plus()):
                row["name"] = f"{name}, {row['name']}"
                results["comparisons"].append(row)
                bench_peers.show(row)
    if arguments.json:
        temporary = arguments.json + ".part"
        with open(temporary, "w") as file:
            json.dump(results, file, indent=1)
            file.write("\n")
        os.replace(temporary, arguments.json)


if __name__ == "__main__":
    main()
