using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Nsn.Protocol.Recipes;

/// <summary>
/// Reads the properties of one JSON object and collects what is wrong instead of stopping: a value of the wrong type counts as reported, and its
/// place is filled with one that is harmless, so that everything after it is still looked at.
/// </summary>
internal sealed class RecipeJsonReader
{
    private readonly JsonElement _object;
    private readonly string _path;
    private readonly List<RecipeViolation> _violations;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public RecipeJsonReader(JsonElement root)
        : this(root, "", [])
    {
        if (root.ValueKind != JsonValueKind.Object)
            _violations.Add(new("", "must be an object"));
    }

    private RecipeJsonReader(JsonElement element, string path, List<RecipeViolation> violations)
    {
        _object = element.ValueKind == JsonValueKind.Object ? element : default;
        _path = path;
        _violations = violations;
    }

    /// <summary>What was reported, and of the others only what has no report for the same place: a missing field need not also be too short.</summary>
    public IReadOnlyList<RecipeViolation> Combine(IReadOnlyList<RecipeViolation> others)
    {
        List<RecipeViolation> reported = [.. _violations];
        return [.. reported, .. others.Where(other => !reported.Exists(violation => IsAtOrAbove(violation.Path, other.Path)))];
    }

    public bool Has(string name) => TryGet(name, out _);

    public void Report(string name, string message)
    {
        string path = $"{_path}/{name}";
        if (!_violations.Exists(violation => IsAtOrAbove(violation.Path, path)))
            _violations.Add(new(path, message));
    }

    public void ReportUnknown()
    {
        if (_object.ValueKind != JsonValueKind.Object)
            return;
        foreach (JsonProperty property in _object.EnumerateObject())
        {
            string name = NameOf(property);
            if (!_asked.Contains(name))
                Report(Escape(name), "is not a field of the schema");
        }
    }

    public RecipeJsonReader RequiredObject(string name)
    {
        if (!TryGet(name, out JsonElement value))
            Report(name, "is missing");
        else if (value.ValueKind != JsonValueKind.Object)
            Report(name, "must be an object");
        return new(value, $"{_path}/{name}", _violations);
    }

    public RecipeJsonReader Object(string name) => Has(name) ? RequiredObject(name) : new(default, $"{_path}/{name}", _violations);

    public string RequiredString(string name)
    {
        if (!Has(name))
            Report(name, "is missing");
        return String(name, "");
    }

    public string String(string name, string absent) => TryGet(name, out JsonElement value) ? Text(value, name) : absent;

    public ImmutableArray<string> Strings(string name)
    {
        if (!TryGet(name, out JsonElement value))
            return [];
        if (value.ValueKind != JsonValueKind.Array)
        {
            Report(name, "must be an array of strings");
            return [];
        }

        // Beyond the limit only the number matters; what lies there need not be read.
        return [.. value.EnumerateArray().Select((entry, i) => i > RecipeLimits.ListCountMax
            ? "x" : Text(entry, string.Create(CultureInfo.InvariantCulture, $"{name}/{i}")))];
    }

    public ulong Unsigned(string name, ulong? absent)
    {
        if (!TryGet(name, out JsonElement value))
        {
            if (absent is null)
                Report(name, "is missing");
            return absent ?? 0;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong number))
            return number;
        Report(name, "must be an integer from 0");
        return 0;
    }

    public uint Unsigned32(string name, uint? absent) => (uint)Math.Min(Unsigned(name, absent), uint.MaxValue);

    /// <summary>A number from 0 as a count of 1/<paramref name="unit"/>; it must be a whole count, so that the canonical form loses nothing.</summary>
    public uint Fixed(string name, uint unit, uint absent, uint maximum)
    {
        if (!TryGet(name, out JsonElement value))
            return absent;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal number) && number >= 0 && number <= maximum / unit)
        {
            decimal count = number * unit;
            if (count == decimal.Truncate(count))
                return (uint)count;
            Report(name, $"must be a multiple of {1m / unit}");
            return absent;
        }

        Report(name, "must be a number that is not negative and not too large");
        return absent;
    }

    public int OneOf(string name, string[] names)
    {
        int index = Array.IndexOf(names, String(name, names[0]));
        if (index < 0)
            Report(name, $"must be one of {string.Join(", ", names)}");
        return Math.Max(index, 0);
    }

    public (ushort Width, ushort Height) Resolution(string name, (ushort Width, ushort Height) absent)
    {
        if (!Has(name))
            return absent;
        string[] sides = String(name, "").Split('x');
        if (sides.Length == 2 && TrySide(sides[0], out ushort width) && TrySide(sides[1], out ushort height))
            return (width, height);
        Report(name, "must be WIDTHxHEIGHT in pixels, for example 640x360");
        return absent;
    }

    private static bool TrySide(string text, out ushort side)
        => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && !text.StartsWith('0');

    private static bool IsAtOrAbove(string path, string other)
        => path == other || (other.StartsWith(path, StringComparison.Ordinal) && (path.Length == 0 || other[path.Length] == '/'));

    private static string Escape(string name)
        => (name.Length > 100 ? name[..100] : name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    // An escaped lone surrogate is valid JSON, but no text: reading it throws.
    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return "?";
        }
    }

    private string Text(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            try
            {
                return value.GetString()!;
            }
            catch (InvalidOperationException)
            {
                Report(name, "must be well-formed Unicode");
                return "";
            }
        }

        Report(name, "must be a string");
        return "";
    }

    private bool TryGet(string name, out JsonElement value)
    {
        _asked.Add(name);
        value = default;
        return _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(name, out value);
    }
}
