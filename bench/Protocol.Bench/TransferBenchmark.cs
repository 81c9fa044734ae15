namespace Nsn.Protocol.Bench;

/// <summary>
/// <c>transfers_per_s</c>: transfers without their signatures, in a block that is nearly as full as weights allow, root and header included.
/// <c>transfer_allocated_bytes</c>: what each of them allocates, what stays in the state included. <c>block_of_transfers_…_collections</c>: garbage collections a block, of
/// the youngest generation and of all.
/// </summary>
internal sealed class TransferBenchmark : IBenchmark
{
    private const int Transfers = 10_000;
    private const int Blocks = 20;

    public string Name => "transfers";

    public void Run(Results results)
    {
        LedgerWorkload workload = new(accounts: 2 * Transfers, Transfers);
        results.Report("transfers_per_s", Transfers / Results.Seconds(workload.Seal), ">= 150000");
        (int young, int full, long allocated) = (GC.CollectionCount(0), GC.CollectionCount(2), GC.GetAllocatedBytesForCurrentThread());
        for (int i = 0; i < Blocks; i++)
            workload.Seal();
        results.Report("transfer_allocated_bytes", (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)(Blocks * Transfers), "-");
        results.Report("block_of_transfers_young_collections", (GC.CollectionCount(0) - young) / (double)Blocks, "-");
        results.Report("block_of_transfers_full_collections", (GC.CollectionCount(2) - full) / (double)Blocks, "-");
    }
}
