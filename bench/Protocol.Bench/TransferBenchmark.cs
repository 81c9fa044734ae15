namespace Nsn.Protocol.Bench;

/// <summary><c>transfers_per_s</c>: transfers without their signatures, in a block that is nearly as full as weights allow, root and header included.</summary>
internal sealed class TransferBenchmark : IBenchmark
{
    private const int Transfers = 10_000;

    public string Name => "transfers";

    public void Run(Results results)
    {
        LedgerWorkload workload = new(accounts: 2 * Transfers, Transfers);
        results.Report("transfers_per_s", Transfers / Results.Seconds(workload.Seal), ">= 150000");
    }
}
