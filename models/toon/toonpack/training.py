"""What every training run shares: a time budget that sets the schedule, checkpoints, and a log line a minute."""
from __future__ import annotations

import argparse
import json
import math
import os
import time
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
CHECKPOINTS = ROOT / "checkpoints"


def arguments(**extra) -> argparse.Namespace:
    """--minutes, --resume and whatever else a run needs; one thread, fixed seed."""
    p = argparse.ArgumentParser()
    p.add_argument("--minutes", type=float, required=True)
    p.add_argument("--resume", action="store_true")
    p.add_argument("--seed", type=int, default=1)
    for name, value in extra.items():
        p.add_argument("--" + name.replace("_", "-"), default=value, type=type(value))
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(a.seed)
    return a


class Run:
    """A training run of a fixed number of minutes. Iterate over it: each item is the learning rate of the next step."""

    def __init__(self, name: str, model: torch.nn.Module, minutes: float, rate: float, resume: bool = False, warmup: int = 60):
        self.name, self.model, self.minutes, self.rate, self.warmup = name, model, minutes, rate, warmup
        self.path = CHECKPOINTS / f"{name}.pt"
        CHECKPOINTS.mkdir(exist_ok=True)
        if resume and self.path.exists():
            model.load_state_dict(torch.load(self.path))
        self.step = 0
        self.log: dict[str, float] = {}
        self.evaluate = lambda: {}
        self.state = model.state_dict
        self.every = 60.0

    def note(self, **figures: float) -> None:
        """Running means of the figures of a step."""
        for k, v in figures.items():
            self.log[k] = v if k not in self.log else 0.97 * self.log[k] + 0.03 * v

    def save(self) -> None:
        """Write a checkpoint atomically."""
        tmp = self.path.with_suffix(".tmp")
        torch.save(self.state(), tmp)
        os.replace(tmp, self.path)

    def __iter__(self):
        start = last = time.time()
        while True:
            done = (time.time() - start) / 60 / self.minutes
            if done >= 1:
                break
            yield self.rate * min(1, (self.step + 1) / self.warmup) * (0.5 + 0.5 * math.cos(math.pi * done)) + self.rate * 0.005
            self.step += 1
            if time.time() - last > self.every:
                last = time.time()
                self._report(last - start)
                self.save()
        self._report(time.time() - start, end=True)
        self.save()

    def _report(self, seconds: float, end: bool = False) -> None:
        line = {"run": self.name, "minutes": round(seconds / 60, 2), "step": self.step, "end": end}
        line.update({k: round(v, 4) for k, v in self.log.items()})
        line.update(self.evaluate())
        print(json.dumps(line), flush=True)
        with open(CHECKPOINTS / "log.jsonl", "a", encoding="utf-8") as f:
            f.write(json.dumps(line) + "\n")


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate, times each group's own factor."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group.get("factor", 1.0)
