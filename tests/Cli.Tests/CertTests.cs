using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nsn.Cli.Tests;

public class CertTests
{
    private static JsonElement Vectors()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "Protocol", "vectors", "certificate.json");
            if (File.Exists(path))
                return JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
        }

        throw new FileNotFoundException("Protocol/vectors/certificate.json");
    }

    private static byte[] CertificateFile(JsonElement vectors, string encoded) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["chain_id"] = vectors.GetProperty("chainId").GetString(),
        ["epoch"] = ulong.Parse(vectors.GetProperty("epoch").GetString()!, System.Globalization.CultureInfo.InvariantCulture),
        ["directors"] = JsonSerializer.SerializeToNode(vectors.GetProperty("directors")),
        ["certificate"] = encoded,
    }.ToJsonString());

    [Fact]
    public void Good_certificates_hold_and_refused_ones_do_not()
    {
        var vectors = Vectors();
        foreach (var good in vectors.GetProperty("good").EnumerateArray())
        {
            var problem = CertCommand.Check(CertificateFile(vectors, good.GetProperty("encoded").GetString()!), null, null, out var text);
            if (good.GetProperty("verdict").GetInt32() == 0)
            {
                Assert.Null(problem);
                Assert.Contains("4711", text, StringComparison.Ordinal);
            }
            else
            {
                Assert.Contains("rejected", problem, StringComparison.Ordinal);
            }
        }

        foreach (var refused in vectors.GetProperty("refused").EnumerateArray())
        {
            var chain = vectors.Clone();
            Assert.NotNull(CertCommand.Check(CertificateFile(chain, refused.GetProperty("encoded").GetString()!), 4711, null, out _));
        }
    }

    [Fact]
    public void Another_slot_or_pack_is_refused()
    {
        var vectors = Vectors();
        var bytes = CertificateFile(vectors, vectors.GetProperty("good")[0].GetProperty("encoded").GetString()!);
        Assert.Null(CertCommand.Check(bytes, 4711, vectors.GetProperty("modelPackHash").GetString(), out _));
        Assert.NotNull(CertCommand.Check(bytes, 1, null, out _));
        Assert.NotNull(CertCommand.Check(bytes, null, new string('0', 64), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"chain_id\":1,\"epoch\":\"x\",\"directors\":[],\"certificate\":null}")]
    public void Files_of_another_form_are_refused(string text) =>
        Assert.NotNull(CertCommand.Check(Encoding.UTF8.GetBytes(text), null, null, out _));
}
