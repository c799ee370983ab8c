"""Writes the model files under Fixtures/ that the tests read.

Needs torch, onnx, safetensors and numpy; tried with torch 2.15. Seeded: the same versions write the same numbers.
    python make_fixtures.py
"""
import os
import pathlib
import pickle
import warnings
import zipfile

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent / "Fixtures"
HERE.mkdir(exist_ok=True)


class TinyVGG(torch.nn.Module):
    """VGG-11 as torchvision defines it, two channels wide, three classes, 32 x 32 images."""

    def __init__(self, batch_norm=False):
        super().__init__()
        layers, channels = [], 3
        for width in [2, "M", 2, "M", 2, 2, "M", 2, 2, "M", 2, 2, "M"]:
            if width == "M":
                layers.append(torch.nn.MaxPool2d(2))
                continue
            layers.append(torch.nn.Conv2d(channels, width, 3, padding=1))
            if batch_norm:
                layers.append(torch.nn.BatchNorm2d(width))
            layers.append(torch.nn.ReLU())
            channels = width
        self.features = torch.nn.Sequential(*layers)
        self.avgpool = torch.nn.AdaptiveAvgPool2d(1)
        self.classifier = torch.nn.Sequential(
            torch.nn.Linear(2, 4), torch.nn.ReLU(), torch.nn.Dropout(),
            torch.nn.Linear(4, 4), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(4, 3))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


class Recurrent(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.LSTM(4, 2, batch_first=True)

    def forward(self, x):
        return self.rnn(x[:, 0])[0]


class Command:
    """What a hostile pickle does: call a function when it is read."""

    def __reduce__(self):
        return (os.system, ("echo this must never run",))


torch.manual_seed(7)
model = TinyVGG().eval()
state = model.state_dict()
plain = {name: tensor.clone() for name, tensor in state.items()}
save_file(plain, HERE / "vgg11.safetensors", metadata={
    "format": "pt", "relprop.labels": '["cat", "dog", "bird"]',
    "relprop.preprocessing": '{"channelOrder": "rgb", "scale": 0.0078125, "mean": [1, 1, 1], "deviation": [1, 1, 1],'
                             ' "fitting": "stretch", "resize": 32}'})
torch.save(state, HERE / "vgg11_zip.pth")
torch.save(state, HERE / "vgg11_legacy.pth", _use_new_zipfile_serialization=False)
torch.save({"epoch": 3, "state_dict": {"module." + name: tensor for name, tensor in state.items()},
            "optimizer": {"state": {}, "param_groups": [{"lr": 0.1, "params": [0, 1]}]}}, HERE / "checkpoint.pth")
torch.save(TinyVGG(batch_norm=True).state_dict(), HERE / "vgg11_bn.pth")
torch.save({name: tensor.half() for name, tensor in state.items()}, HERE / "half.pth")
save_file({name: tensor.bfloat16() for name, tensor in plain.items()}, HERE / "bfloat16.safetensors")
save_file({name: tensor.double() for name, tensor in plain.items()}, HERE / "double.safetensors")

# Views: every weight is a transposed window of a larger storage, every bias a step of 2 through another.
views = {}
for name, tensor in state.items():
    if tensor.dim() > 1:
        backwards = tensor.permute(*reversed(range(tensor.dim())))
        views[name] = torch.cat([torch.zeros_like(backwards), backwards])[tensor.shape[-1]:].permute(
            *reversed(range(tensor.dim())))
    else:
        views[name] = torch.stack([tensor, -tensor], 1)[:, 0]
torch.save(views, HERE / "views.pth")

timm = {}
for name, tensor in plain.items():
    for ours, theirs in [("classifier.0", "pre_logits.fc1"), ("classifier.3", "pre_logits.fc2"), ("classifier.6", "head.fc")]:
        if name.startswith(ours):
            name = name.replace(ours, theirs)
            tensor = tensor[:, :, None, None] if "fc1.weight" in name or "fc2.weight" in name else tensor
    timm[name] = tensor.contiguous()
save_file(timm, HERE / "timm.safetensors")

torch.save(model, HERE / "module.pth")
torch.save({"weight": torch.ones(2), "command": Command()}, HERE / "command.pth")
torch.save({"weight": torch.ones(2), "command": Command()}, HERE / "command_legacy.pth",
           _use_new_zipfile_serialization=False)
broken = {name: tensor.clone() for name, tensor in state.items()}
broken["features.3.weight"][1, 0, 2, 1] = float("nan")
torch.save(broken, HERE / "nan.pth")

with zipfile.ZipFile(HERE / "vgg11_zip.pth") as source:
    with zipfile.ZipFile(HERE / "deflated.pth", "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            target.writestr(item.filename, source.read(item))
    with zipfile.ZipFile(HERE / "big_endian.pth", "w") as target:
        for item in source.infolist():
            target.writestr(item.filename, b"big" if item.filename.endswith("byteorder") else source.read(item))

image = torch.zeros(1, 3, 32, 32)
for opset in (7, 9, 13):
    torch.onnx.export(model, image, HERE / f"opset{opset}.onnx", dynamo=False, opset_version=opset,
                      input_names=["input"], output_names=["logits"],
                      dynamic_axes={"input": {0: "n", 2: "h", 3: "w"}, "logits": {0: "n"}})
torch.onnx.export(model, (image,), HERE / "opset18.onnx", dynamo=True, external_data=False, opset_version=18,
                  input_names=["input"], output_names=["logits"], verbose=False)
torch.onnx.export(Recurrent().eval(), torch.zeros(1, 1, 3, 4), HERE / "lstm.onnx", dynamo=False, opset_version=13)

for name in ["opset18.onnx"]:
    # Stack traces name this machine's folders.
    graph = onnx.load(HERE / name)
    for node in graph.graph.node:
        kept = [entry for entry in node.metadata_props if entry.key == "pkg.torch.onnx.name_scopes"]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
    onnx.save(graph, HERE / name)

graph = onnx.load(HERE / "opset13.onnx")
onnx.save(graph, HERE / "external.onnx", save_as_external_data=True, location="external.data", size_threshold=0,
          convert_attribute=False)
graph = onnx.load(HERE / "external.onnx", load_external_data=False)
for entry in graph.graph.initializer[0].external_data:
    if entry.key == "location":
        entry.value = "../Fixtures/external.data"
onnx.save(graph, HERE / "outside.onnx")

graph = onnx.load(HERE / "opset9.onnx")
for tensor in graph.graph.initializer:
    array = numpy_helper.to_array(tensor)
    if array.dtype == np.float32:
        # vals, not raw: the writer of onnx.helper puts float16 into int32_data.
        tensor.CopyFrom(helper.make_tensor(tensor.name, TensorProto.FLOAT16, array.shape, array.astype(np.float16).flatten()))
graph.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT16
onnx.save(graph, HERE / "float16_in_int32_data.onnx")
