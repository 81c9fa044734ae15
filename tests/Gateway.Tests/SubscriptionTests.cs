using System.Text;
using Nsn.Gateway.Sessions;

namespace Nsn.Gateway.Tests;

public class SubscriptionTests
{
    [Fact]
    public void Live_and_resume_are_read()
    {
        Assert.True(Subscription.TryParse("""{"channel":"main","from":null}"""u8, out var live));
        Assert.Null(live.From);
        Assert.True(Subscription.TryParse("""{"channel":"main","session":"ab","from":{"slot":12,"chunk":3}}"""u8, out var resume));
        Assert.Equal(12UL, resume.From!.Slot);
        Assert.Equal(3, resume.From.Chunk);
        Assert.Equal("ab", resume.Session);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"channel":7}""")]
    [InlineData("""{"channel":"main","from":{"slot":-1,"chunk":0}}""")]
    [InlineData("""{"channel":"main","from":{"slot":"x"}}""")]
    public void Anything_else_is_refused(string json) => Assert.False(Subscription.TryParse(Encoding.UTF8.GetBytes(json), out _));
}
