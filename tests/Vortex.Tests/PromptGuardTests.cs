using Nsn.Vortex.Pipeline;

namespace Nsn.Vortex.Tests;

public class PromptGuardTests
{
    [Theory]
    [InlineData("a cheerful chef in a kitchen")]
    [InlineData("Essex sextet, a scientist from Scunthorpe with a grapefruit")] // words that contain refused ones
    [InlineData("夜の研究室にいる科学者")]
    [InlineData("👩‍🔬 scientist")]
    [InlineData("a-b")]
    public void A_description_is_not_refused(string prompt) => Assert.Null(PromptGuard.Refusal(prompt));

    [Theory]
    [InlineData("", "no words")]
    [InlineData("   \n", "no words")]
    [InlineData("7", "no words")]
    [InlineData("!!! ??? 🤖", "no words")]
    [InlineData("x", "no words")]
    [InlineData("a naked robot", "'naked'")]
    [InlineData("a NAKED robot", "'naked'")]
    [InlineData("a n.a-k_e\u200Bd robot", "'naked'")]
    [InlineData("a ｎａｋｅｄ robot", "'naked'")] // full-width letters
    [InlineData("a n\u0301aked robot", "'naked'")] // accents, apart
    [InlineData("a \u0144\u00E1k\u00EBd robot", "'naked'")] // and within letters
    [InlineData("robot/nude", "'nude'")]
    [InlineData("a chef \u202Eekoc", "reverse")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "over and over")]
    public void What_is_no_description_or_not_shown_is_refused_with_a_reason(string prompt, string reason) =>
        Assert.Contains(reason, PromptGuard.Refusal(prompt), StringComparison.Ordinal);

    [Fact]
    public void A_required_concept_is_judged_like_the_prompt_and_a_script_is_not()
    {
        var refused = Assert.Throws<ClipException>(() => PromptGuard.ThrowIfRefused(Requests.Sample with { RequiredConcepts = ["gore"] }));
        Assert.Equal(ClipError.InvalidRequest, refused.Error);
        PromptGuard.ThrowIfRefused(Requests.Sample with { Script = "The court heard of torture." });
    }
}
