namespace Nsn.Samples.ThreeSilos;

/// <summary>Answers only once its count is stored.</summary>
public sealed class Counter([PersistentState("count")] IPersistentState<CounterState> state, ILocalSiloDetails silo) : Grain, ICounter
{
    public async Task<(int Count, int Port)> Increment()
    {
        state.State.Count++;
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            this.DeactivateOnIdle(); // what is in memory is not what is stored
            throw;
        }

        return (state.State.Count, silo.SiloAddress.Endpoint.Port);
    }
}
