#!/usr/bin/env python3
"""Prints the most physical memory one peer holds, in bytes: a process of its own for each.

    peak_memory.py MODEL.safetensors IMAGES.npy onnxruntime:MODEL.onnx | PyTorch | zennit:COMPOSITE | captum | by-hand
"""
import sys

import numpy as np


def main():
    model, images, peer = sys.argv[1:]
    name, _, detail = peer.partition(":")
    x = np.load(images)
    if name == "onnxruntime":
        import onnxruntime
        session = onnxruntime.InferenceSession(detail, providers=["CPUExecutionProvider"])

        def run():
            session.run(None, {"x": x})
    else:
        import torch
        from safetensors.torch import load_file

        from networks import HIGH, LOW, vgg
        network, x = vgg(load_file(model)), torch.from_numpy(x)
        if name == "PyTorch":
            def run():
                with torch.inference_mode():
                    network(x)
        elif name == "zennit":
            import zennit_peer

            def run():
                zennit_peer.relevance(network, detail, x, LOW, HIGH, None)
        elif name == "captum":
            import captum_peer
            lrp = captum_peer.CaptumLRP(network)

            def run():
                lrp(x, None)
        else:
            from by_hand import SeedByHand
            by_hand = SeedByHand(network, LOW, HIGH, torch.contiguous_format)

            def run():
                by_hand(x, None)
    for _ in range(2):
        run()
    # Not getrusage: its peak is also that of the process this one was started from.
    print(next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM:")))


if __name__ == "__main__":
    main()
