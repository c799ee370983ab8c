#!/usr/bin/env python3
"""relprop beside onnxruntime, PyTorch and zennit on residual networks: same weights, same image, same rules, by turns in one run.

    bench_residual.py --bench .build/release/relprop-bench [--rounds N] [--json OUT] [--quick]

ResNet-18 and ResNet-50 with random weights, forward and `epsilon_plus` of one image; as fair as bench_peers.py, whose packages it needs.
"""
import argparse
import os
import tempfile

import tuned

if __name__ == "__main__":
    tuned.restart()

import numpy as np
import torch

import bench_peers
import zennit_peer
from accuracy import relative_error
from comparison import export_onnx, onnxruntime_contender, pytorch_contender
from networks import HIGH, LOW, random_images
from residual import BLOCKS, resnet, with_sums
from results import write_json
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
        export_onnx(self.network, self.images, self.model)
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
        return self.row("forward", [
            self.ours(kind="forward"), onnxruntime_contender(self.model, self.images, self.threads),
            pytorch_contender("PyTorch channels_last", self.network, self.images, torch.channels_last)])

    def epsilon_plus(self):
        def theirs(targets=None):
            return zennit_peer.relevance(self.summed, "epsilon_plus", self.images, LOW, HIGH, targets)
        ours = self.ours(composite="epsilon_plus")
        output = os.path.join(self.folder, "relevance.npy")
        with torch.no_grad():
            target = int(self.summed(self.images).argmax())
        ours.worker.run(input=self.image_file, classes=[target], output=output)
        expected = theirs(torch.tensor([target])).numpy()
        return {**self.row("epsilon_plus", [ours, Contender("zennit", timed(theirs))]),
                "difference": {"zennit": relative_error(np.load(output), expected)}}

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
        write_json(arguments.json, results)


if __name__ == "__main__":
    main()
