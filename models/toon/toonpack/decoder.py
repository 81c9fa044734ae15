"""Painters and compositor together: codes and controls to frames, as a pipeline does it with the exported graphs."""
from __future__ import annotations

import torch

from .composite import compose
from .graphs import PaintGround, PaintPerson


class Decoder:
    """Frames painted by the networks."""

    def __init__(self, models: dict[str, torch.nn.Module]):
        self.ground = PaintGround(models["painter_ground"])
        self.people = {n: PaintPerson(models["painter_" + n], n) for n in ("head", "body", "face")}

    def layers(self, code: torch.Tensor, controls: torch.Tensor) -> dict[str, torch.Tensor]:
        """The painted layers."""
        head = self.people["head"](code)
        return {"ground": self.ground(code, controls[:, 12:13]), "back": head[0], "head": head[1], "top": head[2],
                "body": self.people["body"](code), "face": self.people["face"](code, controls[:, :6])}

    def __call__(self, code: torch.Tensor, controls: torch.Tensor, size: int) -> torch.Tensor:
        out = []
        with torch.no_grad():
            for i in range(0, len(code), 8):
                k = controls[i:i + 8]
                out.append(compose(self.layers(code[i:i + 8], k), k, size))
        return torch.cat(out)
