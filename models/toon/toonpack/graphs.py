"""The graphs of the pack: what each takes and gives. Export writes them, `restore` reads weights back."""
from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F

from .canvas import CONTROLS, grid
from .latent import CODE
from .layers import LAYERS
from .painters import TASKS, Painter
from .palette import GroundPalette, PersonPalette, fade_amount
from .prior import TEXT, Prior
from .text import MAX_FEATURES, MAX_WORDS
from .towers import EMBEDDING, FRAME, Tower

FACTORS = {"ground": 4.0, "head": 3.0, "body": 3.0, "face": 2.0}
SHARPEN = 1.0


def painted_size(painter: str) -> tuple[int, int]:
    """Height and width of what a painter gives."""
    h, w = TASKS[painter].start
    return int(8 * h * FACTORS[painter]), int(8 * w * FACTORS[painter])


class PriorText(nn.Module):
    """Caption features -> text vector, and the vector of no text."""

    def __init__(self, prior: Prior):
        super().__init__()
        self.text, self.null = prior.text, prior.null

    def forward(self, ids):
        text = self.text(ids)
        return text, self.null.view(1, -1) + 0 * text


class PriorStep(nn.Module):
    """One guided Euler step; `code` is the denormalised state (of use after the last step)."""

    def __init__(self, prior: Prior):
        super().__init__()
        self.flow = prior.flow
        # The same tensors as the prior's, so that `restore` fills those, too.
        self.register_buffer("mean", prior.mean)
        self.register_buffer("spread", prior.spread)

    def forward(self, x, t, dt, text, negative, guidance):
        v = self.flow(torch.cat([x, x]), torch.cat([t, t]), torch.cat([text, negative]))
        with_text, without = v.chunk(2)
        y = x + dt[:, None] * (without + guidance[:, None] * (with_text - without))
        return y, y * self.spread + self.mean


def _colour(masks: torch.Tensor, colours: torch.Tensor) -> torch.Tensor:
    b, k, h, w = masks.shape
    return (colours.transpose(1, 2) @ masks.reshape(b, k, h * w)).reshape(b, -1, h, w)


class PaintGround(nn.Module):
    """Code and phase -> opaque background."""

    def __init__(self, painter: Painter):
        super().__init__()
        self.painter, self.palette = painter, GroundPalette()
        h, w = painted_size("ground")
        self.register_buffer("y", grid(LAYERS["ground"].rect, w, h)[1][:, :, :1].contiguous(), persistent=False)

    def forward(self, code, phase):
        zeros = torch.zeros_like(code[:, :len(CONTROLS) - 1])
        controls = torch.cat([zeros, phase], 1)
        (masks,) = self.painter.masks(code, controls, FACTORS["ground"], SHARPEN)
        colours, fade, horizon = self.palette(code)
        rgb = _colour(masks, colours) + fade[:, :, None, None] * (masks[:, :1] * fade_amount(self.y, horizon)[:, None])
        return rgb.clamp(0, 1)


class PaintPerson(nn.Module):
    """Code (and, for the face, controls) -> premultiplied RGBA layers."""

    def __init__(self, painter: Painter, name: str):
        super().__init__()
        self.painter, self.name, self.palette = painter, name, PersonPalette()

    def forward(self, code, controls=None):
        if controls is None:
            controls = code[:, :len(CONTROLS)] * 0
        else:
            controls = torch.cat([controls, torch.zeros_like(code[:, :len(CONTROLS) - controls.shape[1]])], 1)
        masks = self.painter.masks(code, controls, FACTORS[self.name], SHARPEN)
        layers = [_colour(m, getattr(self.palette, n)(code)) for m, n in zip(masks, self.painter.task.layers)]
        return layers[0] if len(layers) == 1 else tuple(layers)


class See(nn.Module):
    """Frames -> unit vectors."""

    def __init__(self, tower: Tower):
        super().__init__()
        self.image = tower.image
        self.tower = [tower]

    def forward(self, frame):
        from .towers import views
        return F.normalize(self.image(views(frame)), dim=1)


class Read(nn.Module):
    """Captions -> unit vectors."""

    def __init__(self, tower: Tower):
        super().__init__()
        self.caption = tower.caption

    def forward(self, ids):
        return F.normalize(self.caption(ids), dim=1)


def models() -> dict[str, nn.Module]:
    """The trained modules by checkpoint name, untrained."""
    out: dict[str, nn.Module] = {"prior": Prior()}
    out.update({"painter_" + n: Painter(n) for n in TASKS})
    out.update({"tower_a": Tower("a"), "tower_b": Tower("b")})
    return {k: m.eval() for k, m in out.items()}


def graphs(m: dict[str, nn.Module]) -> dict[str, tuple]:
    """name -> (module, example inputs by name, output names, inputs with a free batch dimension)."""
    code = torch.zeros(1, CODE)
    one = torch.zeros(1)
    vector = torch.zeros(1, TEXT)
    face_controls = torch.zeros(1, len(TASKS["face"].controls))
    return {
        "prior_text": (PriorText(m["prior"]), {"ids": torch.zeros(1, MAX_FEATURES, dtype=torch.long)}, ["text", "null"]),
        "prior_step": (PriorStep(m["prior"]), {"x": code, "t": one, "dt": one, "text": vector, "negative": vector, "guidance": one}, ["y", "code"]),
        "ground": (PaintGround(m["painter_ground"]), {"code": code, "phase": torch.zeros(1, 1)}, ["ground"]),
        "head": (PaintPerson(m["painter_head"], "head"), {"code": code}, ["back", "head", "top"]),
        "body": (PaintPerson(m["painter_body"], "body"), {"code": code}, ["body"]),
        "face": (PaintPerson(m["painter_face"], "face"), {"code": code, "controls": face_controls}, ["face"]),
        "tower_a_image": (See(m["tower_a"]), {"frame": torch.zeros(1, 3, FRAME, FRAME)}, ["embedding"]),
        "tower_a_text": (Read(m["tower_a"]), {"ids": torch.zeros(1, MAX_FEATURES, dtype=torch.long)}, ["embedding"]),
        "tower_b_image": (See(m["tower_b"]), {"frame": torch.zeros(1, 3, FRAME, FRAME)}, ["embedding"]),
        "tower_b_text": (Read(m["tower_b"]), {"words": torch.ones(1, MAX_WORDS, dtype=torch.long)}, ["embedding"]),
    }
