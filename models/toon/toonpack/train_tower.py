"""Train one verification tower on frames of drawn layers (`mixing`), and measure it on frames that the renderer drew whole.

Contrastive: captions and pictures of the batch, spoilt pictures and captions with one attribute changed compete. On top of that each picture
chooses between its caption and changed ones, and each caption between its picture and that picture's twin, two at a time.
"""
from __future__ import annotations

import functools
import math
import random

import numpy as np
import torch
import torch.nn.functional as F

from . import text
from .towers import Tower
from .training import DATA, ROOT, Run, arguments, set_rate
from .vocabulary import INDEX, NAMES, SIZES, caption, is_human

# How often a mentioned attribute is the one that is changed, and what telling it apart weighs: small features are learned last.
HARD = {"mood": 3.0, "hairstyle": 3.0, "hat": 2.0, "glasses": 2.0, "tint": 2.0, "haircol": 1.5, "beard": 1.5}


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


def augment(x: torch.Tensor, shift: int = 2, blur: float = 0.3) -> torch.Tensor:
    """Shifts, light, noise and now and then blur (of half the pictures, with this probability), as a codec and a scaler make them."""
    b = len(x)
    dy, dx = random.randint(-shift, shift), random.randint(-shift, shift)
    x = torch.roll(x, (dy, dx), (2, 3))
    x = x * (1 + 0.08 * torch.randn(b, 1, 1, 1)) + 0.025 * torch.randn(b, 1, 1, 1)
    if random.random() < blur:
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
    return changed_in(values, rng.choice(sorted(said)), rng)


def changed_in(values: list[int], name: str, rng: random.Random) -> list[int]:
    """The values with this attribute changed."""
    v = list(values)
    i = INDEX[name]
    choices = [x for x in range(SIZES[i]) if x != v[i]]
    if name == "kind":
        choices = [x for x in choices if is_human(x) == is_human(v[0])] or choices
    elif name in ("glasses", "beard", "hat"):
        choices = [x for x in choices if x] or choices
    v[i] = rng.choice(choices)
    return v


def captions(values: list[list[int]], rng: random.Random, drop: float, wrong: int) -> tuple[list[str], list[str], list[str], torch.Tensor, torch.Tensor]:
    """A caption of each picture that mentions what tells it from its twin, if it can; `wrong` captions of each with one attribute changed.

    Also which attribute is changed in each of those (empty: the caption is the same), what is mentioned, and the weight of telling the picture from its
    twin (0: the caption fits both).
    """
    right, others, names, mentioned, apart = [], [], [], [], []
    for i, v in enumerate(values):
        differ = {n for n, a, b in zip(NAMES, v, values[i ^ 1]) if a != b}
        for _ in range(3):
            seed = rng.random()
            c, said = caption(v, random.Random(seed), drop)
            if not differ or said & differ:
                break
        right.append(c)
        mentioned.append([n in said for n in NAMES])
        apart.append(max((HARD.get(n, 1.0) for n in said & differ), default=0.0))
        known = sorted(said)
        for name in rng.choices(known, [HARD.get(n, 1.0) for n in known], k=wrong):
            other = caption(changed_in(v, name, rng), random.Random(seed), drop)[0]
            others.append(other)
            names.append(name if other != c else "")
    return right, others, names, torch.tensor(mentioned).float(), torch.tensor(apart)


