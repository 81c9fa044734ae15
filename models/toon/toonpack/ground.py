"""The drawings of the ten places. Slot numbers refer to the colour chart in palette.py."""
from __future__ import annotations

import math

import torch

from .canvas import Canvas, both, box, circle, ellipse, segment, triangle


class _Place:
    """The canvas of one place with what all places use: three layout numbers and the phase of the slow motion."""

    def __init__(self, c: Canvas):
        self.c, self.x, self.y, self.paint = c, c.x, c.y, c.paint
        self.n = [c.layout(i) for i in range(3)]
        turn = 2 * math.pi * c.control("phase")
        self.cos, self.sin = turn.cos(), turn.sin()
        self.night = (c.value["time"] == 2).float().view(-1, 1, 1)

    def below(self, height) -> torch.Tensor:
        """Distance to everything below a height (a number or a curve)."""
        return height - self.y

    def sun(self, cx, cy, r=0.14) -> None:
        self.paint(1, circle(self.x, self.y, cx, cy, r))

    def stars(self) -> None:
        for sx, sy in ((-0.8, -0.8), (-0.45, -0.55), (0.15, -0.85), (0.5, -0.65), (0.85, -0.4), (-0.7, -0.3), (0.72, -0.9)):
            self.paint(2, circle(self.x, self.y, sx + 0.05 * self.n[0], sy, 0.015), self.night)

    def window(self, cx, cy, w, h) -> None:
        x, y = self.x, self.y
        self.paint(1, box(x, y, cx, cy, w + 0.04, h + 0.04, 0.02))
        self.paint(2, box(x, y, cx, cy, w, h))
        self.paint(3, circle(x, y, cx + 0.08, cy - 0.08, 0.06))
        self.paint(1, both((x - cx).abs() - 0.014, (y - cy).abs() - h))


def _laboratory(p: _Place) -> None:
    x, y, n = p.x, p.y, p.n
    p.window(-0.62 + 0.08 * n[0], -0.42, 0.24, 0.26)
    p.paint(4, box(x, y, 0.62, -0.32, 0.34, 0.02))
    for i, cx in enumerate((0.40, 0.62, 0.84)):
        cx = cx + 0.06 * n[1]
        p.paint(5 + i, triangle(x, y, cx, -0.62, -0.34, 0.10))
        p.paint(8, box(x, y, cx, -0.58, 0.028, 0.08))
        p.paint(5 + i, circle(x, y, cx, -0.72 - 0.06 * i - 0.03 * (p.sin if i % 2 else p.cos), 0.024))
    p.paint(9, p.below(0.52))
    p.paint(10, (y - 0.52).abs() - 0.018)
    p.paint(5, box(x, y, -0.78, 0.38, 0.05, 0.14, 0.02))
    p.paint(11, circle(x, y, 0.80 + 0.05 * n[2], 0.42, 0.11))


def _beach(p: _Place) -> None:
    x, y, n = p.x, p.y, p.n
    p.sun(0.55 + 0.12 * n[0], -0.6)
    p.stars()
    for i, cx in enumerate((-0.55, -0.38, -0.22)):
        p.paint(9, ellipse(x, y, cx + 0.05 * p.cos, -0.78 + 0.03 * (i % 2), 0.15, 0.06), 0.85)
    p.paint(3, p.below(0.05))
    for i in range(3):
        height = 0.14 + 0.11 * i + 0.012 * torch.sin(x * 14 + i * 2) * p.cos + 0.012 * torch.cos(x * 14 + i * 2) * p.sin
        p.paint(4, (y - height).abs() - 0.011)
    p.paint(5, p.below(0.46 - 0.03 * torch.sin(x * 3 + n[1] * 1.5)))
    foot = -0.72 + 0.1 * n[2]
    p.paint(6, segment(x, y, foot, 0.6, foot + 0.12, -0.35, 0.035))
    for angle in (-2.7, -2.1, -1.1, -0.4, 0.2, 3.0):
        tip_x = foot + 0.12 + 0.34 * math.cos(angle) + 0.02 * p.cos
        p.paint(7, segment(x, y, foot + 0.12, -0.35, tip_x, -0.35 + 0.22 * math.sin(angle) + 0.06, 0.036))
    p.paint(8, both(circle(x, y, 0.78, 0.52, 0.2), y - 0.52))


