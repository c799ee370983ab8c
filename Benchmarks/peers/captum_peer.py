"""captum's LRP with γ through pool 3 and ε in the first layer and above: the composite both can run."""
import warnings

import torch

# The same for relprop; γ leaves the bias as it is, as captum does. No γ in the first layer: there inputs have both signs, its
# denominators pass through 0, and no two programs agree.
COMPOSITE = {
    "name": "gamma_epsilon", "profile": "captum",
    "assignments": [
        {"layers": {"type": "convolution", "first": True}, "rule": "epsilon", "parameters": {"epsilon": 1e-9}},
        {"layers": {"type": "convolution", "through-pooling": 3}, "rule": "gamma", "parameters": {"gamma": 0.25}},
        {"layers": {"type": ["convolution", "dense"]}, "rule": "epsilon", "parameters": {"epsilon": 1e-9}},
    ],
}


class CaptumVGG(torch.nn.Module):
    """captum knows no Flatten module; it changes weights in place, so it needs its own."""

    def __init__(self, network):
        super().__init__()
        self.features, self.classifier = network.features, network.classifier

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


class CaptumLRP:
    """- network: of `networks.vgg`, for this object alone."""

    def __init__(self, network):
        from captum.attr import LRP
        warnings.simplefilter("ignore")  # captum announces every hook it sets
        self.network = CaptumVGG(network)
        self.lrp = LRP(self.network)

    def __call__(self, x, targets):
        from captum.attr._utils.lrp_rules import EpsilonRule, GammaRule
        pools = 0  # captum takes the rules away after every run
        for index, module in enumerate(self.network.features):
            pools += isinstance(module, torch.nn.MaxPool2d)
            if isinstance(module, torch.nn.Conv2d):
                module.rule = GammaRule(0.25) if index > 0 and pools < 3 else EpsilonRule(1e-9)
        for module in self.network.classifier:
            if isinstance(module, torch.nn.Linear):
                module.rule = EpsilonRule(1e-9)
        if targets is None:
            with torch.no_grad():
                targets = self.network(x).argmax(1)
        return self.lrp.attribute(x.clone(), target=targets).detach()
