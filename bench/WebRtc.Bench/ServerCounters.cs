namespace Nsn.WebRtc.Bench;

/// <summary>What the measured process says of itself.</summary>
internal sealed record ServerCounters(
    double CpuSeconds, double KernelSeconds, long Packets, long Repeats, int Connected, long WorkingSet, long Datagrams, long SendCalls, int MethodsCompiled);
