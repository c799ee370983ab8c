"""zennit's composites, and the composite `seed` built from zennit's rules."""
import sys
import types

import torch

# Composites that are gradients start from 1, the rules of LRP from the logit; relprop does the same.
GRADIENTS = {"deconvnet", "guided_backprop", "beta_smooth"}


def import_zennit():
    """zennit names torchvision's models for its ResNet canonizers; a stub serves where torchvision is not installed."""
    try:
        import torchvision  # noqa: F401
    except Exception:
        for name in ("torchvision", "torchvision.models", "torchvision.models.resnet", "torchvision.models.vgg"):
            sys.modules[name] = types.ModuleType(name)
        sys.modules["torchvision.models.resnet"].Bottleneck = type("Bottleneck", (torch.nn.Module,), {})
        sys.modules["torchvision.models.resnet"].BasicBlock = type("BasicBlock", (torch.nn.Module,), {})
    import zennit.composites
    return zennit.composites


def seed_composite(network, low, high):
    """The VGG-16 composite of Montavon et al. 2019 for a network of `networks.vgg`."""
    composites = import_zennit()
    from zennit.core import Hook, Stabilizer
    from zennit.rules import Epsilon, Gamma, Pass, ZBox

    class AveragePooling(Hook):
        """A max pooling that shares relevance as an average pooling: R_i = a_i / 4 · R / stab(mean of a)."""

        def __init__(self, size, stabilizer):
            super().__init__()
            self.size, self.stabilizer = size, Stabilizer.ensure(stabilizer)

        def forward(self, module, input, output):
            self.stored_tensors["input"] = input[0].detach()

        def backward(self, module, grad_input, grad_output):
            activation = self.stored_tensors["input"]
            mean = torch.nn.functional.avg_pool2d(activation, self.size)
            share = grad_output[0] / self.stabilizer(mean) / self.size ** 2
            share = torch.nn.functional.interpolate(share, scale_factor=self.size)
            return (activation * share,)

        def copy(self):
            return AveragePooling(self.size, self.stabilizer)

    relative = Stabilizer(epsilon=0.25, norm_scale=True)
    rules, pools = [], 0
    for index, module in enumerate(network.features):
        if isinstance(module, torch.nn.Conv2d):
            if index == 0:
                rule = ZBox(low, high, stabilizer=1e-9)
            else:
                rule = Gamma(0.25, stabilizer=1e-9) if pools < 3 else Epsilon(relative)
        elif isinstance(module, torch.nn.MaxPool2d):
            pools += 1
            rule = AveragePooling(module.kernel_size, 1e-9 if pools <= 3 else relative)
        else:
            continue
        rules.append(([f"features.{index}"], rule))
    rules += [([f"classifier.{index}"], Epsilon(1e-9)) for index in (0, 3, 6)]
    rules.append(([name for name, module in network.named_modules() if isinstance(module, torch.nn.ReLU)], Pass()))
    return composites.NameMapComposite(name_map=rules)


def make_composite(name, network, low, high):
    if name == "seed":
        return seed_composite(network, low, high)
    kwargs = {"low": low, "high": high} if name == "epsilon_gamma_box" else {}
    return import_zennit().COMPOSITES[name](**kwargs)


def relevance(network, name, x, low, high, targets):
    """Relevance of the input `[N, 3, H, W]`; `targets` are classes, one an image or one for all; None: the top classes."""
    composite = make_composite(name, network, low, high)
    x = x.clone().requires_grad_(True)
    with composite.context(network) as modified:
        output = modified(x)
        if targets is None:
            targets = output.argmax(1)
        rows = torch.arange(len(x))
        start = torch.zeros_like(output)
        start[rows, targets] = 1 if name in GRADIENTS else output[rows, targets].detach()
        gradient, = torch.autograd.grad(output, x, grad_outputs=start)
    return gradient.detach()
