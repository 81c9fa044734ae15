"""Frames for the reader and the towers from layers that are drawn once: shapes are put together anew, coloured, moved and set before other places.

Layers are kept as palette slots (the two largest per pixel and the share of the first), so one drawn shape serves every colour.
Colouring, placement and blending are those of the pack; nothing here was ever painted by a network.
"""
from __future__ import annotations

import argparse
import itertools
import time

import numpy as np
import torch
import torch.nn.functional as F

from . import latent
from .canvas import CONTROLS, grid
from .composite import coordinates, placements, sample
from .decoder import clear_edges
from .frames import pairs
from .layers import LAYERS, ORDER, draw_masks, neutral, sample_controls
from .palette import GroundPalette, PersonPalette, fade_amount
from .towers import FRAME, views
from .training import DATA
from .vocabulary import INDEX, SIZES

# Pixels of a drawn layer: about those that it covers in a frame of 128x128 at medium zoom.
PIXELS = {"ground": (144, 144), "back": (128, 128), "head": (128, 128), "top": (128, 128), "body": (120, 80), "face": (88, 88)}
FACE_CONTROLS = CONTROLS.index("yaw")
MIDDLE = slice(26, 90), slice(32, 96)


class Shelf:
    """Drawn layers of one part of a picture: for each combination of what decides its shape, `copies` random variants."""

    def __init__(self, layers: list[str], depends: list[str], reduce, copies: int, g: torch.Generator, still: int = 0):
        self.layers, self.depends, self.reduce, self.copies, self.still = layers, depends, reduce, copies, still
        every = torch.tensor(list(itertools.product(*(range(SIZES[INDEX[n]]) for n in depends))))
        a = torch.zeros(len(every), len(SIZES), dtype=torch.long)
        for i, n in enumerate(depends):
            a[:, INDEX[n]] = every[:, i]
        key = self.keys(a)
        self.start = torch.full((int(key.max()) + 1,), -1, dtype=torch.long)
        chosen = []
        for i, k in enumerate(key.tolist()):
            if self.start[k] < 0 and torch.equal(latent.canonical(a[i:i + 1])[0, [INDEX[n] for n in depends]], every[i]):
                self.start[k] = len(chosen) * copies
                chosen.append(i)
        a = a[chosen].repeat_interleave(copies, 0)
        layout = torch.rand(len(a), latent.LAYOUT, generator=g) * 2 - 1
        self.controls = sample_controls(len(a), g)
        rest = torch.arange(len(a)) % copies < still
        self.controls[rest, :FACE_CONTROLS] = 0
        code = latent.encode(a, layout)
        self.slots, self.shares = {}, {}
        for name in layers:
            w, h = PIXELS[name]
            self.slots[name] = torch.empty(len(a), h, w, dtype=torch.uint8)
            self.shares[name] = torch.empty(len(a), h, w, dtype=torch.uint8)
            for i in range(0, len(a), 48):
                top = draw_masks(name, code[i:i + 48], self.controls[i:i + 48], w, h).topk(2, 1)
                self.slots[name][i:i + 48] = (top.indices[:, 0] + 16 * top.indices[:, 1]).byte()
                self.shares[name][i:i + 48] = (top.values[:, 0] / top.values.sum(1) * 255 + 0.5).byte()

    def keys(self, a: torch.Tensor) -> torch.Tensor:
        """One number per combination that has a shape of its own."""
        key = torch.zeros(len(a), dtype=torch.long)
        for n, column in zip(self.depends, self.reduce(*(a[:, INDEX[n]] for n in self.depends))):
            key = key * SIZES[INDEX[n]] + column
        return key

    def pick(self, a: torch.Tensor, still: torch.Tensor, g: torch.Generator) -> torch.Tensor:
        """A random variant (row) for each picture: one of the still ones, or one of the others."""
        low = torch.where(still, 0, self.still)
        high = torch.where(still & (self.still > 0), self.still, self.copies)
        return self.start[self.keys(a)] + (low + torch.rand(len(a), generator=g) * (high - low)).long()

    def colour(self, name: str, rows: torch.Tensor, palette: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The layer [b, channels, h, w] in the colours of a palette [b, slots, channels], and the mask of slot 0."""
        packed = self.slots[name][rows].long()
        share = self.shares[name][rows].float() / 255
        first, second = packed & 15, packed >> 4
        by_slot, (count, h, w) = palette.transpose(1, 2), packed.shape

        def colours(slot: torch.Tensor) -> torch.Tensor:
            return by_slot.gather(2, slot.view(count, 1, h * w).expand(-1, by_slot.shape[1], -1))

        below = colours(second)
        pixels = (below + (colours(first) - below) * share.view(count, 1, -1)).view(count, -1, h, w)
        empty = share * (first == 0) + (1 - share) * (second == 0)
        return pixels, empty


def _place_at_night(place, time_of_day):
    return place, (time_of_day == 2).long()


def _head(kind, hairstyle, beard, hat):
    return kind, hairstyle, (beard == 2).long(), hat


def _face(kind, glasses, beard, mood):
    return kind, glasses, (beard == 1).long(), mood


def _as_is(*values):
    return values


class Mixer:
    """The shelves, and pictures put together from them."""

    def __init__(self, seed: int, scale: float = 1.0):
        g = torch.Generator().manual_seed(seed)

        def copies(n: int) -> int:
            return max(2, 2 * round(n * scale / 2))

        self.ground = Shelf(["ground"], ["place", "time"], _place_at_night, copies(150), g)
        self.head = Shelf(["back", "head", "top"], ["kind", "hairstyle", "beard", "hat"], _head, copies(24), g)
        self.body = Shelf(["body"], ["kind"], _as_is, copies(40), g)
        n = copies(32)
        self.face = Shelf(["face"], ["kind", "glasses", "beard", "mood"], _face, n, g, n // 2)
        self.ground_palette, self.person = GroundPalette(), PersonPalette()
        w, h = PIXELS["ground"]
        self.y = grid(LAYERS["ground"].rect, w, h)[1]

    def __call__(self, a: torch.Tensor, controls: torch.Tensor, still: torch.Tensor, g: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Views [b, 6, 64, 64] of frames that show the attributes, and their controls (those of the face are the drawn face's)."""
        code = latent.encode(a, torch.rand(len(a), latent.LAYOUT, generator=g) * 2 - 1)
        layers = {}
        for shelf in (self.ground, self.head, self.body, self.face):
            rows = shelf.pick(a, still, g)
            for name in shelf.layers:
                if name == "ground":
                    colours, fade, horizon = self.ground_palette(code)
                    pixels, empty = shelf.colour(name, rows, colours)
                    layers[name] = pixels + fade[:, :, None, None] * (empty * fade_amount(self.y, horizon))[:, None]
                else:
                    layers[name] = clear_edges(shelf.colour(name, rows, getattr(self.person, name)(code))[0], below=name != "body")
        controls = torch.cat([self.face.controls[rows, :FACE_CONTROLS], controls[:, FACE_CONTROLS:]], 1)
        return look(layers, controls), controls


def look(layers: dict[str, torch.Tensor], controls: torch.Tensor) -> torch.Tensor:
    """`towers.views` of the composed frame, without the pixels that the views leave out: the whole from halved layers, and the middle."""
    place = placements(controls)
    whole = middle = None
    for name in ORDER:
        rect = LAYERS[name].rect
        x, y = coordinates(place[name], FRAME)
        near = sample(layers[name], rect, x[:, MIDDLE[0], MIDDLE[1]], y[:, MIDDLE[0], MIDDLE[1]])
        far = sample(F.avg_pool2d(layers[name], 2), rect, *coordinates(place[name], FRAME // 2))
        if whole is None:
            whole, middle = far, near
        else:
            whole, middle = (below * (1 - p[:, 3:4]) + p[:, :3] for below, p in ((whole, far), (middle, near)))
    return torch.cat([whole, middle], 1).clamp(0, 1) - 0.5


def shelves(seed: int, variety: float) -> Mixer:
    """The mixer, drawn once and kept in data/shelves.pt."""
    path = DATA / "shelves.pt"
    if path.exists():
        kept, mixer = torch.load(path)
        if kept == (seed, variety):
            return mixer
    mixer = Mixer(seed, variety)
    DATA.mkdir(exist_ok=True)
    torch.save(((seed, variety), mixer), path)
    return mixer


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--out", default="mixed")
    p.add_argument("--count", type=int, default=4000, help="frames in a part")
    p.add_argument("--parts", type=int, default=10)
    p.add_argument("--seed", type=int, default=41)
    p.add_argument("--variety", type=float, default=1.0, help="drawn variants of each shape, as a factor")
    a = p.parse_args()
    torch.set_num_threads(1)
    start = time.time()
    mixer = shelves(a.seed, a.variety)
    print("drawn in", round(time.time() - start), "s", flush=True)
    g = torch.Generator().manual_seed(a.seed)
    for part in range(a.parts):
        attributes, _ = pairs(a.count, g)
        still = torch.arange(a.count) // 2 % 2 == 0
        controls = torch.where(still[:, None], neutral(a.count), sample_controls(a.count, g))
        view = np.empty((a.count, 6, 64, 64), np.uint8)
        with torch.no_grad():
            for i in range(0, a.count, 32):
                x, controls[i:i + 32] = mixer(attributes[i:i + 32], controls[i:i + 32], still[i:i + 32], g)
                view[i:i + 32] = ((x + 0.5) * 255 + 0.5).byte().numpy()
        np.save(DATA / f"{a.out}{part}.controls.npy", controls.numpy())
        np.save(DATA / f"{a.out}{part}.attributes.npy", attributes.numpy())
        np.save(DATA / f".{a.out}{part}.npy", view)
        (DATA / f".{a.out}{part}.npy").rename(DATA / f"{a.out}{part}.view.npy")
        print(a.out, part, a.count, "in", round(time.time() - start), "s", flush=True)


if __name__ == "__main__":
    main()
