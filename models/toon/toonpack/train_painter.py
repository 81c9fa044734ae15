"""Train one painter on rendered masks: soft cross-entropy at twice the resolution of its logits."""
from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from .painters import Painter
from .training import DATA, Run, arguments, set_rate

HELD_OUT = 64


def load(name: str):
    """Code, controls, slots and shares of a painter's data; the pictures stay on disk."""
    def read(what, mode=None):
        return np.load(DATA / f"{name}.{what}.npy", mmap_mode=mode)

    return torch.from_numpy(read("code")), torch.from_numpy(read("controls")), read("slot", "r"), read("share", "r")


def batch_targets(slot, share, ix) -> tuple[torch.Tensor, torch.Tensor]:
    """Slots [b, layers, 2, h, w] and the first slot's share [b, layers, h, w] of some pictures."""
    return torch.from_numpy(slot[ix].astype(np.int64)), torch.from_numpy(share[ix].astype(np.float32) / 255)


def slot_weights(slot, layer: int, slots: int) -> torch.Tensor:
    """Rare slots count more: one over the root of their frequency, within bounds."""
    n = np.bincount(slot[:400, layer, 0].reshape(-1), minlength=slots).astype(np.float64) / slot[:400, layer, 0].size
    w = (0.05 / np.maximum(n, 1e-5)) ** 0.5
    return torch.tensor(np.clip(w, 0.5, 4.0), dtype=torch.float32)


def losses(painter: Painter, logits: list[torch.Tensor], slot, share, weights) -> torch.Tensor:
    total = 0
    for j, x in enumerate(logits):
        logp = x.log_softmax(1).gather(1, slot[:, j])
        s = torch.stack([share[:, j], 1 - share[:, j]], 1)
        weight = (weights[j][slot[:, j]] * s).sum(1)  # one weight per pixel: mixtures keep their proportions
        total = total - ((logp * s).sum(1) * weight).mean()
    return total


def mask_error(painter: Painter, data) -> float:
    """Mean share of a pixel painted in the wrong slot, over held-out pictures."""
    code, controls, slot, share = data
    n = len(code) - HELD_OUT
    wrong = []
    with torch.no_grad():
        for i in range(n, len(code), 16):
            t, s = batch_targets(slot, share, np.arange(i, min(i + 16, len(code))))
            for j, m in enumerate(painter.masks(code[i:i + 16], controls[i:i + 16], 2.0)):
                p = m.gather(1, t[:, j])
                wrong.append((1 - torch.minimum(p[:, 0], s[:, j]) - torch.minimum(p[:, 1], 1 - s[:, j])).mean().item())
    return sum(wrong) / len(wrong)


def main() -> None:
    args = arguments(name="face", batch=10, rate=3e-3)
    painter = Painter(args.name).to(memory_format=torch.channels_last)
    data = load(args.name)
    code, controls, slot, share = data
    weights = [slot_weights(slot, j, k) for j, k in enumerate(painter.slots)]
    run = Run("painter_" + args.name, painter, args.minutes, args.rate, args.resume)
    run.evaluate = lambda: {"wrong": round(mask_error(painter, data), 5)}
    tables = [p for n, p in painter.named_parameters() if n.startswith("tables")]
    rest = [p for n, p in painter.named_parameters() if not n.startswith("tables")]
    optimizer = torch.optim.Adam([{"params": tables, "factor": 2.0}, {"params": rest}], args.rate, betas=(0.9, 0.99))
    rng = np.random.default_rng(args.seed)
    print(args.name, "parameters", sum(p.numel() for p in painter.parameters()), flush=True)
    for rate in run:
        set_rate(optimizer, rate)
        ix = np.sort(rng.integers(0, len(code) - HELD_OUT, args.batch))
        t, s = batch_targets(slot, share, ix)
        loss = losses(painter, painter.upsampled(code[ix], controls[ix], 2.0), t, s, weights)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(painter.parameters(), 1.0)
        optimizer.step()
        run.note(loss=loss.item())


if __name__ == "__main__":
    main()
