"""The colour chart: the colour of every palette slot, computed exactly from the code. Light of the time of day is a factor per channel."""
from __future__ import annotations

import torch
import torch.nn as nn

from .latent import ONE_HOT, part


def rgb(h: str) -> list[float]:
    """A hexadecimal colour as numbers 0..1."""
    return [int(h[i:i + 2], 16) / 255 for i in (0, 2, 4)]


HAIR = [rgb(c) for c in ("2b2430", "6b4226", "f0cc5a", "c8502a", "b9bcc6", "3d6fd6", "f08fb8")]
SKIN = [rgb(c) for c in ("fde3d0", "f5c9a3", "d9a06c", "a9683d", "6f4329")]
CLOTH = [rgb(c) for c in ("d8403c", "f08a34", "f4cf43", "46a85a", "3f78d0", "8453b8", "f08fb8", "f2f2f0", "34343f")]
WALL = [rgb(c) for c in ("dd9a94", "efc096", "f0e2a4", "a2cfa6", "9dbde6", "bfa6da", "f2c4d6", "e6e6e4", "8a8a98")]
IRIS = [rgb(c) for c in ("3a2a20", "2f6a3a", "2f5aa0", "5a3a20")]
PERSON_LIGHT = [[1, 1, 1], [1.0, 0.91, 0.82], [0.78, 0.80, 0.95]]
OUTDOOR_LIGHT = [[1, 1, 1], [1.0, 0.80, 0.64], [0.48, 0.52, 0.80]]
INDOOR_LIGHT = [[1, 1, 1], [1.0, 0.88, 0.76], [0.70, 0.70, 0.86]]
SKY_TOP = [rgb(c) for c in ("6fb7ee", "e8743b", "141a40")]
SKY_LOW = [rgb(c) for c in ("d2ecfb", "fbd28a", "3c4682")]
SUN = [rgb(c) for c in ("fff3b0", "ffe08a", "f4f1dc")]
PLANET = [rgb(c) for c in ("e8a050", "e07850", "5a8ae0")]
LIT_WINDOW = [rgb(c) for c in ("cfe6f4", "ffd890", "ffe27a")]
WINDOW_SKY = [[a * 0.6 + b * 0.4 for a, b in zip(t, l)] for t, l in zip(SKY_TOP, SKY_LOW)]

FACE_SLOTS, BACK_SLOTS, HEAD_SLOTS, TOP_SLOTS, BODY_SLOTS, GROUND_SLOTS = 14, 4, 6, 10, 12, 12
OUTDOORS = (1, 2, 3, 9)
HORIZON = [0.5, 0.05, 0.3, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.4]

# Background slots by place. "@" marks a colour with a rule; "o" and "i" suffixes choose outdoor or indoor light, "r" none.
GROUND = [
    ["@wall", "f4efe4 i", "@window", "@sun", "8a6a4a i", "55c8d8 i", "e85a8a i", "8ad84a i", "e8f4f8 i", "c8ccd4 i", "8a909a i", "@accent i 1"],
    ["@sky", "@sun", "ffffff r", "3a9ad0 o", "bfe6f4 o", "f0d696 o", "8a5a34 o", "3f9a4a o", "@accent o 1", "f6f8fc o"],
    ["@sky", "@sun", "ffffff r", "6aa878 o", "6a4630 o", "2f7a48 o", "38884f o", "429656 o", "5aa04e o", "@accent o 1"],
    ["@sky", "@sun", "ffffff r", "@accent o 1", "8f98a8 o", "@lit", "62666e o", "f0f0e0 o", "@accent o .82", "7c8696 o"],
    ["@wall", "8a6238 i", "2f5e4a i", "e8f0e8 i", "b0824e i", "@accent i 1", "f4cf43 i", "f4f4f0 i", "303038 i"],
    ["@wall", "8a92a2 i", "0e1230 r", "@planet", "ffffff r", "5c6474 i", "f05050 r", "50e070 r", "f0d050 r", "70788a i", "@accent i 1", "3a4150 i"],
    ["@wall", "f4efe4 i", "@window", "@sun", "@accent i 1", "303038 i", "d8dce2 i", "4a4e58 i", "c89a68 i", "f0ece2 i", "b8484a i", "ffffff i"],
    ["@wall", "6a4a30 i", "b8484a i", "3f6aa8 i", "4a8a5a i", "c89a48 i", "7a5a98 i", "c8a848 i", "@accent i 1"],
    ["@wall", "9a6a40 i", "@accent i .8", "@accent i .6", "fff4c0 r", "@accent i .7"],
    ["@sky", "@sun", "ffffff r", "7a86a8 o", "8a94b0 o", "6a7898 o", "f6f8fc o", "ffffff o", "6ab060 o", "@accent o 1"],
]


