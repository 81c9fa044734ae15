"""Train the prior on unlimited fresh captions; no pictures are needed."""
from __future__ import annotations

import random
import string

import torch

from . import latent, text, vocabulary
from .prior import Prior
from .training import Run, arguments, set_rate


def misspell(caption: str, rng: random.Random) -> str:
    """Now and then a word with a wrong, missing or doubled letter, or an unknown word more."""
    out = []
    for word in caption.split():
        r = rng.random()
        if len(word) > 4 and r < 0.03:
            i = rng.randrange(1, len(word) - 1)
            word = rng.choice([word[:i] + word[i + 1:], word[:i] + word[i] + word[i:],
                               word[:i] + word[i + 1] + word[i] + word[i + 2:]])
        elif r > 0.98:
            out.append("".join(rng.choice(string.ascii_lowercase) for _ in range(rng.randint(3, 8))))
        out.append(word)
    return " ".join(out)


def accuracy(prior: Prior, count: int = 200) -> float:
    """Share of mentioned attributes that the sampled codes get right."""
    g = torch.Generator().manual_seed(9)
    a, _ = latent.sample_attributes(count, g)
    rng = random.Random(1)
    captions = [vocabulary.caption(v, rng, 0.1) for v in a.tolist()]
    with torch.no_grad():
        codes = prior.sample(text.features([c for c, _ in captions]), torch.randn(count, latent.CODE, generator=g))
    got = latent.values(latent.snap(codes))
    mentioned = torch.tensor([[n in said for n in vocabulary.NAMES] for _, said in captions])
    return ((got == a) & mentioned).sum().item() / mentioned.sum().item()


def main() -> None:
    args = arguments(batch=256)
    rng = random.Random(args.seed)
    prior = Prior()
    a, layout = latent.sample_attributes(8000)
    z = latent.encode(a, layout)
    prior.mean.copy_(z.mean(0))
    prior.spread.copy_(z.std(0) * 0.5 + 0.25)
    run = Run("prior", prior, args.minutes, 2e-3, args.resume, warmup=100)
    average = {n: p.detach().clone() for n, p in prior.named_parameters()}
    smooth = Prior()

    def state():
        smooth.load_state_dict(prior.state_dict())
        smooth.load_state_dict(average, strict=False)
        smooth.text.forget_unseen()
        return smooth.state_dict()

    run.state = state
    run.evaluate = lambda: (state(), {"mentioned_right": round(accuracy(smooth), 4)})[1]
    optimizer = torch.optim.AdamW(prior.parameters(), 2e-3, betas=(0.9, 0.98), weight_decay=0.01)
    for rate in run:
        set_rate(optimizer, rate)
        a, layout = latent.sample_attributes(args.batch)
        z = (latent.encode(a, layout) - prior.mean) / prior.spread
        captions = [misspell(vocabulary.caption(v, rng)[0], rng) for v in a.tolist()]
        ids = text.features(captions, rng, 0.08)
        prior.text.count(ids)
        c = torch.where(torch.rand(args.batch, 1) < 0.1, prior.null, prior.text(ids))
        t = torch.sigmoid(torch.randn(args.batch) * 1.2)
        noise = torch.randn_like(z)
        target = z - noise
        loss = ((prior.flow(noise + target * t[:, None], t, c) - target) ** 2).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(prior.parameters(), 1.0)
        optimizer.step()
        keep = 0.01 if run.step > 300 else 0.1
        with torch.no_grad():
            for n, p in prior.named_parameters():
                average[n].lerp_(p, keep)
        run.note(loss=loss.item())


if __name__ == "__main__":
    main()
