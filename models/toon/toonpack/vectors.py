"""Write the reference vectors of the compositor, the tokeniser and the snap: small inputs and exact outputs for other implementations."""
from __future__ import annotations

import base64
import json

import torch

from . import latent, text
from .canvas import CONTROLS
from .composite import compose, placements
from .layers import ORDER, neutral
from .training import ROOT

SIZE = 48
CAPTIONS = ["A cheerful scientist with wild grey hair, in a green laboratory at night",
            "pirate", "It's Zoë the ROBOT_7 -- wearing sunglasses!", "без слов"]
CASES = [{}, {"yaw": 0.7, "nod": -0.5, "tilt": 0.8, "zoom": 0.9}, {"zoom": 0.0, "pan_x": 1.0, "pan_y": -1.0, "phase": 0.3, "tilt": -1.0, "yaw": -1.0}]


def pattern(index: int, channels: int, height: int, width: int) -> torch.Tensor:
    """A made-up layer; RGBA ones are transparent at the edge (all but the last row)."""
    y = torch.arange(height).view(1, -1, 1)
    x = torch.arange(width).view(1, 1, -1)
    c = torch.arange(3).view(-1, 1, 1)
    rgb = ((x * 5 + y * 3 + c * 17 + index * 11) % 32).float() / 31
    if channels == 3:
        return rgb[None]
    alpha = (((x + 2 * y + index) % 5) / 4.0) * ((x > 0) & (x < width - 1) & (y > 0))
    return torch.cat([rgb * alpha, alpha], 0)[None]


def main() -> None:
    layers = {n: pattern(i, 3 if n == "ground" else 4, 16 if n == "body" else 24, 24) for i, n in enumerate(ORDER)}
    cases = []
    for changes in CASES:
        controls = neutral(1, **changes)
        frame = compose(layers, controls, SIZE)[0]
        raw = (frame.permute(1, 2, 0) * 255 + 0.5).byte().numpy().tobytes()
        cases.append({"controls": [round(v, 6) for v in controls[0].tolist()],
                      "placements": {n: [[round(v, 9) for v in r] for r in m[0].tolist()] for n, m in placements(controls).items()},
                      "rgb24_base64": base64.b64encode(raw).decode()})
    tokens = [{"text": c, "words": text.words(c), "ids": [i for i in text.features([c])[0].tolist() if i],
               "sequence": [i for i in text.sequence([c])[0].tolist() if i]} for c in CAPTIONS]
    g = torch.Generator().manual_seed(4)
    z = torch.randn(6, latent.CODE, generator=g)
    z = (z * 1000).round() / 1000
    snapped = [{"code": [round(v, 3) for v in a.tolist()], "values": v.tolist()} for a, v in zip(z, latent.values(latent.snap(z)))]
    out = {"composite": {"size": SIZE, "tolerance": 2, "controls": CONTROLS,
                         "layers": "layer i of the order, texel (x, y), channel c: rgb = ((5x + 3y + 17c + 11i) mod 32)/31; RGBA layers: "
                                   "a = ((x + 2y + i) mod 5)/4 where 0 < x < w-1 and y > 0, else 0; rgb times a. 24x24, body 16 high",
                         "order": ORDER, "cases": cases}, "tokens": tokens, "snap": snapped}
    folder = ROOT / "vectors"
    folder.mkdir(exist_ok=True)
    (folder / "vectors.json").write_text(json.dumps(out, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