def naming_loss(logits: torch.Tensor, target: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the attributes, weighted."""
    each = torch.stack([F.cross_entropy(h, target[:, j], reduction="none") for j, h in enumerate(logits.split(SIZES, 1))], 1)
    return (each * weight).sum() / weight.expand_as(each).sum()


def tokens(kind: str, texts: list[str]) -> torch.Tensor:
    """What a tower's text encoder takes, without the padding that all have in common."""
    ids = text.features(texts) if kind == "a" else text.sequence(texts)
    return ids[:, :int((ids > 0).sum(1).max())]


def measure(tower: Tower, frames: Frames, kind: str) -> dict:
    """Top-1 of 100, and how often the right caption beats the one with one attribute changed (all, and by attribute), on held-out frames."""
    rng = random.Random(7)
    right, wrong, names = [], [], []
    for v in frames.values:
        seed = rng.random()
        c, said = caption(v, random.Random(seed), 0.1)
        name = rng.choice(sorted(said))
        right.append(c)
        names.append(name)
        wrong.append(caption(changed_in(v, name, rng), random.Random(seed), 0.1)[0])
    tower.eval()
    with torch.no_grad():
        every = np.arange(len(frames.values))
        z = torch.cat([F.normalize(tower.image(frames.views(ix)), dim=1) for ix in np.split(every, range(100, len(every), 100))])
        t, w = tower.read(tokens(kind, right)), tower.read(tokens(kind, wrong))
    tower.train()
    s = t @ z.t()
    n = len(s) // 100 * 100
    top = [(s[j:j + 100, j:j + 100].argmax(1) == torch.arange(100)).float().mean().item() for j in range(0, n, 100)]
    same = s.diag()
    won = (same > (w * z).sum(1)).tolist()
    each = {n: [x for x, m in zip(won, names) if m == n] for n in NAMES}
    return {"top1": round(sum(top) / len(top), 3), "same": round(same.mean().item(), 3),
            "other": round(((s.sum() - same.sum()) / (len(s) * (len(s) - 1))).item(), 3), "swap": round(sum(won) / len(won), 3),
            **{k: round(sum(v) / len(v), 2) for k, v in each.items() if v}}


def held_by_the_pack(tower: Tower) -> Tower:
    """The tower with the weights of the committed graphs, for when the checkpoints are gone; the head that names attributes starts anew."""
    from .export import restore
    held = restore(ROOT / "pack", ["tower_" + tower.kind])["tower_" + tower.kind]
    held.attributes, held.scale = tower.attributes, tower.scale
    held.scale.data.fill_(math.log(20.0))
    held.caption.seen = (held.caption.embedding.weight.abs().sum(1) > 0).float()
    return held.train()


def main() -> None:
    args = arguments(kind="a", batch=64, rate=2e-3, frames="mixed", still="still", wrong=3, naming=1.0, every=6, pairwise=1.0, blur=0.3, pack=0)
    random.seed(args.seed)
    rng = random.Random(args.seed)
    np_rng = np.random.default_rng(args.seed)
    tower, still = Tower(args.kind), Frames([args.still])
    if args.pack:
        tower = held_by_the_pack(tower)
    run = Run("tower_" + args.kind, tower, args.minutes, args.rate, args.resume, 20 if args.resume else 60)

    def state():
        out = {k: v.clone() for k, v in tower.state_dict().items()}
        out["caption.embedding.weight"] *= out["caption.seen"][:, None]
        return out

    run.state = state
    run.evaluate, run.every = lambda: measure(tower, still, args.kind), 120.0
    optimizer = torch.optim.AdamW(tower.parameters(), args.rate, betas=(0.9, 0.98), weight_decay=0.03)
    b = args.batch
    same = torch.arange(b)
    hard = torch.tensor([[HARD.get(n, 1.0) for n in NAMES]])
    names: list[str] = []
    order = np.empty(0, np.int64)
    for rate in run:
        set_rate(optimizer, rate)
        if len(order) < b // 2:
            if names != parts(args.frames):
                names = parts(args.frames)
                frames = Frames(names)
            order = 2 * np_rng.permutation(len(frames.values) // 2)
        first, order = order[:b // 2], order[b // 2:]
        ix = np.stack([first, first + 1], 1).reshape(-1)
        x = augment(frames.views(ix), 1, args.blur)
        raw = tower.image(torch.cat([x, spoil(x[::args.every])]))
        z = F.normalize(raw, dim=1)
        right, wrong, swapped, mentioned, apart = captions([frames.values[i] for i in ix], rng, 0.2, args.wrong)
        ids = tokens(args.kind, right + wrong)
        tower.caption.count(ids)
        raw_text = tower.caption(ids)
        t = F.normalize(raw_text, dim=1)
        scale = tower.scale.exp().clamp(max=40)
        by_text, by_image = scale * t[:b] @ z.t(), scale * z[:b] @ t.t()

        # A caption that fits the twin as well is no negative of it, nor is one that was the twin's before a change.
        fits = torch.zeros(b, b)
        fits[same, same ^ 1] = (apart == 0).float() * -1e4
        of_twin = (same.repeat_interleave(args.wrong)[None] == (same ^ 1)[:, None]).float() * -1e4
        contrast = (F.cross_entropy(by_text + F.pad(fits, (0, by_text.shape[1] - b)), same)
                    + F.cross_entropy(by_image + torch.cat([fits.t(), of_twin], 1), same)) / 2

        own = by_text.diagonal()
        changes = scale * (z[:b].repeat_interleave(args.wrong, 0) * t[b:]).sum(1)
        weight = torch.tensor([HARD.get(n, 1.0) if n else 0.0 for n in swapped])
        by_caption = (weight * F.softplus(changes - own.repeat_interleave(args.wrong))).sum() / weight.sum()
        by_picture = (apart * F.softplus(by_text[same, same ^ 1] - own)).sum() / apart.sum().clamp(min=1)

        target = frames.attributes[ix]
        attributes = naming_loss(tower.attributes(raw[:b]), target, hard)
        words = naming_loss(tower.attributes(raw_text[:b]), target, mentioned)
        loss = contrast + args.pairwise * (by_caption + by_picture) + args.naming * attributes + 0.3 * words
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tower.parameters(), 2.0)
        optimizer.step()
        run.note(loss=loss.item(), contrast=contrast.item(), by_caption=by_caption.item(), by_picture=by_picture.item(),
                 attributes=attributes.item(), words=words.item())


if __name__ == "__main__":
    main()
