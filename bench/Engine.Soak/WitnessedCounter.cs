namespace Nsn.Engine.Soak;

public sealed class CounterState
{
    public int Count { get; set; }
}

/// <summary>Stores, then acts outside with the fencing token of its activation.</summary>
public sealed class WitnessedCounter([PersistentState("counter")] IPersistentState<CounterState> state, ILocalSiloDetails silo, Witness witness) : Grain, IWitnessedCounter, IRemindable
{
    private const string Name = "tick";
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    public async Task<(int Count, int Port)> Increment()
    {
        var count = ++state.State.Count;
        try
        {
            await state.WriteStateAsync();
            await witness.ActAsync(GrainContext.Address);
        }
        catch
        {
            this.DeactivateOnIdle(); // what is in memory may not be what is stored
            throw;
        }

        return (count, silo.SiloAddress.Endpoint.Port);
    }

    public Task Remind() => this.RegisterOrUpdateReminder(Name, s_period, s_period);
    public ValueTask<int> Port() => new(silo.SiloAddress.Endpoint.Port);

    public Task ReceiveReminder(string reminderName, TickStatus status) =>
        witness.TickAsync(this.GetPrimaryKeyString(), (long)Math.Round((status.CurrentTickTime - status.FirstTickTime) / status.Period));
}
