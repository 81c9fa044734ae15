"""Training frames of the towers and the reader: pairs of pictures that differ in one attribute, from the renderer or from the painters."""
from __future__ import annotations

import argparse
import time

import numpy as np
import torch

from . import latent
from .composite import Renderer
from .graphs import models
from .layers import neutral, sample_controls
from .towers import FRAME, views
from .training import CHECKPOINTS, DATA
from .vocabulary import SIZES


def pairs(count: int, g: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Attributes and layouts of `count` pictures; pictures 2i and 2i + 1 differ in one attribute (and what follows from it)."""
    a, layout = latent.sample_attributes(count // 2, g)
    b = a.clone()
    which = torch.randint(0, len(SIZES), (len(a),), generator=g)
    step = torch.rand(len(a), generator=g)
    for i, w in enumerate(which.tolist()):
        b[i, w] = (b[i, w] + 1 + int(step[i] * (SIZES[w] - 1))) % SIZES[w]
    b = latent.canonical(b)
    return torch.stack([a, b], 1).flatten(0, 1), layout.repeat_interleave(2, 0)


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--out", default="frames")
    p.add_argument("--count", type=int, default=16000)
    p.add_argument("--seed", type=int, default=21)
    p.add_argument("--still", action="store_true", help="neutral controls")
    p.add_argument("--painted", action="store_true", help="by the painters instead of the renderer")
    a = p.parse_args()
    torch.set_num_threads(1)
    g = torch.Generator().manual_seed(a.seed)
    attributes, layout = pairs(a.count, g)
    code = latent.encode(attributes, layout)
    controls = neutral(a.count) if a.still else sample_controls(a.count, g)
    if a.painted:
        from .decoder import Decoder
        m = models()
        for name in m:
            if name.startswith("painter"):
                m[name].load_state_dict(torch.load(CHECKPOINTS / f"{name}.pt"))
        draw = Decoder(m)
    else:
        draw = Renderer()
    DATA.mkdir(exist_ok=True)
    out = np.lib.format.open_memmap(DATA / f"{a.out}.view.npy", "w+", np.uint8, (a.count, 6, 64, 64))
    start = time.time()
    with torch.no_grad():
        for i in range(0, a.count, 32):
            frame = draw(code[i:i + 32], controls[i:i + 32], FRAME)
            out[i:i + 32] = ((views(frame) + 0.5) * 255 + 0.5).byte().numpy()
    np.save(DATA / f"{a.out}.attributes.npy", attributes.numpy())
    np.save(DATA / f"{a.out}.controls.npy", controls.numpy())
    print(a.out, a.count, "in", round(time.time() - start), "s", flush=True)


if __name__ == "__main__":
    main()
