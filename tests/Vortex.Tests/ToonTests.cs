using System.Text.Json;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Toon;

namespace Nsn.Vortex.Tests;

/// <summary>The C# side of <c>docs/model-pack-toon.md</c> against the vectors that the Python reference wrote.</summary>
public class ToonTests
{
    private static readonly string? s_models = Find();

    private static readonly JsonElement s_vectors = s_models is null
        ? default
        : JsonDocument.Parse(File.ReadAllBytes(Path.Combine(s_models, "vectors", "vectors.json"))).RootElement;

    internal static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "models", "toon");
            if (File.Exists(Path.Combine(candidate, "vectors", "vectors.json")))
                return candidate;
        }

        return null;
    }

    /// <summary>The folder of the trained pack; a test that asks for it where there is none is skipped.</summary>
    internal static string Pack()
    {
        var folder = Path.Combine(s_models ?? "", "pack");
        Assert.SkipUnless(Directory.Exists(folder), "the trained pack is not in this checkout");
        return folder;
    }

    internal static ToonLayout Layout() => ToonLayout.Read(ModelPackReader.Read(Pack()));

    [Fact]
    public void Texts_become_the_reference_numbers()
    {
        var layout = Layout();
        var text = new ToonText(layout.Tokeniser);
        foreach (var item in s_vectors.GetProperty("tokens").EnumerateArray())
        {
            var caption = item.GetProperty("text").GetString()!;
            Assert.Equal(item.GetProperty("words").Deserialize<string[]>(), text.Words(caption));
            Assert.Equal(item.GetProperty("ids").Deserialize<long[]>(), text.Features(caption).TakeWhile(id => id != 0));
            Assert.Equal(item.GetProperty("sequence").Deserialize<long[]>(), text.Sequence(caption).TakeWhile(id => id != 0));
        }
    }

    [Fact]
    public void Codes_snap_to_the_reference_values()
    {
        var codes = new ToonCode(Layout());
        foreach (var item in s_vectors.GetProperty("snap").EnumerateArray())
        {
            var snapped = codes.Snap(item.GetProperty("code").Deserialize<float[]>());
            Assert.Equal(item.GetProperty("values").Deserialize<int[]>(), codes.Values(snapped));
            Assert.All(snapped[..^10], value => Assert.True(value is 0 or 1));
            Assert.All(snapped[^10..], value => Assert.InRange(value, -1, 1));
        }
    }

    [Fact]
    public void Composed_frames_are_the_reference_pixels()
    {
        Assert.SkipWhen(s_models is null, "the reference vectors are not in this checkout");
        var composite = s_vectors.GetProperty("composite");
        var size = composite.GetProperty("size").GetInt32();
        var order = composite.GetProperty("order").Deserialize<string[]>()!;
        double[] head = [-.78, -1, .78, .56];
        var rects = new Dictionary<string, double[]>
        {
            ["ground"] = [-1, -1, 1, 1],
            ["back"] = head,
            ["body"] = [-.66, .22, .66, 1.1],
            ["head"] = head,
            ["face"] = [-.42, -.45, .42, .39],
            ["top"] = head,
        };
        var bitmaps = order.Select((name, index) => (name, Pattern(name, index, rects[name]))).ToArray();
        foreach (var item in composite.GetProperty("cases").EnumerateArray())
        {
            var values = composite.GetProperty("controls").Deserialize<string[]>()!.Zip(item.GetProperty("controls").Deserialize<double[]>()!)
                .ToDictionary(pair => pair.First, pair => pair.Second);
            var controls = new ToonControls
            {
                Yaw = values["yaw"],
                Nod = values["nod"],
                Tilt = values["tilt"],
                Zoom = values["zoom"],
                PanX = values["pan_x"],
                PanY = values["pan_y"],
                Phase = values["phase"],
            };
            var compositor = new ToonCompositor(size, size);
            compositor.Compose((bitmaps[0].Item2, bitmaps[0].Item2, 0), bitmaps.AsSpan(1), controls, new byte[size * size * 3 / 2]);
            var expected = Convert.FromBase64String(item.GetProperty("rgb24_base64").GetString()!);
            var actual = compositor.ToRgb();
            for (var i = 0; i < expected.Length; i++)
                Assert.True(Math.Abs((actual[i] * 255) - expected[i]) <= composite.GetProperty("tolerance").GetInt32() + .5, $"value {i}: {actual[i] * 255} instead of {expected[i]}");
        }
    }

    private static ToonBitmap Pattern(string name, int index, double[] rect)
    {
        int width = 24, height = name == "body" ? 16 : 24, channels = name == "ground" ? 3 : 4;
        var planes = new float[channels * width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var alpha = channels == 3 ? 1f : x > 0 && x < width - 1 && y > 0 ? (x + (2 * y) + index) % 5 / 4f : 0;
                for (var c = 0; c < 3; c++)
                    planes[(((c * height) + y) * width) + x] = ((5 * x) + (3 * y) + (17 * c) + (11 * index)) % 32 / 31f * alpha;
                if (channels == 4)
                    planes[(((3 * height) + y) * width) + x] = alpha;
            }
        }

        return new ToonBitmap(width, height, rect).Fill(planes, channels);
    }
}