def _forest(p: _Place) -> None:
    x, y, n = p.x, p.y, p.n
    p.sun(-0.45 + 0.12 * n[0], -0.68, 0.12)
    p.stars()
    p.paint(3, p.below(0.1 + 0.05 * torch.sin(x * 5 + 1.5 * n[1])))
    for i, cx in enumerate((-0.9, -0.55, 0.5, 0.86)):
        cx, sway = cx + 0.08 * n[1 + i % 2], 0.012 * p.cos
        p.paint(4, box(x, y, cx, 0.3, 0.045, 0.3))
        for q in range(3):
            p.paint(5 + q, triangle(x, y, cx + sway * (2 - q), -0.75 + 0.25 * q, -0.2 + 0.25 * q, 0.2 + 0.04 * q))
    p.paint(8, p.below(0.5 + 0.03 * torch.sin(x * 4 + n[0])))
    for cx in (-0.75, 0.7):
        p.paint(9, both(circle(x, y, cx, 0.62, 0.12), y - 0.62))


def _city(p: _Place) -> None:
    x, y, n = p.x, p.y, p.n
    p.sun(0.1 + 0.12 * n[0], -0.76, 0.11)
    p.stars()
    for i, (cx, top, w) in enumerate(((-0.82, -0.55, 0.19), (-0.42, -0.2, 0.17), (0.38, -0.35, 0.17), (0.80, -0.62, 0.2))):
        cx, top = cx + 0.05 * n[1], top + 0.08 * n[2 if i % 2 else 0]
        d = both((x - cx).abs() - w, top - y)
        p.paint(3 if i in (0, 2) else 4, d)
        gx, gy = ((x - cx) / 0.1 - 0.5).remainder(1) - 0.5, ((y - top) / 0.15).remainder(1) - 0.5
        p.paint(5, both(gx.abs() * 0.1 - 0.028, gy.abs() * 0.15 - 0.045, d + 0.03))
    p.paint(6, p.below(0.58))
    p.paint(9, (y - 0.58).abs() - 0.02)
    p.paint(7, both((((x + 0.3) / 0.4).remainder(1) - 0.5).abs() * 0.4 - 0.1, (y - 0.76).abs() - 0.02))


def _classroom(p: _Place) -> None:
    x, y, n = p.x, p.y, p.n
    p.paint(1, box(x, y, 0.08 * n[0], -0.42, 0.82, 0.4, 0.02))
    p.paint(2, box(x, y, 0.08 * n[0], -0.42, 0.77, 0.35))
    for height, x0, x1 in ((-0.62, -0.68, -0.42), (-0.46, -0.7, -0.45), (-0.62, 0.42, 0.7), (-0.46, 0.45, 0.62)):
        p.paint(3, segment(x, y, x0, height, x1, height + 0.03 * n[1], 0.014))
    p.paint(3, circle(x, y, 0.55, -0.25, 0.09).abs() - 0.012)
    p.paint(4, p.below(0.55))
    p.paint(5, box(x, y, -0.72, 0.47, 0.1, 0.08, 0.01))
    p.paint(6, box(x, y, 0.74 + 0.05 * n[2], 0.45, 0.04, 0.11, 0.02))
    p.paint(7, circle(x, y, 0.84, -0.84, 0.1))
    p.paint(8, segment(x, y, 0.84, -0.84, 0.84 + 0.07 * p.cos, -0.84 + 0.07 * p.sin, 0.014))


def _spaceship(p: _Place) -> None:
    x, y, n = p.x, p.y, p.n
    port = -0.52 + 0.06 * n[0]
    p.paint(1, circle(x, y, port, -0.42, 0.34))
    p.paint(2, circle(x, y, port, -0.42, 0.29))
    p.paint(3, circle(x, y, -0.52 + 0.08 * n[1], -0.36, 0.13))
    for sx, sy in ((-0.68, -0.56), (-0.38, -0.6), (-0.34, -0.3), (-0.66, -0.26)):
        p.paint(4, circle(x, y, sx, sy, 0.015))
    p.paint(5, box(x, y, 0.62, -0.4, 0.28, 0.3, 0.04))
    for row in range(3):
        for column in range(3):
            on = 0.5 + 0.5 * (p.cos if (row + column) % 2 else p.sin)
            p.paint(6 + (row + column) % 3, circle(x, y, 0.46 + 0.16 * column, -0.56 + 0.16 * row, 0.045), 0.35 + 0.65 * on)
    p.paint(9, p.below(0.5))
    p.paint(10, (y - 0.5).abs() - 0.025)
    for cx in (-0.05, 0.28):
        p.paint(11, both((x - cx - 0.03 * n[2]).abs() - 0.012, y - 0.475))


