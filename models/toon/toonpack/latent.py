"""The latent code of a picture: 12 one-hot groups (75 numbers) and 10 continuous "layout" numbers in [-1, 1]."""
from __future__ import annotations

import torch
import torch.nn.functional as F

from .vocabulary import INDEX, NAMES, SIZES

LAYOUT = 10
ONE_HOT = sum(SIZES)
CODE = ONE_HOT + LAYOUT
OFFSETS = {name: sum(SIZES[:i]) for i, name in enumerate(NAMES)}


def sample_attributes(count: int, generator: torch.Generator | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """Attribute values [count, 12] that make sense together, and layout numbers [count, 10]."""
    a = torch.stack([torch.randint(0, n, (count,), generator=generator) for n in SIZES], 1)
    chance = torch.rand(count, 2, generator=generator)
    layout = torch.rand(count, LAYOUT, generator=generator) * 2 - 1
    a[:, INDEX["beard"]] *= (chance[:, 0] < 0.5).long()
    a[:, INDEX["glasses"]] *= (chance[:, 1] < 0.6).long()
    return canonical(a), layout


def canonical(a: torch.Tensor) -> torch.Tensor:
    """Attribute values whose impossible combinations (a robot's beard) are set to value 0."""
    a = a.clone()
    kind = a[:, INDEX["kind"]]
    human = (kind != 4) & (kind != 6) & (kind != 7)
    can_wear_hat = (kind == 0) | (kind == 6) | (kind == 7) | (kind == 9)
    for name in ("hairstyle", "skin", "beard"):
        a[:, INDEX[name]] *= human.long()
    a[:, INDEX["hat"]] *= can_wear_hat.long()
    a[:, INDEX["glasses"]] *= (kind != 3).long()
    shows_hair = (kind != 4) & ~(human & (a[:, INDEX["hairstyle"]] == 0) & (a[:, INDEX["beard"]] == 0))
    a[:, INDEX["haircol"]] *= shows_hair.long()
    return a


def encode(a: torch.Tensor, layout: torch.Tensor) -> torch.Tensor:
    """Attribute values and layout numbers as a code [count, 85]."""
    groups = [F.one_hot(a[:, i], n).float() for i, n in enumerate(SIZES)]
    return torch.cat(groups + [layout], 1)


def values(code: torch.Tensor) -> torch.Tensor:
    """The attribute values (argmax of each group) of codes."""
    return torch.stack([group.argmax(1) for group in code[:, :ONE_HOT].split(SIZES, 1)], 1)


def snap(code: torch.Tensor) -> torch.Tensor:
    """A generated code made exact: one-hot groups, impossible combinations removed, layout clamped to [-1, 1]."""
    return encode(canonical(values(code)), code[:, ONE_HOT:].clamp(-1, 1))


def part(code: torch.Tensor, name: str) -> torch.Tensor:
    """The one-hot group of an attribute."""
    start = OFFSETS[name]
    return code[:, start:start + SIZES[INDEX[name]]]
