"""Training data of the painters: exact masks, of which the two largest per pixel are kept."""
from __future__ import annotations

import argparse
import time

import numpy as np
import torch

from . import latent
from .layers import draw_masks, sample_controls
from .painters import TASKS
from .training import DATA


def render(name: str, count: int, seed: int) -> None:
    """Write data/<name>.{code,controls,slot,share}.npy."""
    g = torch.Generator().manual_seed(seed)
    a, layout = latent.sample_attributes(count, g)
    code, controls = latent.encode(a, layout), sample_controls(count, g)
    if name == "face":
        start = latent.OFFSETS["mood"]
        other = torch.eye(5)[torch.randint(0, 5, (count,), generator=g)]
        mix = (torch.rand(count, 1, generator=g) * 2 - 1).clamp(min=0)
        code[:, start:start + 5] = code[:, start:start + 5] * (1 - mix) + other * mix
    task = TASKS[name]
    h, w = (16 * s for s in task.start)
    DATA.mkdir(exist_ok=True)

    def create(what, shape):
        return np.lib.format.open_memmap(DATA / f"{name}.{what}.npy", "w+", np.uint8, shape)

    slot = create("slot", (count, len(task.layers), 2, h, w))
    share = create("share", (count, len(task.layers), h, w))
    start = time.time()
    for i in range(0, count, 48):
        for j, layer in enumerate(task.layers):
            m = draw_masks(layer, code[i:i + 48], controls[i:i + 48], w, h)
            top = m.topk(2, 1)
            slot[i:i + 48, j] = top.indices.byte().numpy()
            share[i:i + 48, j] = (top.values[:, 0] / top.values.sum(1) * 255 + 0.5).byte().numpy()
    np.save(DATA / f"{name}.code.npy", code.numpy())
    np.save(DATA / f"{name}.controls.npy", controls.numpy())
    print(name, count, "in", round(time.time() - start), "s", flush=True)


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("name", choices=list(TASKS))
    p.add_argument("--count", type=int, default=8000)
    p.add_argument("--seed", type=int, default=11)
    a = p.parse_args()
    torch.set_num_threads(1)
    with torch.no_grad():
        render(a.name, a.count, a.seed)


if __name__ == "__main__":
    main()
