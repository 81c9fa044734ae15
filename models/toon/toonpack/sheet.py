"""A contact sheet: captions (rows) by seeds (columns), painted by the pack."""
from __future__ import annotations

import argparse
from pathlib import Path

import torch
from PIL import Image

from . import latent, text
from .decoder import Decoder
from .export import restore
from .layers import neutral
from .training import ROOT

CAPTIONS = [
    "a cheerful scientist with wild grey hair and round glasses in a green laboratory at night",
    "a sad robot wearing a red body at the beach at sunset",
    "an angry pirate with a beard in a library by day",
    "a happy golden cat wearing a top hat on the stage",
    "a surprised wizard in purple robes, in the mountains at dusk",
]


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--pack", default=str(ROOT / "pack"))
    p.add_argument("--out", default=str(ROOT / "sheet.jpg"))
    p.add_argument("--seeds", type=int, default=6)
    a = p.parse_args()
    torch.set_num_threads(1)
    m = restore(Path(a.pack))
    draw = Decoder(m)
    g = torch.Generator().manual_seed(5)
    rows = []
    with torch.no_grad():
        for caption in CAPTIONS:
            code = latent.snap(m["prior"].sample(text.features([caption]).expand(a.seeds, -1), torch.randn(a.seeds, latent.CODE, generator=g)))
            controls = neutral(a.seeds)
            for i in range(a.seeds):
                controls[i] = neutral(1, open=0.7 * (i % 2), yaw=(i - 2.5) / 4, tilt=(i % 3 - 1) * 0.4, zoom=0.2 + 0.1 * i, gaze_x=(i - 2.5) / 4)[0]
            rows.append(torch.cat(list(draw(code, controls, 192)), 2))
    sheet = (torch.cat(rows, 1).permute(1, 2, 0) * 255 + 0.5).byte().numpy()
    Image.fromarray(sheet).save(a.out, quality=88)


if __name__ == "__main__":
    main()
