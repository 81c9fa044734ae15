using System.Text.Json;

namespace Nsn.Verification.Bench;

/// <summary>
/// Measured identities, one JSON line each, so that a run that was stopped goes on where it was. The first line names the experiment: what another pack or
/// another size measured is not mixed in.
/// </summary>
internal sealed class SampleStore
{
    private readonly Lock _lock = new();
    private readonly string? _path;

    public SampleStore(string? path, string experiment)
    {
        _path = path;
        if (path is null)
            return;
        if (File.Exists(path))
        {
            var lines = File.ReadAllLines(path);
            if (lines.Length == 0 || lines[0] != JsonSerializer.Serialize(experiment))
                throw new InvalidDataException($"{path} holds another experiment than '{experiment}': name another file, or remove it.");

            // A line that a kill cut short is measured again.
            foreach (var line in lines.Skip(1))
            {
                try
                {
                    Samples.AddRange(JsonSerializer.Deserialize<List<Sample>>(line)!);
                }
                catch (JsonException)
                {
                    break;
                }
            }
        }
        else
        {
            File.WriteAllText(path, JsonSerializer.Serialize(experiment) + "\n");
        }
    }

    public List<Sample> Samples { get; } = [];

    public bool Has(int identity) => Samples.Exists(sample => sample.Identity == identity);

    /// <summary>Keeps what was measured of an identity; from any thread.</summary>
    public void Add(List<Sample> identity)
    {
        lock (_lock)
        {
            Samples.AddRange(identity);
            if (_path is not null)
                File.AppendAllText(_path, JsonSerializer.Serialize(identity) + "\n");
        }
    }
}
