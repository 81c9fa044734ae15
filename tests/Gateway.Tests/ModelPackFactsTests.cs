using System.Security.Cryptography;
using Nsn.Gateway.Api;

namespace Nsn.Gateway.Tests;

public class ModelPackFactsTests
{
    [Fact]
    public void Name_hash_and_thresholds_come_from_the_manifest()
    {
        var manifest = """{"name":"toon","version":"1.0.0","thresholds":{"tower_a":0.301,"tower_b":0.2158,"outlier_gap":0.4,"ensemble":"x"}}"""u8.ToArray();
        var facts = ModelPackFacts.TryParse(manifest)!;
        Assert.Equal("toon 1.0.0", facts.Name);
        Assert.Equal("0x" + Convert.ToHexStringLower(SHA256.HashData([.. "nsn:model-pack\0\0"u8, .. manifest])), facts.Hash);
        Assert.Equal(new Dictionary<string, double> { ["clipA"] = 0.301, ["clipB"] = 0.2158 }, facts.Thresholds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"name":"toon"}""")]
    [InlineData("""{"name":1,"version":"1"}""")]
    public void What_is_no_manifest_tells_nothing(string text) => Assert.Null(ModelPackFacts.TryParse(System.Text.Encoding.UTF8.GetBytes(text)));
}
