"""relprop and its peers on the same weights and images, ready to take turns."""
import copy
import json
import os
import warnings

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import captum_peer
import zennit_peer
from accuracy import relative_error, relative_errors
from by_hand import SeedByHand
from networks import HIGH, LOW, random_images, random_vgg16_state, vgg
from round_robin import Contender, spread, take_turns, timed
from worker import Worker, WorkerError

PRECISIONS = ("accurate", "fast")
BY_HAND = {"PyTorch by hand": torch.contiguous_format, "by hand, channels_last": torch.channels_last}
# What is compared: by name, the work as `relprop-bench serve` takes it.
WORKS = {
    "forward": {"kind": "forward"},
    "seed": {"composite": "seed"},
    "epsilon_gamma_box": {"composite": "epsilon_gamma_box"},
    "epsilon_plus": {"composite": "epsilon_plus"},
    "gamma_epsilon": {"composite": "gamma_epsilon"},
    "seed, batch 8": {"composite": "seed", "batch": 8},
    "epsilon_gamma_box, batch 8": {"composite": "epsilon_gamma_box", "batch": 8},
}


def export_onnx(network, x, path, **options):
    """`network` as a file for onnxruntime, with input x and output logits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter's age; the other one needs one more package
        torch.onnx.export(network, x, path, dynamo=False, opset_version=17, input_names=["x"], output_names=["logits"],
                          **options)


def onnxruntime_contender(path, x, threads):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    array = x.numpy()
    return Contender("onnxruntime", timed(lambda: session.run(None, {"x": array})))


def pytorch_contender(name, network, x, layout):
    """The forward pass in a memory layout, of a copy of the network."""
    network, x = copy.deepcopy(network).to(memory_format=layout), x.contiguous(memory_format=layout)

    @torch.inference_mode()
    def run():
        return network(x)
    return Contender(name, timed(run))


class Comparison:
    """- bench: the program.  - folder: for files that both sides read."""

    def __init__(self, bench, folder, threads, rounds, quick):
        self.bench, self.folder, self.threads, self.rounds, self.quick = bench, folder, threads, rounds, quick
        side = 32 if quick else 224
        state = random_vgg16_state(16, 1, 10) if quick else random_vgg16_state()
        self.model = os.path.join(folder, "vgg16.safetensors")
        save_file(state, self.model)
        self.state = load_file(self.model)
        self.network = vgg(self.state)
        self.images = random_images(8, side)
        for count in (1, 8):
            np.save(self.image_file(count), self.images[:count].numpy())
        self.captum_composite = os.path.join(folder, "gamma_epsilon.json")
        with open(self.captum_composite, "w") as file:
            json.dump(captum_peer.COMPOSITE, file)
        torch.set_num_threads(threads)
        self.missing = set()

    def start_worker(self, precision, **work):
        """A relprop loaded for `work`, or None where it has no such precision."""
        if work.get("composite") == "gamma_epsilon":
            work["composite"] = self.captum_composite
        options = ["--side", str(self.images.shape[2]), "--threads", str(self.threads)]
        worker = Worker(self.bench, self.model, *options)
        try:
            worker.load(precision=precision, **work)
        except WorkerError as error:
            worker.close()
            if precision == "accurate" or "precision" not in str(error):
                raise
            self.missing.add(precision)
            return None
        return worker

    def ours(self, **work):
        """A contender for each precision there is."""
        batch = work.get("batch", 1)
        result = []
        for precision in PRECISIONS:
            if precision in self.missing:
                continue
            worker = self.start_worker(precision, **work)
            if worker:
                worker.run(input=self.image_file(batch))
                contender = Contender(f"relprop {precision}", lambda w=worker: w.run()["seconds"][0], worker.close)
                contender.worker = worker
                result.append(contender)
        return result

    def peers(self, work):
        """The contenders relprop is compared with."""
        x = self.images[:work.get("batch", 1)]
        if work.get("kind") == "forward":
            return [onnxruntime_contender(self.onnx(), x, self.threads),
                    pytorch_contender("PyTorch", self.network, x, torch.contiguous_format),
                    pytorch_contender("PyTorch channels_last", self.network, x, torch.channels_last)]
        composite = work["composite"]
        if composite == "gamma_epsilon":
            lrp = captum_peer.CaptumLRP(vgg(self.state))
            return [Contender("captum", timed(lambda: lrp(x, None)))]
        result = [Contender("zennit", timed(
            lambda: zennit_peer.relevance(self.network, composite, x, LOW, HIGH, None)))]
        if composite == "seed":
            # Which layout is faster depends on PyTorch's version; the promise is judged by the faster one.
            result += [Contender(name, timed(lambda f=SeedByHand(self.network, LOW, HIGH, layout): f(x, None)))
                       for name, layout in BY_HAND.items()]
        return result

    def onnx(self):
        """The network as a file for onnxruntime; any batch."""
        path = os.path.join(self.folder, "vgg16.onnx")
        if not os.path.exists(path):
            export_onnx(self.network, self.images[:1], path, dynamic_axes={"x": {0: "N"}})
        return path

    def image_file(self, count):
        return os.path.join(self.folder, f"images{count}.npy")

    def alone(self, work):
        """relprop's median before any peer has run in this process: the check that the peers do not slow it."""
        contenders = self.ours(**work)
        seconds = take_turns(contenders[:1], self.rounds)
        for contender in contenders:
            contender.close()
        return spread(seconds["relprop accurate"])

    def compare(self, name, work):
        """Seconds by contender, relprop's peak of memory, and how far the relevances are apart."""
        contenders = self.ours(**work) + self.peers(work)
        seconds = take_turns(contenders, self.rounds)
        row = {"name": name, "work": work, "seconds": {key: spread(value) for key, value in seconds.items()},
               "peakBytes": {c.name: c.worker.peak_bytes for c in contenders if hasattr(c, "worker")}}
        if work.get("kind") != "forward":
            row["difference"] = self.difference(contenders[0].worker, work)
        for contender in contenders:
            contender.close()
        return row

    def difference(self, worker, work):
        """Relative l2 difference of relprop's relevance from the peer's in float32, first image: the same rules ran."""
        output, x = os.path.join(self.folder, "relevance.npy"), self.images[:1]
        with torch.no_grad():
            target = int(self.network(x).argmax())
        worker.run(input=self.image_file(1), classes=[target], output=output)
        ours, targets = np.load(output), torch.tensor([target])
        if work["composite"] == "gamma_epsilon":
            peers = {"captum": captum_peer.CaptumLRP(vgg(self.state))(x, targets)}
        else:
            peers = {"zennit": zennit_peer.relevance(self.network, work["composite"], x, LOW, HIGH, targets)}
        if work["composite"] == "seed":
            peers["PyTorch by hand"] = SeedByHand(self.network, LOW, HIGH, torch.contiguous_format)(x, targets)
        return {name: relative_error(ours, theirs.numpy()) for name, theirs in peers.items()}

    def targets(self):
        """Ten classes of one image beside one class."""
        contenders = []
        for count in (1, 10):
            contender = self.ours(composite="seed", targets=count)[0]
            contender.name = f"{count} class" + ("es" if count > 1 else "")
            contenders.append(contender)
        seconds = take_turns(contenders, self.rounds)
        for contender in contenders:
            contender.close()
        return {key: spread(value) for key, value in seconds.items()}

    def accuracy(self, composite):
        workers = {}
        for precision in PRECISIONS:
            worker = None if precision in self.missing else self.start_worker(precision, composite=composite)
            if worker:
                workers[f"relprop {precision}"] = worker
        errors = relative_errors(self.network, composite, self.images, LOW, HIGH, workers, self.folder)
        for worker in workers.values():
            worker.close()
        return {name: {**spread(values), "largest": max(values)} for name, values in errors.items()}