def _kitchen(p: _Place) -> None:
    x, y, n = p.x, p.y, p.n
    p.window(-0.58 + 0.08 * n[0], -0.45, 0.22, 0.22)
    p.paint(4, box(x, y, 0.58, -0.62, 0.36, 0.24, 0.02))
    p.paint(5, box(x, y, 0.58, -0.62, 0.010, 0.22))
    oven = 0.58 + 0.08 * n[1]
    p.paint(6, box(x, y, oven, 0.22, 0.24, 0.3, 0.03))
    p.paint(7, box(x, y, oven, 0.3, 0.17, 0.15, 0.02))
    p.paint(8, p.below(0.48))
    p.paint(9, (y - 0.48).abs() - 0.02)
    p.paint(10, box(x, y, -0.74 + 0.03 * n[2], 0.36, 0.13, 0.09, 0.03))
    for q in range(2):
        p.paint(11, circle(x, y, -0.78 + 0.1 * q + 0.02 * p.cos, 0.16 - 0.08 * q + 0.03 * p.sin, 0.04), 0.5)


def _library(p: _Place) -> None:
    x, y, n = p.x, p.y, p.n
    for row in range(4):
        top = -0.98 + 0.4 * row
        p.paint(1, (y - top - 0.39).abs() - 0.025)
        cell = (x + n[0] * 0.11) / 0.11
        book = cell.floor()
        pick = (torch.sin(book * 12.9898 + row * 78.2) * 43758.5).remainder(1)
        d = both((cell - book - 0.5).abs() * 0.11 - 0.046, top + 0.08 + 0.1 * pick - y, y - (top + 0.37))
        if row < 2:
            d = both(d, 0.36 - x.abs())
        colour = (pick * 4.99).long()
        for i in range(5):
            p.paint(2 + i, torch.where(colour == i, d, torch.ones_like(d)))
    p.paint(7, box(x, y, 0.8, 0.35, 0.03, 0.18))
    p.paint(8, triangle(x, y, 0.8 + 0.03 * n[2], 0.02, 0.22, 0.15))


def _stage(p: _Place) -> None:
    x, y, n = p.x, p.y, p.n
    p.paint(1, p.below(0.5))
    for side in (-1, 1):
        d = 0.62 + 0.06 * torch.sin(y * 3 + n[0]) - side * x
        p.paint(2, d)
        fold = ((side * x - 0.62 - 0.03 * n[1]) / 0.13).remainder(1) - 0.5
        p.paint(3, both(d, (fold.abs() - 0.18) * 0.13))
    for side in (-1, 1):
        aim, lamp = side * 0.2 + 0.14 * p.cos * side + 0.06 * n[2], side * 0.8
        p.paint(4, both((x - lamp - (aim - lamp) * (y + 1.1) / 1.6).abs() - 0.07 - 0.1 * (y + 1.1), y - 0.9), 0.28)
    p.paint(5, y + 0.86 + 0.03 * torch.sin(x * 16))


def _mountains(p: _Place) -> None:
    x, y, n = p.x, p.y, p.n
    p.sun(-0.3 + 0.12 * n[0], -0.72, 0.12)
    p.stars()
    for i, (cx, top, w) in enumerate(((-0.7, -0.5, 0.75), (0.75, -0.62, 0.8), (0.1, -0.25, 0.7))):
        d = triangle(x, y, cx + 0.1 * n[1 + (i + 1) % 2], top, 0.5, w)
        p.paint(3 + i, d)
        p.paint(6, both(d, y - top - 0.17 - 0.03 * torch.sin(x * 22)))
    for q in (-0.1, 0.0, 0.1):
        p.paint(7, ellipse(x, y, 0.35 + 0.1 * n[0] + 0.06 * p.cos + q, -0.8 + 0.02 * q, 0.13, 0.06), 0.85)
    p.paint(8, p.below(0.38 - 0.04 * torch.sin(x * 3.5 + n[1])))
    for cx in (-0.82, -0.6, 0.62, 0.85):
        p.paint(9, circle(x, y, cx + 0.05 * n[2], 0.62, 0.05))


_PLACES = (_laboratory, _beach, _forest, _city, _classroom, _spaceship, _kitchen, _library, _stage, _mountains)


def draw_ground(c: Canvas) -> None:
    """The background of each picture's place."""
    for place, draw in enumerate(_PLACES):
        for s in c.where(c.value["place"] == place):
            draw(_Place(s))
