using System.Globalization;
using System.Text.Json;

namespace Nsn.EndToEnd.Faults;

/// <summary>
/// Where a test and the silos that it has started agree on faults: <c>NAME.armed</c> waits for the next slot that begins and is then
/// <c>NAME.SLOT</c>; <c>NAME.SLOT.held</c> says that the slot is held, <c>NAME.SLOT.released</c> that it may go on. Renaming is atomic, so
/// one slot takes a fault, whatever silo begins it.
/// </summary>
/// <param name="path">The folder.</param>
public sealed class FaultFolder(string path)
{
    /// <summary>Variable of the environment that names it.</summary>
    public const string Variable = "NSN_END_TO_END_FAULTS";

    /// <summary>Leaves a fault for the next slot that begins.</summary>
    public void Arm(string name, Fault fault)
    {
        var written = Path.Combine(path, $"{name}.written");
        File.WriteAllText(written, JsonSerializer.Serialize(fault));
        File.Move(written, Path.Combine(path, $"{name}.armed"), overwrite: true);
    }

    /// <summary>Takes back a fault that no slot has taken.</summary>
    public void Disarm(string name) => File.Delete(Path.Combine(path, $"{name}.armed"));

    /// <summary>The last slot that took a fault of that name, or null.</summary>
    public ulong? SlotOf(string name) => Slots(name).Select(slot => (ulong?)slot).Max();

    /// <summary>Where a fault holds a slot, or null while it does not.</summary>
    public Held? HeldAt(string name, ulong slot) => TryRead<Held>($"{name}.{slot}.held");

    /// <summary>Lets a slot go on.</summary>
    public void Release(string name, ulong slot) => File.WriteAllText(Path.Combine(path, $"{name}.{slot}.released"), "");

    /// <summary>In a silo: the faults of a slot whose work begins. One that has none takes the first that is armed.</summary>
    internal IReadOnlyList<(string Name, Fault Fault)> Begin(ulong slot)
    {
        string[] waiting = Of(slot).Count > 0 ? [] : [.. Directory.GetFiles(path, "*.armed").Order()];
        foreach (var armed in waiting)
        {
            try
            {
                File.Move(armed, Path.ChangeExtension(armed, slot.ToString(CultureInfo.InvariantCulture)));
                break;
            }
            catch (FileNotFoundException)
            {
                // Another silo's slot was faster, or the test took it back.
            }
        }

        return Of(slot);
    }

    /// <summary>In a silo: the faults of a slot.</summary>
    internal IReadOnlyList<(string Name, Fault Fault)> Of(ulong slot) =>
        [.. Directory.GetFiles(path, $"*.{slot}").Select(file => (Path.GetFileNameWithoutExtension(file), TryRead<Fault>(Path.GetFileName(file))!))];

    /// <summary>In a silo: says that a slot is held, and waits until it is let go.</summary>
    internal async Task HoldAsync(string name, ulong slot, Held held, DateTimeOffset until)
    {
        var place = Path.Combine(path, $"{name}.{slot}.held");
        await File.WriteAllTextAsync(place + ".written", JsonSerializer.Serialize(held));
        File.Move(place + ".written", place, overwrite: true);
        while (!File.Exists(Path.Combine(path, $"{name}.{slot}.released")) && DateTimeOffset.UtcNow < until)
            await Task.Delay(TimeSpan.FromMilliseconds(20));
    }

    private IEnumerable<ulong> Slots(string name)
    {
        foreach (var file in Directory.GetFiles(path, $"{name}.*"))
        {
            if (ulong.TryParse(Path.GetExtension(file).AsSpan(1), CultureInfo.InvariantCulture, out var slot))
                yield return slot;
        }
    }

    private T? TryRead<T>(string name)
        where T : class
    {
        var file = Path.Combine(path, name);
        return File.Exists(file) ? JsonSerializer.Deserialize<T>(File.ReadAllText(file)) : null;
    }
}