class GroundPalette(nn.Module):
    """Colours of the background: linear in (place x time), times accent or wall colour where the chart says so."""

    def __init__(self):
        super().__init__()
        base, accent, wall = (torch.zeros(10, 3, GROUND_SLOTS, 3) for _ in range(3))
        fade_base, fade_wall = torch.zeros(10, 3, 3), torch.zeros(10, 3, 3)
        light = {"o": OUTDOOR_LIGHT, "i": INDOOR_LIGHT, "r": [[1, 1, 1]] * 3}
        timed = {"@sky": SKY_TOP, "@sun": SUN, "@window": WINDOW_SKY, "@planet": PLANET, "@lit": LIT_WINDOW}
        for place, chart in enumerate(GROUND):
            for time in range(3):
                for slot, spec in enumerate(chart):
                    word = spec.split()
                    if word[0] == "@wall":
                        wall[place, time, slot] = torch.tensor(INDOOR_LIGHT[time])
                    elif word[0] == "@accent":
                        accent[place, time, slot] = torch.tensor(light[word[1]][time]) * float(word[2])
                    elif word[0] in timed:
                        base[place, time, slot] = torch.tensor(timed[word[0]][time])
                    else:
                        base[place, time, slot] = torch.tensor(rgb(word[0])) * torch.tensor(light[word[1]][time])
                if place in OUTDOORS:
                    fade_base[place, time] = torch.tensor(SKY_LOW[time]) - torch.tensor(SKY_TOP[time])
                else:
                    fade_wall[place, time] = -0.14 * torch.tensor(INDOOR_LIGHT[time])
        for name, t in (("base", base), ("accent", accent), ("wall", wall), ("fade_base", fade_base), ("fade_wall", fade_wall)):
            self.register_buffer(name, t.reshape(30, -1), persistent=False)
        self.register_buffer("colours", torch.tensor(CLOTH), persistent=False)
        self.register_buffer("walls", torch.tensor(WALL), persistent=False)
        self.register_buffer("horizon", torch.tensor(HORIZON), persistent=False)

    def forward(self, code: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Colours [b, slots, 3], what slot 0 gains towards the horizon [b, 3], and the height of the horizon [b]."""
        place = part(code, "place")
        both = (place[:, :, None] * part(code, "time")[:, None]).flatten(1)
        accent, wall = part(code, "tint") @ self.colours, part(code, "tint") @ self.walls

        def table(name: str, slots: int) -> torch.Tensor:
            return (both @ getattr(self, name)).view(-1, slots, 3)

        colours = table("base", GROUND_SLOTS) + table("accent", GROUND_SLOTS) * accent[:, None] + table("wall", GROUND_SLOTS) * wall[:, None]
        fade = table("fade_base", 1)[:, 0] + table("fade_wall", 1)[:, 0] * wall
        return colours, fade, place @ self.horizon


def fade_amount(y: torch.Tensor, horizon: torch.Tensor) -> torch.Tensor:
    """How far the colour of slot 0 has faded at height y."""
    return ((y + 1.2) / (horizon.view(-1, 1, 1) + 1.2)).clamp(0, 1)


class PersonPalette(nn.Module):
    """Colours of the presenter's layers: premultiplied RGBA [b, slots, 4]; slot 0 is transparent."""

    def __init__(self):
        super().__init__()
        for name, t in (("hairs", HAIR), ("skins", SKIN), ("cloths", CLOTH), ("irises", IRIS), ("lights", PERSON_LIGHT)):
            self.register_buffer(name, torch.tensor(t, dtype=torch.float32), persistent=False)

    def _colours(self, code: torch.Tensor) -> dict[str, torch.Tensor]:
        kind = part(code, "kind")
        k = [kind[:, i:i + 1] for i in range(10)]
        hair, cloth = part(code, "haircol") @ self.hairs, part(code, "cloth") @ self.cloths
        fur = k[6] + k[7]
        human = 1 - fur - k[4]
        furry = (hair * 0.85 + 0.12) * fur
        skin = part(code, "skin") @ self.skins
        return {"k": k, "hair": hair, "cloth": cloth, "accent": part(code, "tint") @ self.cloths, "fur": fur, "human": human,
                "skin": skin * human + furry + self.c("a8b2c0") * k[4], "light": part(code, "time") @ self.lights}

    def c(self, h: str) -> torch.Tensor:
        """A constant colour [1, 3]."""
        return torch.tensor([rgb(h)])

    @staticmethod
    def _finish(slots: list[torch.Tensor], light: torch.Tensor) -> torch.Tensor:
        colours = torch.stack([s.expand_as(light) for s in slots], 1) * light[:, None]
        colours = torch.cat([torch.zeros_like(colours[:, :1]), colours], 1).clamp(0, 1)
        alpha = torch.ones_like(colours[:, :, :1])
        return torch.cat([colours, torch.cat([torch.zeros_like(alpha[:, :1]), alpha[:, 1:]], 1)], 2)

    def face(self, code: torch.Tensor) -> torch.Tensor:
        p = self._colours(code)
        k, c, robot = p["k"], self.c, p["k"][4]
        tone = code[:, ONE_HOT + 9:ONE_HOT + 10]
        steps = [(tone > limit).float() for limit in (-0.5, 0.0, 0.5)]
        iris = [1 - steps[0], steps[0] - steps[1], steps[1] - steps[2], steps[2]]
        irises = sum(w * self.irises[i:i + 1] for i, w in enumerate(iris))
        glasses = part(code, "glasses")
        frame = c("2a2a34") * glasses[:, 1:2] + c("7a2a2a") * glasses[:, 2:3] + c("17171f") * glasses[:, 3:4] + c("1a181e") * k[3]
        brow = p["hair"] * 0.8 * p["human"] + p["hair"] * 0.45 * p["fur"] + c("505866") * robot
        return self._finish([
            c("ffffff"), irises * (1 - robot) + c("60e8f0") * robot, c("101014") * (1 - robot) + c("2a303c") * robot, c("30242a"), brow,
            p["skin"] * 0.86 * p["human"] + c("40282c") * p["fur"], c("f8f8f8"), c("6e1d24"), c("e0606c"), p["hair"] * 0.95, frame,
            c("e8f4ff") * (1 - glasses[:, 3:4]) + c("8a8aa0") * glasses[:, 3:4], p["skin"] * torch.tensor([[1.0, 0.72, 0.70]])], p["light"])

    def back(self, code: torch.Tensor) -> torch.Tensor:
        p = self._colours(code)
        return self._finish([p["hair"] * 0.85, p["skin"] * 0.92, self.c("f0a8b0") * (1 - p["k"][7]) + p["skin"] * 0.7 * p["k"][7]], p["light"])

    def head(self, code: torch.Tensor) -> torch.Tensor:
        p = self._colours(code)
        robot, c = p["k"][4], self.c
        muzzle = (p["skin"] * 1.18 + 0.06).clamp(max=1) * (1 - robot) + c("c6ced8") * robot
        return self._finish([p["skin"], p["skin"] * 0.92 * (1 - robot) + c("707886") * robot, muzzle,
                             p["cloth"] * robot + c("cfe4f4") * (1 - robot), p["hair"]], p["light"])

    def top(self, code: torch.Tensor) -> torch.Tensor:
        p = self._colours(code)
        k, c = p["k"], self.c
        hat = part(code, "hat")
        soft, tall = hat[:, 1:2] + hat[:, 2:3], hat[:, 3:4]
        main = (c("fafafa") * k[1] + c("e8ecf2") * k[2] + c("26222c") * k[3] + p["cloth"] * k[5] + c("f0c040") * k[8]
                + p["accent"] * soft + c("2a2830") * tall)
        second = (c("e4e6ec") * k[1] + p["cloth"] * 0.8 * k[5] + p["accent"] * 0.7 * hat[:, 1:2] + p["accent"] * 0.75 * hat[:, 2:3]
                  + p["accent"] * tall)
        trim = c("c8ccd4") * k[1] + c("d8b040") * k[3] + c("f8e48a") * k[5] + c("f8f8f4") * hat[:, 2:3]
        return self._finish([p["hair"], main, second, trim, c("d8403c"), c("3f78d0"), c("46a85a"), c("f8f8f4"),
                             (p["hair"] * 1.12 + 0.07).clamp(max=1)], p["light"])

    def body(self, code: torch.Tensor) -> torch.Tensor:
        p = self._colours(code)
        k, c, cloth = p["k"], self.c, p["cloth"]
        white_coat = k[0] + k[1] + k[2]
        neck = p["skin"] * 0.86 * (1 - k[4]) + c("8a94a4") * k[4]
        dark = cloth * (0.9 * k[1] + 0.7 * k[5] + 0.8 * (1 - k[1] - k[5]))
        pale = c("cfd2da") * (k[0] + k[1]) + c("d4d8e0") * k[2] + c("f4f0e4") * k[3] + c("f6f2ea") * k[8] + c("fafafa") * k[9]
        detail = c("50545e") * k[1] + c("303038") * (k[2] + k[8]) + c("3a4a78") * k[3] + c("59616e") * k[4] + c("8a2030") * k[9]
        extra = (c("dcdfe6") * k[0] + c("9aa2b0") * k[2] + c("70788a") * k[4] + c("f8e48a") * k[5] + c("f0c040") * k[8]
                 + c("701828") * k[9] + (p["skin"] * 1.15).clamp(max=1) * p["fur"])
        return self._finish([neck, c("f2f2f4") * white_coat + cloth * (1 - white_coat), cloth, dark, pale, detail, extra,
                             c("f05050") * k[4] + c("ffffff") * (1 - k[4]), c("f4cf43"), c("50c878"), neck * 0.82], p["light"])
