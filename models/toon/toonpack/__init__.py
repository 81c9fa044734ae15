"""The toon model pack: cartoon presenters, drawn by small networks that were trained from scratch."""
