"""Quick checks of the drawings, the code, the tokeniser and the placement. Run: python3 -m unittest discover -s tests"""
import base64
import json
import sys
import unittest
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from toonpack import latent, layers, palette, text, vectors, vocabulary  # noqa: E402
from toonpack.composite import Renderer, compose  # noqa: E402
from toonpack.export import restore  # noqa: E402
from toonpack.mixing import Shelf, look  # noqa: E402
from toonpack.towers import FRAME, views  # noqa: E402


class Toon(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.set_num_threads(1)
        cls.vectors = json.loads((ROOT / "vectors" / "vectors.json").read_text(encoding="utf-8"))
        g = torch.Generator().manual_seed(3)
        cls.attributes, layout = latent.sample_attributes(12, g)
        cls.code, cls.controls = latent.encode(cls.attributes, layout), layers.sample_controls(12, g)

    def test_masks_sum_to_one_and_sides_are_transparent(self):
        for name in layers.ORDER:
            m = layers.draw_masks(name, self.code, self.controls, 48, 32 if name == "body" else 48)
            self.assertLess((m.sum(1) - 1).abs().max().item(), 1e-5, name)
            if name != "ground":
                self.assertLess(m[:, 1:, :, 0].max().item(), 0.1, name)
                self.assertLess(m[:, 1:, 0].max().item(), 0.1, name)

    def test_codes_survive_and_snap_is_idempotent(self):
        self.assertTrue(torch.equal(latent.values(self.code), self.attributes))
        s = latent.snap(torch.randn(50, latent.CODE))
        self.assertTrue(torch.equal(s, latent.snap(s)))

    def test_still_controls_give_the_same_picture(self):
        r = Renderer()
        a = r(self.code[:2], layers.neutral(2), 32)
        self.assertTrue(torch.equal(a, r(self.code[:2], layers.neutral(2), 32)))
        self.assertGreater((a - r(self.code[:2], layers.neutral(2, yaw=1.0), 32)).abs().max().item(), 0.1)

    def test_a_shelf_gives_the_drawn_layer_in_any_colour(self):
        shelf = Shelf(["body"], ["kind"], lambda *values: values, 2, torch.Generator().manual_seed(4))
        rows = shelf.pick(self.attributes, torch.ones(12, dtype=torch.bool), torch.Generator().manual_seed(5))
        self.assertTrue(torch.equal(rows // 2, self.attributes[:, 0]))
        pixels, empty = shelf.colour("body", rows, palette.PersonPalette().body(self.code))
        self.assertEqual(pixels.shape[1], 4)
        self.assertLess((pixels[:, 3] + empty - 1).abs().max().item(), 1e-5)
        layout = torch.rand(20, latent.LAYOUT, generator=torch.Generator().manual_seed(4)) * 2 - 1
        drawn = latent.encode(torch.zeros(12, 12, dtype=torch.long), layout[rows])
        drawn[:, :latent.ONE_HOT] = self.code[:, :latent.ONE_HOT]
        masks = layers.draw_masks("body", drawn, self.controls, 120, 80)
        self.assertLess((torch.einsum("bkhw,bkc->bchw", masks, palette.PersonPalette().body(drawn)) - pixels).abs().mean().item(), 0.002)

    def test_the_reader_looks_at_what_the_compositor_makes(self):
        made = {n: vectors.pattern(i, 3 if n == "ground" else 4, 16 if n == "body" else 24, 24) for i, n in enumerate(layers.ORDER)}
        seen, frame = look(made, self.controls[:1]), compose(made, self.controls[:1], FRAME)
        self.assertLess((seen[:, 3:] - views(frame)[:, 3:]).abs().max().item(), 1e-5)
        self.assertLess((seen[:, :3] - views(frame)[:, :3]).abs().mean().item(), 0.15)

    def test_codes_come_back_from_the_graphs_as_they_were_trained(self):
        prior = restore(ROOT / "pack", ["prior"])["prior"]
        self.assertGreater(prior.mean.std().item(), 0.01)
        self.assertLess(prior.spread.max().item(), 0.9)
        with torch.no_grad():
            again = prior.sample(text.features(["a king"] * 8), torch.randn(8, latent.CODE, generator=torch.Generator().manual_seed(1)))[:, latent.ONE_HOT:]
        self.assertLess(again.abs().max().item(), 1.6)  # layout numbers are of [-1, 1] in training

    def test_captions_mention_what_they_say(self):
        import random
        for seed in range(50):
            c, said = vocabulary.caption(self.attributes[seed % 12].tolist(), random.Random(seed), 0.1)
            self.assertIn("kind", said)
            self.assertNotIn("  ", c)
            self.assertNotIn(" a a", c)

    def test_tokens_match_the_vectors(self):
        for v in self.vectors["tokens"]:
            self.assertEqual([i for i in text.features([v["text"]])[0].tolist() if i], v["ids"])
            self.assertEqual([i for i in text.sequence([v["text"]])[0].tolist() if i], v["sequence"])

    def test_snap_matches_the_vectors(self):
        for v in self.vectors["snap"]:
            self.assertEqual(latent.values(latent.snap(torch.tensor([v["code"]])))[0].tolist(), v["values"])

    def test_frames_match_the_vectors(self):
        made = {n: vectors.pattern(i, 3 if n == "ground" else 4, 16 if n == "body" else 24, 24) for i, n in enumerate(layers.ORDER)}
        for case in self.vectors["composite"]["cases"]:
            frame = compose(made, torch.tensor([case["controls"]]), vectors.SIZE)[0]
            got = (frame.permute(1, 2, 0) * 255 + 0.5).byte().flatten().int()
            want = torch.frombuffer(bytearray(base64.b64decode(case["rgb24_base64"])), dtype=torch.uint8).int()
            self.assertLessEqual((got - want).abs().max().item(), 1)


if __name__ == "__main__":
    unittest.main()
