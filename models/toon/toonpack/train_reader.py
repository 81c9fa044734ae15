"""Train the reader on renders: moving ones, and (most of each batch) still ones as the evaluation reads them."""
from __future__ import annotations

import random

import numpy as np
import torch
import torch.nn.functional as F

from .canvas import CONTROLS
from .reader import MOVES, Reader
from .train_tower import HELD_OUT, Frames, augment
from .towers import Tower
from .training import CHECKPOINTS, Run, arguments, set_rate
from .vocabulary import NAMES, SIZES


def main() -> None:
    args = arguments(batch=64, rate=1.2e-3, frames="frames,frames2,still,still2", moving=2, threads=1)
    torch.set_num_threads(args.threads)
    random.seed(args.seed)
    rng = np.random.default_rng(args.seed)
    reader = Reader()
    tower = Tower("a")
    tower.load_state_dict(torch.load(CHECKPOINTS / "tower_a.pt"))
    if not args.resume:
        reader.start_from(tower)
    frames = Frames(args.frames.split(","))
    moves = frames.controls[:, [CONTROLS.index(c) for c in MOVES]]
    run = Run("reader", reader, args.minutes, args.rate, args.resume)

    def evaluate():
        ix = np.arange(len(frames.values) - HELD_OUT, len(frames.values))
        reader.eval()
        with torch.no_grad():
            a, c = reader(frames.views(ix))
        reader.train()
        right = [(h.argmax(1) == frames.attributes[ix, j]).float().mean().item() for j, h in enumerate(a.split(SIZES, 1))]
        r2 = 1 - ((c - moves[ix]) ** 2).mean(0) / moves[ix].var(0).clamp(min=1e-3)
        return {"right": round(sum(right) / len(right), 3), **{n: round(v, 2) for n, v in zip(NAMES, right)},
                "r2": {n: round(v, 2) for n, v in zip(MOVES, r2.tolist())}}

    run.evaluate = evaluate
    optimizer = torch.optim.AdamW(reader.parameters(), args.rate, betas=(0.9, 0.98), weight_decay=0.05)
    for rate in run:
        set_rate(optimizer, rate)
        border = sum(frames.lengths[:args.moving])
        few = args.batch * 3 // 8
        ix = np.concatenate([rng.integers(0, border, few), rng.integers(border, len(frames.values) - HELD_OUT, args.batch - few)])
        a, c = reader(augment(frames.views(ix), 1))
        target = frames.attributes[ix]
        loss = sum(F.cross_entropy(h, target[:, j]) for j, h in enumerate(a.split(SIZES, 1))) / len(SIZES) + 4 * F.mse_loss(c, moves[ix])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        run.note(loss=loss.item())


if __name__ == "__main__":
    main()
