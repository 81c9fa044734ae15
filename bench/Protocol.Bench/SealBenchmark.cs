namespace Nsn.Protocol.Bench;

/// <summary><c>seal_1000_on_1m_ms</c>: a block of 1,000 transfers on a state of a million accounts, sealed with its root.</summary>
internal sealed class SealBenchmark : IBenchmark
{
    public string Name => "seal";

    public void Run(Results results)
    {
        LedgerWorkload workload = new(accounts: 1_000_000, transfers: 1000);
        results.Report("seal_1000_on_1m_ms", 1000 * Results.Seconds(workload.Seal), "<= 50");
    }
}
