"""The bars of the pack, measured from fixed seeds on the weights that the committed graphs hold. Prints JSON."""
from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from . import latent, reference, text
from .canvas import CONTROLS
from .composite import Renderer, coordinates, placements
from .decoder import Decoder
from .export import restore
from .layers import LAYERS, neutral, sample_controls
from .reader import MOVES, Reader, unpack_weights
from .towers import FRAME, SHARE_A, SHARE_B, views
from .train_tower import changed, spoil
from .training import ROOT
from .vocabulary import NAMES, SIZES, caption

SEED = 20261
SIZE = 128


class Evaluation:
    """The pack, the renderer it is measured against, and the reader."""

    def __init__(self, folder: Path, count: int):
        self.count = count
        self.models = restore(folder)
        self.decoder, self.renderer = Decoder(self.models), Renderer()
        self.reader = Reader().eval()
        self.reader.load_state_dict(unpack_weights(torch.load(ROOT / "reader.pt")))
        self.g = torch.Generator().manual_seed(SEED)
        self.rng = random.Random(SEED)
        self.attributes, layout = latent.sample_attributes(count, self.g)
        self.code = latent.encode(self.attributes, layout)
        self.captions, self.said = zip(*(caption(v, self.rng, 0.1) for v in self.attributes.tolist()))
        self.noise = torch.randn(count, latent.CODE, generator=self.g)
        self.generated = latent.snap(self.models["prior"].sample(text.features(list(self.captions)), self.noise))
        self.controls = sample_controls(count, self.g)
        self.still = neutral(count)

    def render(self, code, controls, size=SIZE):
        return torch.cat([self.renderer(code[i:i + 8], controls[i:i + 8], size) for i in range(0, len(code), 8)])

    @staticmethod
    def small(frames):
        return F.avg_pool2d(frames, frames.shape[3] // FRAME)

    def mentioned(self) -> torch.Tensor:
        return torch.tensor([[n in said for n in NAMES] for said in self.said])

    def prior(self) -> dict:
        mentioned = self.mentioned()
        right = (latent.values(self.generated) == self.attributes) & mentioned
        prior = self.models["prior"]
        ids = text.features(["a wizard in the library"]).expand(8, -1)
        codes = latent.snap(prior.sample(ids, self.noise[:8]))
        v = latent.values(codes)
        free = [i for i, n in enumerate(NAMES) if n not in ("kind", "place")]
        differ = (v[:, free] != v[:1, free]).sum(1)[1:]
        again = latent.snap(prior.sample(ids, self.noise[:8]))
        return {"mentioned_right": right.sum().item() / mentioned.sum().item(), "seeds_that_differ_of_7": int((differ >= 2).sum()),
                "same_seed_same_code": bool(torch.equal(codes, again))}

    def read(self, frames) -> dict:
        a, _ = self.reader(views(self.small(frames)))
        got = torch.stack([h.argmax(1) for h in a.split(SIZES, 1)], 1)
        ok, mentioned = got == self.attributes, self.mentioned()
        each = {n: round((ok[:, i] & mentioned[:, i]).sum().item() / max(1, mentioned[:, i].sum().item()), 3) for i, n in enumerate(NAMES)}
        return {"overall": (ok & mentioned).sum().item() / mentioned.sum().item(), **each}

    def moves(self, frames) -> dict:
        _, c = self.reader(views(self.small(frames)))
        true = self.controls[:, [CONTROLS.index(n) for n in MOVES]]
        r2 = 1 - ((c - true) ** 2).mean(0) / true.var(0)
        return {n: round(v, 3) for n, v in zip(MOVES, r2.tolist())}

    def composite(self) -> dict:
        n = min(40, self.count)
        painted, true = self.decoder(self.code[:n], self.controls[:n], SIZE), self.render(self.code[:n], self.controls[:n])
        mse = ((painted - true) ** 2).flatten(1).mean(1)
        return {"psnr_mean": (-10 * mse.log10()).mean().item(), "psnr_worst": (-10 * mse.log10()).min().item(),
                "psnr_pooled": -10 * mse.mean().log10().item()}

    def boxes(self, controls: torch.Tensor) -> dict[str, torch.Tensor]:
        """Pixels [b, 1, h, w] of the mouth, of the eyes, and of all that lies outside of the face's rectangle."""
        x, y = coordinates(placements(controls)["face"], SIZE)
        x0, y0, x1, y1 = LAYERS["face"].rect
        where = {"mouth": (x.abs() < 0.17) & (y > 0.07) & (y < 0.33), "eyes": (x.abs() < 0.25) & (y > -0.15) & (y < 0.05),
                 "outside": (x < x0) | (x > x1) | (y < y0) | (y > y1)}
        return {k: v[:, None] for k, v in where.items()}

    def paint(self, n: int, controls: torch.Tensor) -> torch.Tensor:
        return self.decoder.frames({k: v[:n] for k, v in self.still_layers.items()}, self.generated[:n], controls, SIZE)

    def delta(self, name: str, box: str, n: int = 24) -> dict:
        """What a control moves when it goes from 0 to 1, painted and rendered: in its own box, in the other box of the face, and outside of the face."""
        base, moved = neutral(n), neutral(n, **{name: 1.0})
        p = (self.paint(n, moved) - self.paint(n, base)).abs()
        r = (self.render(self.generated[:n], moved) - self.render(self.generated[:n], base)).abs()
        boxes = self.boxes(base)

        def mean(delta, where):
            return ((delta * where).sum((1, 2, 3)) / (3 * where.sum((1, 2, 3)))).mean().item()

        painted, rendered = mean(p, boxes[box]), mean(r, boxes[box])
        other, outside = mean(p, boxes["eyes" if box == "mouth" else "mouth"]), mean(p, boxes["outside"])
        # Dark glasses hide the eyes: where the renderer moves nothing to speak of, there is no picture to compare with.
        seen = r.flatten(1).norm(dim=1) > 0.1 * r.flatten(1).norm(dim=1).median()
        cosines = F.cosine_similarity(p.flatten(1), r.flatten(1))[seen]
        return {"painted": painted, "rendered": rendered, "share_of_rendered": painted / rendered, "other_box": other, "outside": outside,
                "elsewhere_share": max(other, outside) / painted, "cosine": cosines.mean().item(), "compared": int(seen.sum())}

    def follows(self, name: str, box: str, n: int = 4, steps: int = 9) -> float:
        """R2 between a control and what it moves in its box (as a share of all that it can move) while it rises step by step: the mouth is as open as the sound says."""
        squares, total, levels = 0.0, 0.0, torch.linspace(0, 1, steps)
        for i in range(n):
            code, still = self.generated[i:i + 1].expand(steps, -1), {k: v[i:i + 1].expand(steps, -1, -1, -1) for k, v in self.still_layers.items()}
            c = neutral(steps)
            c[:, CONTROLS.index(name)] = levels
            frames, where = self.decoder.frames(still, code, c, SIZE), self.boxes(c[:1])[box]
            moved = ((frames - frames[:1]).abs() * where).sum((1, 2, 3))
            share = moved / moved[-1]
            squares += ((share - levels) ** 2).sum().item()
            total += ((levels - levels.mean()) ** 2).sum().item()
        return 1 - squares / total

    def coherence(self) -> dict:
        agree, move, equal = [], [], True
        keep = [NAMES.index(n) for n in ("place", "time", "glasses", "kind")]
        for i in range(2):
            t = torch.arange(24) / 24
            c = neutral(24)
            c[:, CONTROLS.index("open")] = (t * 18).sin().abs()
            c[:, CONTROLS.index("yaw")] = 0.5 * (t * 5).sin()
            c[:, CONTROLS.index("phase")] = t / 2
            code = self.generated[i:i + 1]
            phases = self.decoder.still(code.expand(4, -1), torch.arange(4)[:, None] / 8)
            position = (t / 2 * 8).clamp(max=2.999)
            low, part = position.long(), (position % 1).view(-1, 1, 1, 1)
            still = {k: v[:1].expand(24, -1, -1, -1) for k, v in phases.items()}
            still["ground"] = phases["ground"][low] * (1 - part) + phases["ground"][low + 1] * part
            frames = self.decoder.frames(still, code.expand(24, -1), c, SIZE)
            first = {k: v[:1] for k, v in still.items()}
            equal &= bool((frames[:1] - self.decoder.frames(first, code, c[:1], SIZE)).abs().max() < 1e-6)
            a, _ = self.reader(views(self.small(frames)))
            got = torch.stack([h.argmax(1) for h in a.split(SIZES, 1)], 1)[:, keep]
            agree.append((got == got[12]).float().mean().item())
            move.append((frames[1:, :, :, :SIZE // 10] - frames[:-1, :, :, :SIZE // 10]).abs().mean().item())
        return {"equal_controls_equal_frames": equal, "agreement": sum(agree) / len(agree), "background_step": max(move)}

    def embed(self, frames) -> dict:
        x = self.small(frames)
        return {k: self.models["tower_" + k].see(x) for k in "ab"}

    def embed_text(self, captions) -> dict:
        return {"a": self.models["tower_a"].read(text.features(captions)), "b": self.models["tower_b"].read(text.sequence(captions))}

    def thresholds(self, frames) -> dict:
        """Acceptance thresholds: below them lies one in 200 of the honest pairs, and most of the other captions.

        Honest are captions of all lengths, and such as ask for a thing that the character cannot wear: a clip without it is still the clip of its prompt.
        """
        z = self.embed(frames)
        same = {"a": [], "b": []}
        values = latent.values(self.generated).tolist()
        said = []
        for drop in (0.1, 0.3, 0.6):
            rng = random.Random(SEED + 2)
            said.append([caption(v, rng, drop)[0] for v in values])
        said += [[asked_too_much(v, i + n, rng) for i, v in enumerate(values)] for n in range(3)]
        for captions in said:
            t = self.embed_text(captions)
            for k in "ab":
                same[k].append((t[k] * z[k]).sum(1))
        a, b = torch.cat(same["a"]), torch.cat(same["b"])
        low = {"tower_a": a, "tower_b": b, "ensemble": SHARE_A * a + SHARE_B * b}
        out = {k: round(v.quantile(0.005).item() - 0.02, 4) for k, v in low.items()}
        out["outlier_gap"] = round((a - b).abs().quantile(0.995).item() + 0.05, 4)
        return out

    def verification(self, frames, thresholds: dict | None) -> dict:
        n = self.count // 100 * 100
        t, z = self.embed_text(list(self.captions)), self.embed(frames)
        rng = random.Random(SEED + 1)
        right, wrong = [], []
        for v in self.attributes.tolist():
            seed = rng.random()
            c, said = caption(v, random.Random(seed), 0.1)
            right.append(c)
            wrong.append(caption(changed(v, said, rng), random.Random(seed), 0.1)[0])
        tr, tw = self.embed_text(right), self.embed_text(wrong)
        torch.manual_seed(SEED)
        x = self.small(frames)
        bad = F.normalize(self.models["tower_a"].image(spoil(views(x))), dim=1), F.normalize(self.models["tower_b"].image(spoil(views(x))), dim=1)
        out = {}
        weights = {"a": (1.0, 0.0), "b": (0.0, 1.0), "ensemble": (SHARE_A, SHARE_B)}
        off = ~torch.eye(self.count, dtype=torch.bool)
        pairs = []
        for name, (wa, wb) in weights.items():
            s = wa * t["a"] @ z["a"].t() + wb * t["b"] @ z["b"].t()
            same, other = s.diag(), s[off]
            spoilt = wa * (t["a"] * bad[0]).sum(1) + wb * (t["b"] * bad[1]).sum(1)
            swap_right = wa * (tr["a"] * z["a"]).sum(1) + wb * (tr["b"] * z["b"]).sum(1)
            swap_wrong = wa * (tw["a"] * z["a"]).sum(1) + wb * (tw["b"] * z["b"]).sum(1)
            top = sum((s[j:j + 100, j:j + 100].argmax(1) == torch.arange(100)).float().mean().item() for j in range(0, n, 100)) / (n // 100)
            q99 = other.quantile(0.99).item()
            limit = (thresholds or {}).get(name if name == "ensemble" else "tower_" + name, q99)
            out[name] = {"top1_of_100": top, "same": same.mean().item(), "other": other.mean().item(), "same_minus_other": (same.mean() - other.mean()).item(),
                         "auc_other": (same[:, None] > other.view(self.count, -1)).float().mean().item(),
                         "auc_spoilt": (same[:, None] > spoilt[None]).float().mean().item(),
                         "swap": (swap_right > swap_wrong).float().mean().item(), "q99_other": q99,
                         "accepted_at_q99": (same > q99).float().mean().item(), "accepted_at_threshold": (same > limit).float().mean().item(),
                         "other_accepted_at_threshold": (other > limit).float().mean().item()}
            if name != "ensemble":
                pairs.append(s.flatten())
        out["correlation_a_b"] = torch.corrcoef(torch.stack(pairs))[0, 1].item()
        return out


def asked_too_much(values: list[int], index: int, rng: random.Random) -> str:
    """A short caption with a hat on those who wear their own, or glasses on the pirate's patch; of others any short caption."""
    v = list(values)
    kind, name = NAMES.index("kind"), ""
    if v[kind] == 3 and index % 2:
        name = "glasses"
    elif v[kind] not in (0, 6, 7, 9):
        name = "hat"
    if name:
        v[NAMES.index(name)] = 1 + index % 3
    while True:
        text, said = caption(v, rng, 0.6)
        if name != "hat" or any(w in text for w in ("cap", "beanie", "hat")):
            return text


def rounded(x):
    """Numbers with four decimals, small ones with four digits, through all of a report."""
    if isinstance(x, dict):
        return {k: rounded(v) for k, v in x.items()}
    return float(f"{x:.4g}" if abs(x) < 1e-3 else f"{x:.4f}") if isinstance(x, float) else x


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--pack", default=str(ROOT / "pack"))
    p.add_argument("--count", type=int, default=100)
    p.add_argument("--nsn", default=reference.NSN, help="the command line that runs nsn, for the comparison with ONNX Runtime")
    p.add_argument("--calibrate", action="store_true", help="write the measured thresholds into the manifest")
    a = p.parse_args()
    torch.set_num_threads(1)
    start = time.time()
    with torch.no_grad():
        e = Evaluation(Path(a.pack), a.count)
        i = CONTROLS.index("phase")
        e.still_layers = e.decoder.still(e.generated, e.controls[:, i:i + 1])
        renders, painted = e.render(e.code, e.still), e.decoder.frames(e.still_layers, e.generated, e.still, SIZE)
        thresholds = e.thresholds(painted)
        verification = {"renders": e.verification(renders, thresholds), "generated": e.verification(painted, thresholds)}
        moved = e.decoder.frames(e.still_layers, e.generated, e.controls, SIZE)
        report = {"prior": e.prior(), "composite": e.composite(), "mouth": {**e.delta("open", "mouth"), "follows_r2": e.follows("open", "mouth")},
                  "blink": {**e.delta("blink", "eyes"), "follows_r2": e.follows("blink", "eyes")},
                  "reader": {"renders": e.read(renders), "generated": e.read(painted)}, "controls_r2": {"generated": e.moves(moved)},
                  "coherence": e.coherence(), "verification": verification, "thresholds": thresholds,
                  "onnx_runtime": reference.compare(Path(a.pack), reference.record(
                      e.models, e.generated, e.controls, e.small(painted), list(e.captions), e.noise), a.nsn)}
    v, r, c = report["verification"], report["reader"]["generated"], report["controls_r2"]["generated"]
    mouth, blink = report["mouth"], report["blink"]
    report["bars"] = {name: {"value": value, "bar": bar, "met": value >= bar} for name, value, bar in (
        ("prior_mentioned", report["prior"]["mentioned_right"], 0.95), ("reader_overall", r["overall"], 0.80), ("reader_place", r["place"], 0.90),
        ("reader_kind", r["kind"], 0.90), ("composite_psnr", report["composite"]["psnr_mean"], 24.0), ("yaw_r2", c["yaw"], 0.85),
        ("tilt_r2", c["tilt"], 0.85), ("zoom_r2", c["zoom"], 0.85), ("top1_renders", v["renders"]["ensemble"]["top1_of_100"], 0.90),
        ("top1_generated", v["generated"]["ensemble"]["top1_of_100"], 0.80),
        ("same_minus_other_generated", v["generated"]["ensemble"]["same_minus_other"], 0.45),
        ("swap_generated", v["generated"]["ensemble"]["swap"], 0.85),
        ("mouth_moves", mouth["share_of_rendered"], 0.8), ("mouth_cosine", mouth["cosine"], 0.85), ("mouth_follows_r2", mouth["follows_r2"], 0.85),
        ("blink_moves", blink["share_of_rendered"], 0.8), ("blink_cosine", blink["cosine"], 0.85))}
    report["bars"] |= {name: {"value": value, "at_most": bar, "met": value is not None and value <= bar} for name, value, bar in (
        ("mouth_moves_elsewhere", mouth["elsewhere_share"], 1 / 8), ("blink_moves_elsewhere", blink["elsewhere_share"], 1 / 8),
        ("onnx_runtime_difference", report["onnx_runtime"]["largest"], 1e-4))}
    report["seconds"] = round(time.time() - start)
    if a.calibrate:
        path = Path(a.pack) / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        manifest["thresholds"] = thresholds
        path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(rounded(report), indent=1))


if __name__ == "__main__":
    main()
