"""What a picture can show (attributes and their values) and how people say it (synonyms, caption grammar)."""
from __future__ import annotations

import random

ATTRIBUTES: dict[str, list[str]] = {
    "kind": ["scientist", "chef", "astronaut", "pirate", "robot", "wizard", "cat", "bear", "king", "newsreader"],
    "hairstyle": ["bald", "short", "long", "curly", "wild", "bun"],
    "haircol": ["black", "brown", "blond", "red", "grey", "blue", "pink"],
    "skin": ["pale", "light", "tan", "brown", "dark"],
    "glasses": ["none", "round", "square", "sunglasses"],
    "beard": ["none", "moustache", "full"],
    "hat": ["none", "cap", "beanie", "tophat"],
    "cloth": ["red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "black"],
    "place": ["laboratory", "beach", "forest", "city", "classroom", "spaceship", "kitchen", "library", "stage", "mountains"],
    "tint": ["red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "black"],
    "time": ["day", "sunset", "night"],
    "mood": ["neutral", "cheerful", "sad", "angry", "surprised"],
}
NAMES = list(ATTRIBUTES)
SIZES = [len(v) for v in ATTRIBUTES.values()]
INDEX = {name: i for i, name in enumerate(NAMES)}

SYNONYMS: dict[str, dict[int, list[str]]] = {
    "kind": {
        0: ["scientist", "researcher", "professor"], 1: ["chef", "cook"], 2: ["astronaut", "spaceman", "cosmonaut"],
        3: ["pirate", "buccaneer"], 4: ["robot", "android", "machine"], 5: ["wizard", "sorcerer", "magician"],
        6: ["cat", "kitten", "cartoon cat"], 7: ["bear", "teddy bear"], 8: ["king", "monarch", "ruler"],
        9: ["newsreader", "news presenter", "news anchor"],
    },
    "haircol": {0: ["black"], 1: ["brown", "chestnut"], 2: ["blond", "blonde", "golden"], 3: ["red", "ginger"],
                4: ["grey", "gray", "silver"], 5: ["blue"], 6: ["pink"]},
    "hairstyle": {0: ["bald", "hairless"], 1: ["short", "neat"], 2: ["long", "flowing"], 3: ["curly", "frizzy"],
                  4: ["wild", "spiky", "messy"], 5: ["bun", "top knot"]},
    "skin": {0: ["pale", "fair"], 1: ["light"], 2: ["tanned", "olive"], 3: ["brown"], 4: ["dark", "deep"]},
    "glasses": {1: ["round glasses", "circular spectacles"], 2: ["square glasses", "rectangular spectacles"],
                3: ["sunglasses", "dark shades"]},
    "beard": {1: ["a moustache", "a mustache"], 2: ["a beard", "a full beard", "a bushy beard"]},
    "hat": {1: ["cap", "baseball cap"], 2: ["beanie", "woolly hat"], 3: ["top hat", "tall hat"]},
    "place": {0: ["laboratory", "lab", "research lab"], 1: ["beach", "seaside", "shore"], 2: ["forest", "woods"],
              3: ["city", "town", "downtown street"], 4: ["classroom", "school room"],
              5: ["spaceship", "space station", "starship"], 6: ["kitchen", "cookhouse"], 7: ["library", "book room"],
              8: ["stage", "theatre", "theater"], 9: ["mountains", "alps", "mountain valley"]},
    "time": {0: ["by day", "in daylight", "at noon"], 1: ["at sunset", "at dusk", "in the evening"],
             2: ["at night", "after dark", "at midnight"]},
    "mood": {0: ["calm", "neutral", "serious"], 1: ["cheerful", "happy", "smiling", "joyful"],
             2: ["sad", "unhappy", "gloomy"], 3: ["angry", "furious", "cross"],
             4: ["surprised", "amazed", "astonished"]},
    "colour": {0: ["red", "crimson"], 1: ["orange"], 2: ["yellow"], 3: ["green"], 4: ["blue"], 5: ["purple", "violet"],
               6: ["pink", "rose"], 7: ["white"], 8: ["black"]},
}
GARMENTS = {0: ["shirt"], 1: ["neckerchief", "scarf"], 2: ["badge"], 3: ["coat", "jacket"], 4: ["body", "chassis"],
            5: ["robe", "robes"], 6: ["collar", "jumper"], 7: ["collar", "jumper"], 8: ["robe", "cloak"], 9: ["suit", "jacket"]}
FILLERS = ["", "", "", "a cartoon of", "a video of", "portrait of", "show me", "please draw", "there is"]
TAILS = ["", "", "", "speaking", "talking to the camera", "giving a talk", "telling a story"]
_VOWELS = "aeiou"


def article(phrase: str) -> str:
    """The phrase with its indefinite article."""
    return ("an " if phrase[0] in _VOWELS else "a ") + phrase


def is_human(kind: int) -> bool:
    """Robots, cats and bears have neither hair style, skin nor beard."""
    return kind not in (4, 6, 7)


def caption(values: list[int], rng: random.Random, drop: float = 0.25) -> tuple[str, set[str]]:
    """A caption of the attribute values, and the names of the attributes it mentions. Each is left out with probability `drop`."""
    v = dict(zip(NAMES, values))
    said: set[str] = set()
    choose = rng.choice

    def keep(p: float = drop) -> bool:
        return rng.random() > p

    def word(group: str, name: str) -> str:
        said.add(name)
        return choose(SYNONYMS[group][v[name]])

    before: list[str] = []
    after: list[str] = []
    if keep():
        before.append(word("mood", "mood"))
    kind = v["kind"]
    if is_human(kind):
        _describe_hair(v, before, after, keep, word)
        if keep(max(drop, 0.3)):
            after.append("with " + word("skin", "skin") + " skin")
        if v["beard"] and keep():
            after.append("with " + word("beard", "beard"))
    elif kind != 4 and keep():
        before.append(word("haircol", "haircol"))
    if v["glasses"]:
        if keep():
            after.append(choose(["wearing ", "with ", "in "]) + word("glasses", "glasses"))
    elif keep(0.75):
        after.append(choose(["without glasses", "no glasses"]))
        said.add("glasses")
    if v["hat"] and keep():
        hat = word("hat", "hat")
        if keep(max(drop, 0.3)):
            hat = word("colour", "tint") + " " + hat
        after.append(choose(["wearing ", "with ", "in "]) + article(hat))
    if keep(max(drop, 0.3)):
        after.append(choose(["in ", "wearing ", "with "]) + article(word("colour", "cloth") + " " + choose(GARMENTS[kind])))
    subject = article(" ".join(before + [word("kind", "kind")]))
    rng.shuffle(after)
    where: list[str] = []
    if keep(min(drop, 0.12)):
        tint = word("colour", "tint") + " " if keep(max(drop, 0.3)) else ""
        where.append(choose(["in a ", "at the ", "inside a ", "in the "]) + tint + word("place", "place"))
    if keep():
        where.append(word("time", "time"))
    rng.shuffle(where)
    body = " ".join([subject] + after)
    if where and rng.random() < 0.2:
        text = " ".join(where) + ", " + body
    else:
        text = body + choose([", ", " "]) + " ".join(where)
    return " ".join((choose(FILLERS) + " " + text + " " + choose(TAILS)).split()), said


def _describe_hair(v, before, after, keep, word) -> None:
    if v["hairstyle"] == 0:
        if keep():
            before.append(word("hairstyle", "hairstyle"))
        return
    if not keep():
        return
    colour = [word("haircol", "haircol")] if keep(0.2) else []
    if v["hairstyle"] == 5:
        if keep(0.2):
            after.append("with " + article(" ".join(colour + [word("hairstyle", "hairstyle")])))
        elif colour:
            after.append("with " + colour[0] + " hair")
        return
    style = [word("hairstyle", "hairstyle")] if keep(0.2) else []
    if style or colour:
        after.append("with " + " ".join(style + colour) + " hair")
