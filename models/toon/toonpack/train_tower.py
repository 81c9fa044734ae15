"""Train one verification tower: contrastive, with pictures and captions that differ in one attribute, and spoilt pictures, as negatives."""
from __future__ import annotations

import functools
import random

import numpy as np
import torch
import torch.nn.functional as F

from . import text
from .towers import Tower
from .training import DATA, Run, arguments, set_rate
from .vocabulary import NAMES, SIZES, caption, is_human

HELD_OUT = 200


def parts(name: str) -> list[str]:
    """The files of a set of frames. `mixing` writes parts: those that there are by now, since drawing goes on while the first are learned from."""
    if (DATA / f"{name}.view.npy").exists():
        return [name]
    found = sorted(DATA.glob(f"{name}[0-9]*.view.npy"))
    if not found:
        raise SystemExit(f"no frames: run toonpack.frames or toonpack.mixing with --out {name}")
    return [p.name.split(".")[0] for p in found]


class Frames:
    """Views, attributes and controls of frame files; painted frames are mixed in when there are any."""

    def __init__(self, names: list[str]):
        names = [part for n in names for part in parts(n)]

        def read(what, mode=None):
            return [np.load(DATA / f"{n}.{what}.npy", mmap_mode=mode) for n in names]

        self.view = np.concatenate(read("view", "r"))
        self.attributes = torch.from_numpy(np.concatenate(read("attributes")))
        self.controls = torch.from_numpy(np.concatenate(read("controls")))
        self.lengths = [len(a) for a in read("attributes")]
        self.values = self.attributes.tolist()

    def views(self, ix: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(self.view[ix]).float() / 255 - 0.5


@functools.lru_cache(maxsize=1)
def _grain(size: int) -> torch.Tensor:
    return torch.randn(2 * size)


def grain(x: torch.Tensor) -> torch.Tensor:
    """Normal noise of the shape of x: a random stretch of a drawn reel, since drawing it anew costs a seventh of a step."""
    start = random.randrange(x.numel())
    return _grain(x.numel())[start:start + x.numel()].view_as(x)


def augment(x: torch.Tensor, shift: int = 2) -> torch.Tensor:
    """Shifts, light, noise and now and then blur, as a codec and a scaler make them."""
    b = len(x)
    dy, dx = random.randint(-shift, shift), random.randint(-shift, shift)
    x = torch.roll(x, (dy, dx), (2, 3))
    x = x * (1 + 0.08 * torch.randn(b, 1, 1, 1)) + 0.025 * torch.randn(b, 1, 1, 1)
    if random.random() < 0.3:
        n = b // 2
        x[:n] = F.interpolate(F.avg_pool2d(x[:n], 2), scale_factor=2.0, mode="bilinear", align_corners=False)
    return x + 0.02 * grain(x)


def spoil(x: torch.Tensor) -> torch.Tensor:
    """Pictures that no caption fits: noise, shuffled tiles, two halves, mosaic, swapped channels, another face."""
    other = torch.roll(x, 2, 0)
    out = x.clone()
    how = torch.arange(len(x)) % 6
    for kind in range(6):
        i = (how == kind).nonzero().squeeze(1)
        if len(i) == 0:
            continue
        a = x[i]
        if kind == 0:
            out[i] = a + 0.35 * torch.randn_like(a)
        elif kind == 1:
            tiles = a.view(len(i), 6, 4, 16, 4, 16).permute(0, 2, 4, 1, 3, 5).flatten(1, 2)[:, torch.randperm(16)]
            out[i] = tiles.view(len(i), 4, 4, 6, 16, 16).permute(0, 3, 1, 4, 2, 5).reshape_as(a)
        elif kind == 2:
            half = other[i].clone()
            half[:, :3, :, :32], half[:, 3:, :, :32] = a[:, :3, :, :32], a[:, 3:, :, :32]
            out[i] = half
        elif kind == 3:
            out[i] = F.interpolate(F.avg_pool2d(a, 8), scale_factor=8.0)
        elif kind == 4:
            out[i] = a[:, [1, 2, 0, 4, 5, 3]]
        else:
            out[i, 3:] = other[i, 3:]
            out[i, :3, 13:45, 16:48] = F.avg_pool2d(other[i, 3:], 2)
    return out


def changed(values: list[int], said: set[str], rng: random.Random) -> list[int]:
    """The values with one mentioned attribute changed."""
    v = list(values)
    name = rng.choice(sorted(said))
    i = NAMES.index(name)
    choices = [x for x in range(SIZES[i]) if x != v[i]]
    if name == "kind":
        choices = [x for x in choices if is_human(x) == is_human(v[0])] or choices
    elif name in ("glasses", "beard", "hat"):
        choices = [x for x in choices if x] or choices
    v[i] = rng.choice(choices)
    return v


def captions(values: list[list[int]], rng: random.Random, drop: float) -> tuple[list[str], list[str], torch.Tensor]:
    """A caption of each picture (that mentions what tells it from its twin, if it can), one with an attribute changed, and what is mentioned."""
    right, wrong, mentioned = [], [], []
    for i, v in enumerate(values):
        twin = values[i ^ 1] if (i ^ 1) < len(values) else v
        differ = {n for n, a, b in zip(NAMES, v, twin) if a != b}
        for _ in range(3):
            seed = rng.random()
            c, said = caption(v, random.Random(seed), drop)
            if not differ or said & differ:
                break
        right.append(c)
        wrong.append(caption(changed(v, said, rng), random.Random(seed), drop)[0])
        mentioned.append([n in said for n in NAMES])
    return right, wrong, torch.tensor(mentioned).float()


def naming_loss(logits: torch.Tensor, target: torch.Tensor, weight: torch.Tensor | None = None) -> torch.Tensor:
    """Cross-entropy of the attributes, of the mentioned ones if a weight says which."""
    each = torch.stack([F.cross_entropy(h, target[:, j], reduction="none") for j, h in enumerate(logits.split(SIZES, 1))], 1)
    return each.mean() if weight is None else (each * weight).sum() / weight.sum()


def tokens(kind: str, texts: list[str]) -> torch.Tensor:
    """What a tower's text encoder takes."""
    return text.features(texts) if kind == "a" else text.sequence(texts)


def evaluate(tower: Tower, frames: Frames, kind: str) -> dict:
    """Top-1 of 100 and how often the right caption beats the one with one attribute changed, on held-out pictures (every second one)."""
    end = frames.lengths[0]
    ix = np.arange(end - HELD_OUT, end, 2)
    rng = random.Random(7)
    values = [frames.values[i] for i in ix]
    right, wrong = [], []
    for v in values:
        seed = rng.random()
        c, said = caption(v, random.Random(seed), 0.1)
        right.append(c)
        wrong.append(caption(changed(v, said, rng), random.Random(seed), 0.1)[0])
    tower.eval()
    with torch.no_grad():
        z = F.normalize(tower.image(frames.views(ix)), dim=1)
        t, w = tower.read(tokens(kind, right)), tower.read(tokens(kind, wrong))
    tower.train()
    s = t @ z.t()
    n = len(s)
    top = sum((s[j:j + 100, j:j + 100].argmax(1) == torch.arange(100)).float().mean().item() for j in range(0, n, 100)) / (n // 100)
    same = s.diag()
    return {"top1": round(top, 3), "same": round(same.mean().item(), 3), "other": round(((s.sum() - same.sum()) / (n * n - n)).item(), 3),
            "swap": round((same > (w * z).sum(1)).float().mean().item(), 3)}


def main() -> None:
    args = arguments(kind="a", batch=112, rate=1.2e-3, frames="frames,frames2")
    random.seed(args.seed)
    rng = random.Random(args.seed)
    np_rng = np.random.default_rng(args.seed)
    tower = Tower(args.kind)
    frames = Frames(args.frames.split(","))
    run = Run("tower_" + args.kind, tower, args.minutes, args.rate, args.resume)

    def state():
        out = {k: v.clone() for k, v in tower.state_dict().items()}
        out["caption.embedding.weight"] *= out["caption.seen"][:, None]
        return out

    run.state = state
    run.evaluate = lambda: evaluate(tower, frames, args.kind)
    optimizer = torch.optim.AdamW(tower.parameters(), args.rate, betas=(0.9, 0.98), weight_decay=0.02)
    usable = np.concatenate([np.arange(s, s + n - HELD_OUT, 2) for s, n in
                             zip(np.cumsum([0] + frames.lengths[:-1]), frames.lengths)])
    half = args.batch // 2
    same = torch.arange(args.batch)
    for rate in run:
        set_rate(optimizer, rate)
        first = np_rng.choice(usable, half, replace=False)
        ix = np.stack([first, first + 1], 1).reshape(-1)
        x = augment(frames.views(ix))
        raw = tower.image(torch.cat([x, spoil(x[::4])]))
        z = F.normalize(raw, dim=1)
        right, wrong, mentioned = captions([frames.values[i] for i in ix], rng, 0.2)
        ids = tokens(args.kind, right + wrong)
        tower.caption.count(ids)
        raw_text = tower.caption(ids)
        t = F.normalize(raw_text, dim=1)
        scale = tower.scale.exp().clamp(max=40)
        by_text = scale * t[:args.batch] @ z.t()
        by_image = scale * z[:args.batch] @ t.t()
        target = frames.attributes[ix]
        attributes = naming_loss(tower.attributes(raw[:args.batch]), target)
        words = naming_loss(tower.attributes(raw_text[:args.batch]), target, mentioned)
        twins = torch.tensor([frames.values[i] == frames.values[i ^ 1] for i in ix])
        mask = torch.zeros_like(by_text[:, :args.batch])
        mask[same[twins], (same ^ 1)[twins]] = -1e4
        by_text = by_text + F.pad(mask, (0, by_text.shape[1] - args.batch))
        by_image = by_image + F.pad(mask, (0, by_image.shape[1] - args.batch))
        loss = (F.cross_entropy(by_text, same) + F.cross_entropy(by_image, same)) / 2 + 0.4 * attributes + 0.2 * words
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tower.parameters(), 2.0)
        optimizer.step()
        run.note(loss=loss.item(), attributes=attributes.item(), words=words.item())


if __name__ == "__main__":
    main()
