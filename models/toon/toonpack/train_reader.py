"""Train the reader on frames of drawn layers (`mixing`), and measure it on frames that the renderer drew whole."""
from __future__ import annotations

import random

import numpy as np
import torch
import torch.nn.functional as F

from .canvas import CONTROLS
from .reader import MOVES, Reader
from .train_tower import Frames, augment, parts
from .training import Run, arguments, set_rate
from .vocabulary import NAMES, SIZES

REFINED = 6.0  # weight of yaw, tilt and zoom, once the rest is learned and only moving frames are shown (--refine 1)


def measure(reader: Reader, still: Frames, moving: Frames) -> dict:
    """Right attributes on still frames, R2 of the controls on moving ones."""
    moves = moving.controls[:, [CONTROLS.index(c) for c in MOVES]]
    reader.eval()
    with torch.no_grad():
        a, c = (torch.cat([reader(f.views(np.arange(i, min(i + 100, len(f.values)))))[j] for i in range(0, len(f.values), 100)])
                for j, f in enumerate((still, moving)))
    reader.train()
    right = [(h.argmax(1) == still.attributes[:, j]).float().mean().item() for j, h in enumerate(a.split(SIZES, 1))]
    r2 = 1 - ((c - moves) ** 2).mean(0) / moves.var(0)
    return {"right": round(sum(right) / len(right), 3), **{n: round(v, 2) for n, v in zip(NAMES, right)},
            "r2": {n: round(v, 2) for n, v in zip(MOVES, r2.tolist())}}


def main() -> None:
    args = arguments(batch=64, rate=2e-3, frames="mixed", still="still", moving="moving", refine=0)
    random.seed(args.seed)
    rng = np.random.default_rng(args.seed)
    reader = Reader()
    still, moving = Frames([args.still]), Frames([args.moving])
    run = Run("reader", reader, args.minutes, args.rate, args.resume)
    run.evaluate, run.every = lambda: measure(reader, still, moving), 180.0
    optimizer = torch.optim.AdamW(reader.parameters(), args.rate, betas=(0.9, 0.98), weight_decay=0.05)
    importance = torch.tensor([REFINED if args.refine and n in ("yaw", "tilt", "zoom") else 1.0 for n in MOVES])
    names: list[str] = []
    order = np.empty(0, np.int64)
    for rate in run:
        set_rate(optimizer, rate)
        if len(order) < args.batch:
            if names != parts(args.frames):
                names = parts(args.frames)
                frames = Frames(names)
                moves = (frames.controls[:, [CONTROLS.index(c) for c in MOVES]] - reader.mean) / reader.spread
                move = (frames.controls[:, CONTROLS.index("zoom")] - 0.4).abs() > 1e-6
            order = rng.permutation(len(frames.values) if not args.refine else np.flatnonzero(move.numpy()))
        ix, order = order[:args.batch], order[args.batch:]
        a, c = reader(augment(frames.views(ix), 1))
        target, weight = frames.attributes[ix], move[ix].float()[:, None]
        attributes = sum(F.cross_entropy(h, target[:, j]) for j, h in enumerate(a.split(SIZES, 1))) / len(SIZES)
        error = ((c - reader.mean) / reader.spread - moves[ix]) ** 2 * importance
        controls = (weight * error).sum() / weight.sum().clamp(min=1) / importance.sum()
        loss = attributes + (4 if args.refine else 1) * controls
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 2.0)
        optimizer.step()
        run.note(loss=loss.item(), attributes=attributes.item(), controls=controls.item())


if __name__ == "__main__":
    main()
