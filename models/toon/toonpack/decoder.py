"""Painters and compositor together: codes and controls to frames, as a pipeline does it with the exported graphs."""
from __future__ import annotations

import torch

from .canvas import CONTROLS
from .composite import compose
from .graphs import PaintGround, PaintPerson


def clear_edges(layer: torch.Tensor, below: bool = True) -> torch.Tensor:
    """The layer with transparent outermost texels, so that nothing of it shows outside of its rectangle (the body goes on below)."""
    layer = layer.clone()
    layer[:, :, 0] = 0
    layer[..., 0] = 0
    layer[..., -1] = 0
    if below:
        layer[:, :, -1] = 0
    return layer


class Decoder:
    """Frames painted by the networks."""

    def __init__(self, models: dict[str, torch.nn.Module]):
        self.ground = PaintGround(models["painter_ground"])
        self.people = {n: PaintPerson(models["painter_" + n], n) for n in ("head", "body", "face")}

    @staticmethod
    def _batches(paint, *tensors: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return torch.cat([paint(*(t[i:i + 8] for t in tensors)) for i in range(0, len(tensors[0]), 8)])

    def still(self, code: torch.Tensor, phase: torch.Tensor) -> dict[str, torch.Tensor]:
        """What is painted once: background, head and body."""
        head = clear_edges(self._batches(lambda c: torch.cat(self.people["head"](c), 1), code))
        return {"ground": self._batches(self.ground, code, phase), "back": head[:, :4], "head": head[:, 4:8], "top": head[:, 8:],
                "body": clear_edges(self._batches(self.people["body"], code), below=False)}

    def frames(self, still: dict[str, torch.Tensor], code: torch.Tensor, controls: torch.Tensor, size: int) -> torch.Tensor:
        """Frames from what was painted once: only the face is painted anew."""
        face = clear_edges(self._batches(self.people["face"], code, controls[:, :6]))
        names = list(still)
        return self._batches(lambda f, c, *s: compose({**dict(zip(names, s)), "face": f}, c, size), face, controls, *still.values())

    def __call__(self, code: torch.Tensor, controls: torch.Tensor, size: int) -> torch.Tensor:
        i = CONTROLS.index("phase")
        return self.frames(self.still(code, controls[:, i:i + 1]), code, controls, size)
