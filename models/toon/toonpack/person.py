"""The drawings of the presenter: body, back of the head, head, top of the head, face. Each fills a canvas in its own coordinates."""
from __future__ import annotations

import math

import torch

from .canvas import Canvas, both, box, circle, ellipse, segment, triangle

SIDES = (-1, 1)
HEAD_Y = -0.02


def kinds(c: Canvas) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The kind, and whether it is human or furry."""
    kind = c.value["kind"]
    fur = (kind == 6) | (kind == 7)
    return kind, ~fur & (kind != 4), fur


def head_size(c: Canvas) -> tuple[torch.Tensor, torch.Tensor]:
    """Half width and half height of the head."""
    return 0.30 + 0.035 * c.layout(3), 0.36 + 0.03 * c.layout(4)


def _v_neck(c: Canvas, slot: int, width: float = 0.16, bottom: float = 0.98) -> torch.Tensor:
    d = both(c.x.abs() - (bottom - c.y) * width / 0.45, 0.55 - c.y)
    c.paint(slot, d)
    return d


def draw_body(c: Canvas) -> None:
    """Neck, torso and clothes."""
    kind, _, fur = kinds(c)
    x, y = c.x, c.y
    neck = 0.12 + 0.05 * fur.float().view(-1, 1, 1) - 0.03 * (kind == 4).float().view(-1, 1, 1)
    c.paint(1, box(x, y, 0, 0.45, neck, 0.2, 0.04))
    c.paint(11, both(box(x, y, 0, 0.45, neck, 0.2, 0.04), y - 0.42))
    c.paint(2, box(x, y, 0, 1.1, 0.56 + 0.05 * c.layout(6), 0.55, 0.24))
    for s in c.where(kind == 0):
        _v_neck(s, 3)
        for side in SIDES:
            s.paint(5, segment(s.x, s.y, side * 0.17, 0.54, side * 0.02, 0.98, 0.025))
        s.paint(7, box(s.x, s.y, 0.34, 0.86, 0.09, 0.06, 0.01))
        s.paint(3, segment(s.x, s.y, 0.32, 0.78, 0.32, 0.86, 0.012))
    for s in c.where(kind == 1):
        s.paint(3, both(s.x.abs() - 0.2 + (s.y - 0.5) * 0.3, (s.y - 0.6).abs() - 0.07))
        s.paint(4, triangle(s.x, -s.y, 0, -0.82, -0.6, 0.1))
        for side in SIDES:
            for row in range(2):
                s.paint(6, circle(s.x, s.y, side * 0.12, 0.78 + 0.14 * row, 0.026))
    for s in c.where(kind == 2):
        s.paint(7, ellipse(s.x, s.y, 0, 0.56, 0.33, 0.10))
        s.paint(5, ellipse(s.x, s.y, 0, 0.545, 0.27, 0.07))
        s.paint(3, box(s.x, s.y, 0, 0.86, 0.16, 0.1, 0.02))
        s.paint(8, circle(s.x, s.y, -0.07, 0.86, 0.03))
        s.paint(6, circle(s.x, s.y, 0.07, 0.86, 0.03))
    for s in c.where(kind == 3):
        v = _v_neck(s, 5, 0.22, 1.1)
        s.paint(6, both(v, ((s.y / 0.11).remainder(1) - 0.5).abs() * 0.11 - 0.0275))
    for s in c.where(kind == 4):
        s.paint(6, box(s.x, s.y, 0, 0.84, 0.24, 0.16, 0.03))
        for i in range(3):
            s.paint(8 + i, circle(s.x, s.y, -0.13 + 0.13 * i, 0.82, 0.038))
        s.paint(7, box(s.x, s.y, 0, 0.5, 0.14, 0.05, 0.02))
    for s in c.where(kind == 5):
        _v_neck(s, 4, 0.12, 0.9)
        for cx, cy in ((-0.3, 0.8), (0.28, 0.9), (-0.1, 1.0)):
            s.paint(7, circle(s.x, s.y, cx, cy, 0.03))
    for s in c.where(fur):
        s.paint(7, ellipse(s.x, s.y, 0, 0.95, 0.24, 0.3))
        s.paint(4, box(s.x, s.y, 0, 0.58, 0.2, 0.035, 0.03))
    for s in c.where(kind == 8):
        s.paint(5, both(s.x.abs() - 0.26, (s.y - 0.62 - 0.25 * s.x * s.x).abs() - 0.09))
        for cx in (-0.18, -0.06, 0.06, 0.18):
            s.paint(6, circle(s.x, s.y, cx, 0.63, 0.016))
        s.paint(7, circle(s.x, s.y, 0, 0.78, 0.06))
    for s in c.where(kind == 9):
        _v_neck(s, 5, 0.18, 1.05)
        s.paint(6, both(s.x.abs() - 0.045 - 0.02 * (s.y - 0.6), 0.6 - s.y))
        s.paint(7, box(s.x, s.y, 0, 0.59, 0.05, 0.035, 0.01))
        for side in SIDES:
            s.paint(4, segment(s.x, s.y, side * 0.2, 0.55, side * 0.03, 1.05, 0.022))


def draw_back(c: Canvas) -> None:
    """Hair and ears behind the head."""
    kind, human, _ = kinds(c)
    style = c.value["hairstyle"]
    for s in c.where(human & (style == 2)):
        hw, _ = head_size(s)
        s.paint(1, both(box(s.x, s.y, 0, 0.12, hw + 0.10, 0.42, 0.22), s.y - 0.54))
    for s in c.where(human & (style == 5) & (kind != 1) & (kind != 3) & (kind != 5) & (kind != 8)):
        s.paint(1, circle(s.x, s.y, 0, -0.48, 0.14))
    for s in c.where(human & (style == 3)):
        hw, _ = head_size(s)
        angle, radius = torch.atan2(s.y - HEAD_Y + 0.06, s.x), circle(s.x, s.y - HEAD_Y, 0, -0.06, 0)
        s.paint(1, both(radius - hw - 0.10 - 0.05 * torch.sin(angle * 11 + s.layout(5) * 1.2), s.y - HEAD_Y - 0.12))
    for s in c.where(human & (style == 4)):
        hw, _ = head_size(s)
        angle, radius = torch.atan2(s.y - HEAD_Y + 0.06, s.x), circle(s.x, s.y - HEAD_Y, 0, -0.06, 0)
        saw = ((angle * 9 / math.pi + 0.4 * s.layout(5)).remainder(1) - 0.5).abs() * 2
        s.paint(1, both(radius - hw - 0.05 - 0.17 * saw, s.y - HEAD_Y - 0.10), soft=1.5)
    for s in c.where(kind == 6):
        for side in SIDES:
            s.paint(2, triangle(s.x, s.y, side * 0.22, -0.62, -0.1, 0.17))
            s.paint(3, triangle(s.x, s.y, side * 0.22, -0.52, -0.16, 0.10))
    for s in c.where(kind == 7):
        for side in SIDES:
            s.paint(2, circle(s.x, s.y, side * 0.26, -0.31, 0.13))
            s.paint(3, circle(s.x, s.y, side * 0.26, -0.31, 0.075))


def draw_head(c: Canvas) -> None:
    """Helmet glass, skull, muzzle, full beard."""
    kind, human, fur = kinds(c)
    for s in c.where(kind == 2):
        s.paint(4, circle(s.x, s.y, 0, HEAD_Y, 0.53), 0.45)
    for s in c.where(human):
        hw, hh = head_size(s)
        for side in SIDES:
            s.paint(2, circle(s.x, s.y, side * hw, 0.02, 0.065))
        s.paint(1, ellipse(s.x, s.y, 0, HEAD_Y, hw, hh))
    for s in c.where(fur):
        hw, hh = head_size(s)
        s.paint(1, ellipse(s.x, s.y, 0, HEAD_Y, hw + 0.06, hh - 0.02))
        s.paint(3, ellipse(s.x, s.y, 0, 0.15, 0.17, 0.12))
    for s in c.where(kind == 4):
        hw, hh = head_size(s)
        s.paint(2, segment(s.x, s.y, 0, -0.38, 0, -0.56, 0.02))
        s.paint(4, circle(s.x, s.y, 0, -0.58, 0.05))
        for side in SIDES:
            s.paint(2, box(s.x, s.y, side * (hw + 0.02), 0, 0.06, 0.1, 0.02))
        s.paint(1, box(s.x, s.y, 0, HEAD_Y, hw + 0.02, hh - 0.02, 0.08))
        s.paint(3, box(s.x, s.y, 0, 0, 0.24, 0.27, 0.06))
    for s in c.where(human & (c.value["beard"] == 2)):
        hw, hh = head_size(s)
        s.paint(5, both(ellipse(s.x, s.y, 0, HEAD_Y + 0.03, hw + 0.005, hh + 0.02), 0.08 - s.y - 1.2 * s.x ** 2))


def draw_top(c: Canvas) -> None:
    """Fringe, hats, helmet rim."""
    kind, human, _ = kinds(c)
    for s in c.where(human & (c.value["hairstyle"] != 0)):
        hw, hh = head_size(s)
        cap = ellipse(s.x, s.y, 0, HEAD_Y - 0.02, hw + 0.035, hh + 0.04)
        fringe = s.y + 0.20 - 0.42 * (s.x - 0.12 * s.layout(5) - 0.06) ** 2
        s.paint(1, both(cap, fringe))
        shine = ellipse(s.x, s.y, 0, HEAD_Y - 0.02, hw - 0.03, hh - 0.04).abs() - 0.014
        s.paint(9, both(shine, s.y + 0.22, s.x + 0.05, -0.25 - s.x))
    for s in c.where(kind == 1):
        hw, _ = head_size(s)
        for cx, cy in ((-0.16, -0.56), (0, -0.62), (0.16, -0.56)):
            s.paint(2, circle(s.x, s.y, cx, cy, 0.15))
        s.paint(3, box(s.x, s.y, 0, -0.38, hw * 0.92, 0.12, 0.02))
        s.paint(4, box(s.x, s.y, 0, -0.30, hw * 0.94, 0.012))
    for s in c.where(kind == 3):
        hw, _ = head_size(s)
        brim = both(ellipse(s.x, s.y, 0, -0.22, hw + 0.2, 0.24), s.y + 0.2 + 0.5 * s.x * s.x)
        s.paint(2, brim)
        s.paint(4, brim.abs() - 0.012)
        s.paint(8, circle(s.x, s.y, 0, -0.36, 0.045))
    for s in c.where(kind == 5):
        hw, _ = head_size(s)
        bent = s.x - 0.06 * s.layout(5) * (s.y + 0.25).clamp(max=0) * 4
        s.paint(2, triangle(bent, s.y, 0, -0.95, -0.25, 0.27))
        s.paint(3, ellipse(bent, s.y, 0, -0.25, hw + 0.16, 0.065))
        for cx, cy in ((-0.05, -0.55), (0.08, -0.42), (-0.12, -0.38)):
            s.paint(4, circle(bent, s.y, cx, cy, 0.026))
    for s in c.where(kind == 8):
        hw, _ = head_size(s)
        zigzag = (s.x / 0.15 - 0.5).remainder(1) - 0.5
        s.paint(2, both(s.x.abs() - hw * 0.85, s.y + 0.27, 0.28 * zigzag.abs() - 0.56 - s.y))
        for i, cx in enumerate((-0.15, 0.0, 0.15)):
            s.paint(5 + i, circle(s.x, s.y, cx, -0.34, 0.028))
    hat = c.value["hat"]
    for s in c.where(hat == 1):
        hw, _ = head_size(s)
        s.paint(2, both(ellipse(s.x, s.y, 0, -0.2, hw + 0.03, 0.28), s.y + 0.2))
        s.paint(3, box(s.x, s.y, 0.1, -0.2, hw + 0.02, 0.03, 0.03))
    for s in c.where(hat == 2):
        hw, _ = head_size(s)
        s.paint(2, both(ellipse(s.x, s.y, 0, -0.18, hw + 0.04, 0.32), s.y + 0.2))
        s.paint(3, box(s.x, s.y, 0, -0.2, hw + 0.03, 0.05, 0.04))
        s.paint(4, circle(s.x, s.y, 0, -0.52, 0.06))
    for s in c.where(hat == 3):
        hw, _ = head_size(s)
        s.paint(2, box(s.x, s.y, 0, -0.46, 0.22, 0.24, 0.02))
        s.paint(3, box(s.x, s.y, 0, -0.3, 0.22, 0.045))
        s.paint(2, box(s.x, s.y, 0, -0.235, hw + 0.1, 0.03, 0.03))
    for s in c.where(kind == 2):
        s.paint(2, circle(s.x, s.y, 0, HEAD_Y, 0.53 - 0.015).abs() - 0.025)
        s.paint(8, both(circle(s.x, s.y, 0, HEAD_Y, 0.44).abs() - 0.02, s.x + 0.12, s.y + 0.1), 0.6)


def draw_face(c: Canvas) -> None:
    """Eyes, brows, nose, mouth, moustache, glasses."""
    kind, human, fur = kinds(c)
    spacing = 0.135 + 0.015 * c.layout(7)
    lid = 1 - 0.95 * c.control("blink")
    for s in c.where(human):
        for side in SIDES:
            s.paint(13, ellipse(s.x, s.y, side * 0.17, 0.075, 0.055, 0.038), 0.5, soft=4.0)
    for s in c.where(kind != 4):
        r = (0.062 + 0.010 * s.layout(8)) * s.mood(1.0, 1.0, 0.95, 0.95, 1.22)
        o, es = 1 - 0.95 * s.control("blink"), 0.135 + 0.015 * s.layout(7)
        gx, gy = 0.026 * s.control("gaze_x"), 0.018 * s.control("gaze_y")
        for side in SIDES:
            cx = side * es
            eye = ellipse(s.x, s.y, cx, -0.055, r * 0.85, r * o + 0.004)
            s.paint(1, eye)
            s.paint(2, both(circle(s.x, s.y, cx + gx, -0.05 + gy, r * 0.62), eye))
            s.paint(3, both(circle(s.x, s.y, cx + gx, -0.05 + gy, r * 0.34), eye))
            s.paint(1, both(circle(s.x, s.y, cx + gx - 0.016, -0.07 + gy, 0.014), eye))
            s.paint(4, both(eye.abs() - 0.010, s.y + 0.05))
    for s in c.where(kind == 4):
        o, es = 1 - 0.95 * s.control("blink"), 0.135 + 0.015 * s.layout(7)
        for side in SIDES:
            s.paint(3, box(s.x, s.y, side * es, -0.06, 0.075, 0.07, 0.02))
            s.paint(2, ellipse(s.x, s.y, side * es + 0.02 * s.control("gaze_x"), -0.06 + 0.01 * s.control("gaze_y"), 0.042, 0.045 * o + 0.004))
    angle = c.mood(0.0, -0.01, -0.055, 0.06, -0.01)
    lift = c.mood(0.0, -0.02, -0.01, 0.03, -0.06) - 0.03 * c.control("brow")
    for side in SIDES:
        cx = side * spacing
        c.paint(5, segment(c.x, c.y, cx - side * 0.065, -0.165 + angle + lift, cx + side * 0.06, -0.165 - angle * 0.6 + lift, 0.017))
    for s in c.where(human):
        s.paint(6, ellipse(s.x, s.y, 0, 0.055, 0.035 + 0.008 * s.layout(9), 0.045))
    for s in c.where(fur):
        s.paint(6, ellipse(s.x, s.y, 0, 0.07, 0.045, 0.03))
    for s in c.where(kind == 6):
        for side in SIDES:
            for row in (-0.03, 0.03):
                s.paint(7, segment(s.x, s.y, side * 0.14, 0.13 + row * 0.5, side * 0.34, 0.12 + row * 1.6, 0.007))
    _draw_mouth(c, kind)
    for s in c.where(human & (c.value["beard"] == 1)):
        for side in SIDES:
            s.paint(10, ellipse(s.x, s.y - 0.22 * s.x.abs(), side * 0.07, 0.115, 0.085, 0.035))
    _draw_glasses(c, lid)
    for s in c.where(kind == 3):
        es = 0.135 + 0.015 * s.layout(7)
        s.paint(11, segment(s.x, s.y, -0.28, -0.17, 0.26, -0.06, 0.012))
        s.paint(11, ellipse(s.x, s.y, es, -0.05, 0.09, 0.085))


def _draw_mouth(c: Canvas, kind: torch.Tensor) -> None:
    for s in c.where(kind != 4):
        m = torch.maximum(s.control("open"), s.mood(0.0, 0.0, 0.0, 0.0, 0.25))
        curve = s.mood(0.004, 0.055, -0.05, -0.03, 0.0)
        width = 0.105 + 0.035 * s.control("wide") - 0.02 * m + s.mood(0.0, 0.02, 0.0, 0.0, -0.02)
        y = s.y - 0.19
        u2 = (s.x / width) ** 2
        half = (0.011 + 0.085 * m) * (1 - u2).clamp(min=0).sqrt()
        centre = y + curve * (u2 - 0.4) - 0.03 * m
        d = torch.maximum(centre.abs() - half, s.x.abs() - width) * 0.8
        s.paint(8, d - 0.008)
        s.paint(1, both(d + 0.004, centre + half - 0.038 * m), (m * 6 - 0.6).clamp(0, 1))
        s.paint(9, both(d + 0.004, half * 0.25 - centre), (m * 4 - 0.8).clamp(0, 1))
    for s in c.where(kind == 4):
        m = s.control("open")
        width = (0.105 + 0.035 * s.control("wide") - 0.02 * m) * 1.1
        y = s.y - 0.18 + s.mood(0.004, 0.055, -0.05, -0.03, 0.0) * 1.2 * ((s.x / width) ** 2 - 0.4)
        d = box(s.x, y, 0, 0, width, 0.02 + 0.06 * m, 0.015)
        s.paint(3, d)
        s.paint(2, both(d + 0.012, (((s.x / 0.045).remainder(1) - 0.5).abs() - 0.3) * 0.045))


def _draw_glasses(c: Canvas, lid: torch.Tensor) -> None:
    style = c.value["glasses"]
    for s in c.where((style == 1) | (style == 2)):
        es, round_ = 0.135 + 0.015 * s.layout(7), (s.value["glasses"] == 1).view(-1, 1, 1)
        for side in SIDES:
            d = torch.where(round_, circle(s.x, s.y, side * es, -0.05, 0.105), box(s.x, s.y, side * es, -0.05, 0.112, 0.08, 0.02))
            s.paint(12, d, 0.18)
            s.paint(11, d.abs() - 0.0135)
        s.paint(11, segment(s.x, s.y, -0.03, -0.06, 0.03, -0.06, 0.012))
    for s in c.where(style == 3):
        es = 0.135 + 0.015 * s.layout(7)
        for side in SIDES:
            cx = side * es
            s.paint(11, both(ellipse(s.x, s.y, cx, -0.06, 0.115, 0.10), -0.115 - s.y))
            s.paint(12, segment(s.x, s.y, cx - 0.05, -0.04, cx, -0.09, 0.010), 0.7)
        s.paint(11, segment(s.x, s.y, -0.28, -0.105, 0.28, -0.105, 0.014))
