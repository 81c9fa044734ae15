using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Nsn.Media;

namespace Nsn.EndToEnd.Tests;

/// <summary>What was on air can be had again as a file, and who answered for it can be looked up.</summary>
public sealed class RecordingTests(StackFixture stack)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_certified_slot_is_a_file_with_picture_and_sound_that_can_be_sought_in()
    {
        var slot = (await stack.CertifiedSlotAsync(0)).GetProperty("slot").GetUInt64();
        var listed = (await stack.GetAsync("/api/recordings?limit=5")).GetProperty("items").EnumerateArray().ToArray();
        Assert.Contains(listed, recording => recording.GetProperty("slot").GetUInt64() >= slot);
        Assert.All(listed, recording => Assert.Equal("certified", recording.GetProperty("state").GetString()));

        var address = new Uri($"/api/slots/{slot}/recording", UriKind.Relative);
        using var answer = await stack.Http.GetAsync(address, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("video/webm", answer.Content.Headers.ContentType?.MediaType);
        var bytes = await answer.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.True(WebMClip.TryParse(bytes, out var clip, out var reason), reason);
        var detail = await stack.GetAsync($"/api/slots/{slot}");
        var seconds = detail.GetProperty("durationMilliseconds").GetInt64() / 1000;
        Assert.Equal(seconds * detail.GetProperty("framesPerSecond").GetInt32(), clip!.Video.Count);
        Assert.Equal(seconds * 50, clip.Audio.Count);

        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Range = new RangeHeaderValue(100, 199) } };
        using var part = await stack.Http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[100..200], await part.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Recordings_are_paged_without_gap_or_repeat()
    {
        await stack.CertifiedSlotAsync(0);
        var newest = (await stack.GetAsync("/api/recordings?limit=1")).GetProperty("items")[0].GetProperty("slot").GetUInt64();
        await Eventually.HoldsAsync(
            "the list does not change while it is read page by page",
            async () => (Before: await AllAsync(newest + 1), Paged: await PageByPageAsync(newest + 1), After: await AllAsync(newest + 1)),
            read =>
            {
                if (!read.Before.SequenceEqual(read.After))
                    return false; // a slot between them got its certificate meanwhile, or the oldest was forgotten
                Assert.Equal(read.Before, read.Paged);
                return true;
            });
        using var refused = await stack.Http.GetAsync(new Uri("/api/recordings?limit=1000", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task Epochs_tell_their_slots_and_the_directors_that_sign_for_them()
    {
        var slot = await stack.CertifiedSlotAsync(0);
        var number = slot.GetProperty("epoch").GetUInt32();
        var epoch = await stack.GetAsync($"/api/epochs/{number}");
        Assert.InRange(slot.GetProperty("slot").GetUInt64(), epoch.GetProperty("firstSlot").GetUInt64(), epoch.GetProperty("endSlot").GetUInt64() - 1);
        Assert.Equal(
            Keys(await stack.GetAsync($"/api/epochs/{number}/directors")),
            Keys(epoch));
        var listed = (await stack.GetAsync("/api/epochs?limit=50")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("epoch").GetUInt32()).ToArray();
        Assert.Contains(number, listed);
        Assert.Equal(listed.OrderDescending(), listed);
    }

    private async Task<ulong[]> AllAsync(ulong before) => Slots(await stack.GetAsync($"/api/recordings?limit=100&before={before}"));

    private async Task<ulong[]> PageByPageAsync(ulong before)
    {
        var slots = new List<ulong>();
        string? next = $"{before}";
        while (next is not null)
        {
            var page = await stack.GetAsync($"/api/recordings?limit=2&before={next}");
            slots.AddRange(Slots(page));
            next = page.GetProperty("next").GetString();
        }

        return [.. slots];
    }

    private static ulong[] Slots(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("slot").GetUInt64())];

    private static string[] Keys(JsonElement epoch)
    {
        string[] keys = [.. epoch.GetProperty("directors").EnumerateArray().Select(director => director.GetProperty("key").GetString()!)];
        Assert.Equal(5, keys.Distinct().Count());
        return keys;
    }
}
