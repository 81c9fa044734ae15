using Nsn.Vortex.Packs;
using Nsn.Vortex.Pipeline;
using Nsn.Vortex.Verification;

namespace Nsn.Verification.Bench;

/// <summary>The thresholds that a pack is judged with, by the names of the bench's measures, all of which are worse when larger.</summary>
internal static class Shipped
{
    public const string ClaimedEmbedding = "claimed embedding";
    public const double ClaimedDistanceMax = .08; // 1 - cosine of the claimed and the seen embedding; the network's rule for honest directors

    public static IReadOnlyDictionary<string, double> Limits(string folder)
    {
        var pack = ModelPackReader.Read(folder);
        var thresholds = VerificationThresholds.Of(pack);
        var rule = ScoreRule.Of(pack, 1, 1); // every prompt of the bench has words that the towers know
        return new Dictionary<string, double>
        {
            ["frame distance"] = thresholds.FrameDistance,
            ["spot"] = thresholds.Spot,
            ["texture"] = thresholds.Texture,
            ["sharpness"] = -thresholds.Sharpness,
            ["sound distance"] = thresholds.SoundDistance,
            ["added sound"] = thresholds.AddedSound,
            ["sound shift"] = thresholds.SoundShift,
            ["tower A"] = -rule.MinimumA,
            ["tower B"] = -rule.MinimumB,
            ["ensemble"] = -rule.Minimum,
            ["tower gap"] = rule.Gap,
            ["still"] = thresholds.StillSeconds,
            ["motion"] = -thresholds.Motion,
            ["contrast"] = -thresholds.Contrast,
            ["loudness"] = -thresholds.Loudness,
            ["mouth sync"] = -thresholds.MouthSync,
            ["largest change"] = thresholds.Change,
            [ClaimedEmbedding] = ClaimedDistanceMax,
        };
    }
}
