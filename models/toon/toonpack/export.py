"""Checkpoints -> ONNX graphs with small weights and the manifest of the pack."""
from __future__ import annotations

import argparse
import hashlib
import json
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from . import latent, layers, text, vocabulary
from .canvas import CONTROLS
from .graphs import graphs, models, painted_size
from .painters import TASKS
from .reader import pack_weights
from .towers import EMBEDDING, FRAME, SHARE_A, SHARE_B
from .training import CHECKPOINTS, ROOT

VERSION = "1.3.0"
OPSET = 16
FREE = "n"
DESCRIPTIONS = {
    "prior_text": "caption features to text vector; `null` is the vector of no text (or use another caption as the negative)",
    "prior_step": "one guided Euler step of the rectified flow; after the last step `code` is the latent code, to be snapped",
    "ground": "background for a code and a phase (turns, 0..1) of its slow loop; opaque RGB",
    "head": "back of the head, head, and top of the head; premultiplied RGBA; once per clip",
    "body": "body and clothes; premultiplied RGBA; once per clip",
    "face": "face patch for the six face controls; premultiplied RGBA; every frame",
    "tower_a_image": "verification tower A: frames to unit vectors",
    "tower_a_text": "verification tower A: caption features to unit vectors",
    "tower_b_image": "verification tower B: frames to unit vectors",
    "tower_b_text": "verification tower B: word ids to unit vectors",
}


def shrink(model: onnx.ModelProto) -> None:
    """Store large float weights as 8-bit (matrices) or 16-bit (the rest) numbers; the graph restores them when loaded."""
    nodes, kept = [], []
    for w in model.graph.initializer:
        a = numpy_helper.to_array(w)
        if a.dtype != np.float32 or a.size < 256:
            kept.append(w)
            continue
        if a.ndim == 2 and a.size >= 40000:
            scale = np.maximum(np.abs(a).max(1) / 127, 1e-9).astype(np.float32)
            q = np.clip(np.rint(a / scale[:, None]), -127, 127).astype(np.int8)
            kept += [numpy_helper.from_array(q, w.name + ".q"), numpy_helper.from_array(scale, w.name + ".scale"),
                     numpy_helper.from_array(np.zeros(len(a), np.int8), w.name + ".zero")]
            nodes.append(helper.make_node("DequantizeLinear", [w.name + ".q", w.name + ".scale", w.name + ".zero"], [w.name], axis=0))
        else:
            kept.append(numpy_helper.from_array(a.astype(np.float16), w.name + ".half"))
            nodes.append(helper.make_node("Cast", [w.name + ".half"], [w.name], to=TensorProto.FLOAT))
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    old = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes + old)


def stored_weights(model: onnx.ModelProto) -> dict[str, torch.Tensor]:
    """The float weights a shrunk graph restores, by parameter name."""
    raw = {w.name: numpy_helper.to_array(w) for w in model.graph.initializer}
    out = {}
    for name, a in raw.items():
        if name.endswith(".half"):
            out[name[:-5]] = a.astype(np.float32)
        elif name.endswith(".q"):
            scale = raw[name[:-2] + ".scale"]
            out[name[:-2]] = a.astype(np.float32) * scale[:, None]
        elif not name.endswith((".scale", ".zero")) and a.dtype == np.float32:
            out[name] = a
    return {k: torch.from_numpy(v.copy()) for k, v in (out | normalisation(model)).items()}


def normalisation(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """Mean and spread of the codes where they are constants without a name: `code` is y * spread + mean."""
    made = {o: n for n in model.graph.node for o in n.output}
    if "code" not in made:
        return {}
    last = made["code"]
    names = {"mean": last.input[1], "spread": made[last.input[0]].input[1]}
    return {k: numpy_helper.to_array(made[v].attribute[0].t) for k, v in names.items() if v in made}


def restore(folder: Path, only: list[str] | None = None) -> dict[str, torch.nn.Module]:
    """The networks (all, or these) with exactly the weights that the graphs of a pack hold (attribute heads and temperatures of the towers are not among them)."""
    m = models()
    for name, (module, _, _) in graphs(m).items():
        if only is not None and not name.startswith(tuple(only)):
            continue
        path = folder / f"{name}.onnx"
        held = {k.replace("null.1", "null"): v for k, v in stored_weights(onnx.load(str(path))).items()}
        own = module.state_dict()
        missing = [k for k in own if k not in held and not k.endswith(("seen", "num_batches_tracked"))]
        if missing:
            raise SystemExit(f"{path.name} lacks {missing}")
        module.load_state_dict({k: held.get(k, v).reshape(v.shape) for k, v in own.items()})
    return m


def export_graph(name: str, module, inputs: dict, outputs: list[str], folder: Path) -> dict:
    path = folder / f"{name}.onnx"
    free = {k: {0: FREE} for k in list(inputs) + outputs if name != "prior_step"}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, tuple(inputs.values()), str(path), input_names=list(inputs), output_names=outputs,
                          opset_version=OPSET, do_constant_folding=False, dynamic_axes=free, training=torch.onnx.TrainingMode.PRESERVE)
        results = module(*inputs.values())
    results = results if isinstance(results, tuple) else (results,)
    model = onnx.load(str(path))
    shrink(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))

    def spec(pairs):
        return [{"name": k, "type": "int64" if v.dtype == torch.long else "float32",
                 "shape": [FREE if free else int(v.shape[0])] + list(v.shape[1:])} for k, v in pairs]

    data = path.read_bytes()
    return {"name": name, "file": path.name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data),
            "description": DESCRIPTIONS[name], "inputs": spec(inputs.items()), "outputs": spec(zip(outputs, results)),
            "operators": sorted({n.op_type for n in model.graph.node})}


