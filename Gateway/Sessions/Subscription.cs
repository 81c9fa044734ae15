using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Nsn.Grains.Viewers;

namespace Nsn.Gateway.Sessions;

/// <summary>What a player subscribes to.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Session">A session to go on with.</param>
/// <param name="From">The next chunk wanted; null joins live.</param>
internal sealed record Subscription(string Channel, string? Session, ViewerPosition? From)
{
    /// <summary>Reads the body of a subscribe frame.</summary>
    public static bool TryParse(ReadOnlySpan<byte> json, [NotNullWhen(true)] out Subscription? subscription)
    {
        subscription = null;
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("channel", out var channel) || channel.ValueKind != JsonValueKind.String)
            {
                return false;
            }

            var session = root.TryGetProperty("session", out var known) && known.ValueKind == JsonValueKind.String ? known.GetString() : null;
            ViewerPosition? position = null;
            if (root.TryGetProperty("from", out var from) && from.ValueKind == JsonValueKind.Object)
            {
                if (!from.TryGetProperty("slot", out var slot) || !slot.TryGetUInt64(out var slotNumber)
                    || !from.TryGetProperty("chunk", out var chunk) || !chunk.TryGetInt32(out var chunkNumber))
                {
                    return false;
                }

                position = new ViewerPosition(slotNumber, chunkNumber);
            }

            subscription = new Subscription(channel.GetString()!, session, position);
            return true;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
