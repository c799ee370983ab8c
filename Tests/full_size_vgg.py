"""Writes one seeded random VGG-16 (torchvision's class, 138 million parameters, 528 MiB) in every form that is read.

Needs torch, onnx and safetensors. For measuring load time and memory; about 3.5 GB of files.
    python full_size_vgg.py FOLDER
"""
import pathlib
import sys
import warnings

import torch
from safetensors.torch import save_file

warnings.filterwarnings("ignore")


class VGG16(torch.nn.Module):
    """torchvision.models.vgg16, without torchvision."""

    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for width in [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"]:
            if width == "M":
                layers.append(torch.nn.MaxPool2d(2))
            else:
                layers += [torch.nn.Conv2d(channels, width, 3, padding=1), torch.nn.ReLU()]
                channels = width
        self.features = torch.nn.Sequential(*layers)
        self.avgpool = torch.nn.AdaptiveAvgPool2d(7)
        self.classifier = torch.nn.Sequential(
            torch.nn.Linear(512 * 7 * 7, 4096), torch.nn.ReLU(), torch.nn.Dropout(),
            torch.nn.Linear(4096, 4096), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(4096, 1000))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    model = VGG16().eval()
    state = model.state_dict()
    torch.save(state, folder / "vgg16_zip.pth")
    torch.save(state, folder / "vgg16_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save({name: tensor.half() for name, tensor in state.items()}, folder / "vgg16_half.pth")
    save_file(dict(state), folder / "vgg16.safetensors")
    image = torch.zeros(1, 3, 224, 224)
    names = {"input_names": ["input"], "output_names": ["logits"]}
    torch.onnx.export(model, image, folder / "vgg16.onnx", dynamo=False, opset_version=13, **names)
    torch.onnx.export(model, (image,), folder / "vgg16_external.onnx", dynamo=True, external_data=True,
                      verbose=False, **names)


if __name__ == "__main__":
    main()
