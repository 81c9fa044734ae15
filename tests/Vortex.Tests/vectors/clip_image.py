"""Writes clip-image.json: what Pillow makes of pictures that a formula gives, by CLIP's preparation (shorter side to 224, bicubic; middle square).

    python3 clip_image.py          # needs Pillow; writes beside itself
"""
import json
import pathlib

from PIL import Image

SIZE, STEP = 224, 16


def level(x, y, c, width, height):
    """A gradient of each colour with a fine pattern over it, so that the kernel's lobes show."""
    return (x * 200 // width if c == 0 else y * 200 // height if c == 1 else (x + y) * 200 // (width + height)) + ((x ^ y) & 3) * 18


def prepare(width, height):
    picture = Image.new("RGB", (width, height))
    picture.putdata([tuple(level(x, y, c, width, height) for c in range(3)) for y in range(height) for x in range(width)])
    # The longer side is cut off to whole pixels and the square begins at a whole one, as in torchvision's Resize and CenterCrop.
    size = (SIZE * width // height, SIZE) if width > height else (SIZE, SIZE * height // width)
    picture = picture.resize(size, Image.BICUBIC)
    left, top = round((size[0] - SIZE) / 2), round((size[1] - SIZE) / 2)
    picture = picture.crop((left, top, left + SIZE, top + SIZE))
    return [list(picture.getpixel((x, y))) for y in range(0, SIZE, STEP) for x in range(0, SIZE, STEP)]


cases = [{"width": w, "height": h, "pixels": sum(prepare(w, h), [])} for w, h in ((640, 360), (256, 256), (128, 200), (322, 242))]
text = json.dumps({"step": STEP, "cases": cases}, separators=(",", ":"))
pathlib.Path(__file__).with_name("clip-image.json").write_text(text + "\n")
