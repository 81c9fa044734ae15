namespace Nsn.EndToEnd.Faults;

/// <summary>What is known where a fault holds a slot.</summary>
/// <param name="ProcessId">The process that is held: of the proposer's silo or of the device's.</param>
/// <param name="Payloads">SHA-256 of what was published, in lower-case hexadecimal; empty while nothing is.</param>
public sealed record Held(int ProcessId, string[] Payloads);
