using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;

namespace Nsn.Engine.Tests;

public interface IAbsentGrain : IGrainWithStringKey
{
    Task ReadWriteAndClear();
}

/// <summary>Uses its state outside of its own context, as code does that has said ConfigureAwait(false).</summary>
public sealed class AbsentGrain([PersistentState("absent", "recording")] IPersistentState<Dictionary<string, int>> state) : Grain, IAbsentGrain
{
    public async Task ReadWriteAndClear()
    {
        await Task.Run(() => state.ReadStateAsync());
        await Task.Run(() => state.WriteStateAsync());
        await Task.Run(() => state.ClearStateAsync());
    }
}

public sealed class StateContextTests
{
    [Fact]
    public async Task Every_request_of_a_state_is_made_for_its_grain_wherever_the_grains_code_runs()
    {
        var storage = new RecordingStorage();
        using var host = await TestHost.StartAsync(builder => builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort: 0, gatewayPort: 0);
            silo.Services.AddKeyedSingleton<IGrainStorage>("recording", storage);
        }));
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IAbsentGrain>("g");
        await grain.ReadWriteAndClear();
        var id = grain.GetGrainId();
        (string, GrainId?)[] expected = [("read", id), ("read", id), ("write", id), ("clear", id)];
        Assert.Equal(expected, storage.Requests);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Notes for whom each request comes: a storage takes the fencing token from there.</summary>
    private sealed class RecordingStorage : IGrainStorage
    {
        public List<(string What, GrainId? For)> Requests { get; } = [];

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Note("read");
        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Note("write");
        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Note("clear");

        private Task Note(string what)
        {
            Requests.Add((what, RuntimeContext.Current?.GrainId));
            return Task.CompletedTask;
        }
    }
}
