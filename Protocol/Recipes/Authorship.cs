using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Recipes;

/// <summary>What the author's signature of a recipe is worth. A recipe without one is anybody's: it may be taken, and is told as anonymous.</summary>
public static class Authorship
{
    /// <summary>
    /// How old, or how far ahead of the clock, a signature may be when its recipe is sent, in milliseconds: five minutes. Who takes recipes remembers them for
    /// longer, so that one which is sent twice is made once.
    /// </summary>
    public const ulong WindowMilliseconds = 5 * 60 * 1000;

    /// <summary>Why a signed recipe is not to be taken now, in a few words; null when it is not signed, or the signature holds.</summary>
    /// <param name="recipe">A valid recipe.</param>
    /// <param name="chainId">The chain it is sent to.</param>
    /// <param name="nowMilliseconds">The time, Unix milliseconds.</param>
    public static string? WhyNot(Recipe recipe, in Hash256 chainId, ulong nowMilliseconds)
    {
        if (!Holds(recipe, chainId))
            return "the signature is not that of the account over this recipe and chain (docs/formats.md section 9)";
        return recipe.Author is not { } author || author.Verify(Ed25519.Instance, chainId, recipe.Hash(), nowMilliseconds, WindowMilliseconds)
            ? null
            : "the signature's time is more than five minutes from now: sign the recipe again";
    }

    /// <summary>True if a recipe is not signed, or its signature holds, however old it is.</summary>
    public static bool Holds(Recipe recipe, in Hash256 chainId)
        => recipe.Author is not { } author
            || author.Verify(Ed25519.Instance, chainId, recipe.Hash(), author.TimestampMilliseconds, 0);
}
