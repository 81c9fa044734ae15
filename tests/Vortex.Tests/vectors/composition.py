"""Prints the table of Vortex/Published/Composition.cs from Python's Unicode data: for each combining mark the letters that take it and what they become.

    python3 composition.py         # Latin, Greek and Cyrillic letters
"""
import unicodedata

marks = {}
for code in range(0x80, 0x10000):
    parts = unicodedata.decomposition(chr(code)).split()
    if len(parts) != 2 or parts[0].startswith("<"):
        continue
    base, mark = (int(part, 16) for part in parts)
    letter = base < 0x530 or 0x1E00 <= base < 0x2000
    if letter and unicodedata.normalize("NFC", chr(base) + chr(mark)) == chr(code):
        marks.setdefault(mark, []).append((chr(base), chr(code)))
for mark, pairs in sorted(marks.items()):
    bases, composed = ("".join(column) for column in zip(*pairs))
    print(f"        ['\\u{mark:04X}'] = (\"{bases}\", \"{composed}\"),")