def manifest(entries: list[dict]) -> dict:
    placed = []
    for painter, task in TASKS.items():
        h, w = painted_size(painter)
        placed += [{"name": n, "graph": painter, "output": n, "rect": layers.LAYERS[n].rect, "height": h, "width": w,
                    "channels": 3 if n == "ground" else 4} for n in task.layers]
    placed.sort(key=lambda p: layers.ORDER.index(p["name"]))
    return {
        "schema": "nsn.model-pack/1", "name": "toon", "version": VERSION, "licence": "MIT", "kind": "toon-layered",
        "description": "Cartoon presenters, trained from scratch on our own drawings.",
        "precision": {"compute": "float32", "stored": "int8 matrices per row, float16 otherwise", "opset": OPSET},
        "vram_bytes": 192 << 20, "frame": {"sizes": [256, 384, 512], "default": 256},
        "capabilities": ["text-to-video", "negative-prompt", "seeded", "regenerate-frames", "expression-sequence", "camera-pan", "camera-zoom", "embed"],
        "seeds": {"noise": "85 standard normal numbers per clip from the recipe's seed", "training": 1, "evaluation": 20261},
        "sampler": {"steps": 16, "guidance": 1.5, "t": "i / steps", "dt": "1 / steps"},
        "tokeniser": {"kind": "hashed-ngrams/1", "hash": "fnv1a-32", "word_buckets": text.WORD_BUCKETS, "trigram_buckets": text.TRIGRAM_BUCKETS,
                      "features": text.MAX_FEATURES, "words": text.MAX_WORDS, "stop_words": sorted(text.STOP_WORDS)},
        "code": {"size": latent.CODE, "layout": latent.LAYOUT,
                 "groups": [{"name": n, "offset": latent.OFFSETS[n], "values": v} for n, v in vocabulary.ATTRIBUTES.items()]},
        "vocabulary": {"synonyms": {k: {str(i): w for i, w in v.items()} for k, v in vocabulary.SYNONYMS.items()}},
        "controls": CONTROLS, "face_controls": list(TASKS["face"].controls), "ground_phases": 8,
        "layers": placed,
        "embedding": {"size": 2 * EMBEDDING, "frame": FRAME, "weights": {"a": SHARE_A, "b": SHARE_B}},
        "thresholds": {}, "graphs": entries,
    }


def replace(folder: Path, m: dict[str, torch.nn.Module], names: list[str]) -> None:
    """Write the graphs of some networks anew; thresholds and the other graphs stay (calibrate afterwards)."""
    path = folder / "manifest.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    for name in names:
        m[name].load_state_dict(torch.load(CHECKPOINTS / f"{name}.pt"))
    fresh = {g: export_graph(g, *spec, folder) for g, spec in graphs(m).items() if g.startswith(tuple(names))}
    held["version"], held["graphs"] = VERSION, [fresh.get(e["name"], e) for e in held["graphs"]]
    path.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
    for e in fresh.values():
        print(e["name"], e["bytes"])


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--out", default=str(ROOT / "pack"))
    p.add_argument("--partial", action="store_true", help="allow networks without a checkpoint")
    p.add_argument("--only", default="", help="networks to replace in the pack that is there, for example tower_a,tower_b; the rest of it stays as it is")
    a = p.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    folder = Path(a.out)
    folder.mkdir(parents=True, exist_ok=True)
    m = models()
    if a.only:
        replace(folder, m, a.only.split(","))
        return
    for name, module in m.items():
        path = CHECKPOINTS / f"{name}.pt"
        if path.exists():
            module.load_state_dict(torch.load(path))
        elif not a.partial:
            raise SystemExit(f"no checkpoint of {name}: run ./train")
    reader = CHECKPOINTS / "reader.pt"
    if reader.exists():
        torch.save(pack_weights(torch.load(reader)), ROOT / "reader.pt")
    entries = [export_graph(name, *spec, folder) for name, spec in graphs(m).items()]
    (folder / "manifest.json").write_text(json.dumps(manifest(entries), indent=1) + "\n", encoding="utf-8")
    for e in entries:
        print(e["name"], e["bytes"], [(i["name"], i["shape"]) for i in e["inputs"] + e["outputs"]])
    print("total", sum(e["bytes"] for e in entries))


if __name__ == "__main__":
    main()
