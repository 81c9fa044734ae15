using System.Globalization;

namespace Orleans.Runtime;

/// <summary>How keys are written: integers as upper-case hexadecimal, GUIDs as 32 digits, extensions after a plus sign.</summary>
public static class GrainIdKeyExtensions
{
    public static IdSpan CreateIntegerKey(long key) => IdSpan.Create(key.ToString("X", CultureInfo.InvariantCulture));
    public static IdSpan CreateGuidKey(Guid key) => IdSpan.Create(key.ToString("N", CultureInfo.InvariantCulture));

    public static IdSpan CreateIntegerKey(long key, string keyExtension) =>
        string.IsNullOrWhiteSpace(keyExtension) ? CreateIntegerKey(key) : IdSpan.Create($"{key:X}+{keyExtension}");

    public static IdSpan CreateGuidKey(Guid key, string keyExtension) =>
        string.IsNullOrWhiteSpace(keyExtension) ? CreateGuidKey(key) : IdSpan.Create($"{key:N}+{keyExtension}");

    public static bool TryGetIntegerKey(this GrainId grainId, out long key) => TryGetIntegerKey(grainId, out key, out _);

    public static bool TryGetIntegerKey(this GrainId grainId, out long key, out string keyExtension)
    {
        Split(grainId, out var primary, out keyExtension);
        return long.TryParse(primary, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key);
    }

    public static bool TryGetGuidKey(this GrainId grainId, out Guid key) => TryGetGuidKey(grainId, out key, out _);

    public static bool TryGetGuidKey(this GrainId grainId, out Guid key, out string keyExtension)
    {
        Split(grainId, out var primary, out keyExtension);
        return Guid.TryParseExact(primary, "N", out key);
    }

    public static long GetIntegerKey(this GrainId grainId) => GetIntegerKey(grainId, out _);

    public static long GetIntegerKey(this GrainId grainId, out string keyExtension) =>
        TryGetIntegerKey(grainId, out var key, out keyExtension)
            ? key
            : throw new ArgumentException($"The key of {grainId} is not an integer.", nameof(grainId));

    public static Guid GetGuidKey(this GrainId grainId) => GetGuidKey(grainId, out _);

    public static Guid GetGuidKey(this GrainId grainId, out string keyExtension) =>
        TryGetGuidKey(grainId, out var key, out keyExtension)
            ? key
            : throw new ArgumentException($"The key of {grainId} is not a GUID.", nameof(grainId));

    private static void Split(GrainId grainId, out string primary, out string extension)
    {
        var text = grainId.Key.ToString();
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        primary = plus < 0 ? text : text[..plus];
        extension = plus < 0 ? null : text[(plus + 1)..];
    }
}
