"""What PyTorch gives for every graph of the pack, and by how much ONNX Runtime, as Vortex runs it, gives something else."""
from __future__ import annotations

import json
import shlex
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch

from . import text
from .graphs import graphs
from .training import ROOT

ROWS = 2
NSN = f"dotnet run -c Release --project {shlex.quote(str(ROOT.parent.parent / 'Cli'))} --"


def inputs(code: torch.Tensor, controls: torch.Tensor, frames: torch.Tensor, captions: list[str], noise: torch.Tensor) -> dict[str, torch.Tensor]:
    """What the graphs are fed with, by the names of their inputs: things as a clip has them, and not zeros."""
    return {"code": code, "phase": controls[:, -1:], "controls": controls[:, :6], "frame": frames, "ids": text.features(captions), "words": text.sequence(captions),
            "x": noise, "t": torch.tensor([0.25, 0.5]), "dt": torch.full((ROWS,), 1 / 16), "guidance": torch.full((ROWS,), 1.5)}


def record(models: dict[str, torch.nn.Module], code, controls, frames, captions, noise) -> dict[str, np.ndarray]:
    """Inputs and outputs of all graphs as `graph/in/name` and `graph/out/name`."""
    held = inputs(code[:ROWS], controls[:ROWS], frames[:ROWS], captions[:ROWS], noise[:ROWS])
    with torch.no_grad():
        vector, null = graphs(models)["prior_text"][0](held["ids"])
    held |= {"text": vector, "negative": null}
    out = {}
    for name, (module, example, outputs, *_) in graphs(models).items():
        rows = 1 if name == "prior_step" else ROWS  # its batch is fixed
        given = {k: held[k][:rows] for k in example}
        with torch.no_grad():
            got = module(*given.values())
        got = got if isinstance(got, tuple) else (got,)
        out |= {f"{name}/in/{k}": v.contiguous().numpy() for k, v in given.items()}
        out |= {f"{name}/out/{k}": v.contiguous().numpy() for k, v in zip(outputs, got)}
    return out


def compare(pack: Path, recorded: dict[str, np.ndarray], nsn: str = NSN) -> dict:
    """The largest difference of each graph's outputs in ONNX Runtime on the processor, measured by `nsn models compare`; or why it could not be measured."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "reference.npz"
        np.savez(file, **recorded)
        command = [*shlex.split(nsn), "models", "compare", str(pack), "--device", "cpu", "--reference", str(file), "--json", "-"]
        try:
            run = subprocess.run(command, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as failure:
            why = getattr(failure, "stderr", "") or str(failure)
            return {"largest": None, "why": why.strip()[-400:]}
    report = json.loads(run.stdout[run.stdout.index("{"):])
    each = {g["graph"]: g["largest_difference"] for g in report["graphs"]}
    return {"largest": max(each.values()), "runtime": report["runtime"], "rows": ROWS, "graphs": each}
