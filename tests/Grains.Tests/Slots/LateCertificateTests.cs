using Microsoft.Extensions.DependencyInjection;
using Nsn.Grains.Directors;
using Nsn.Grains.Ledger;
using Nsn.Grains.Slots;
using Nsn.Protocol.Ledger.Pallets.Director;
using Orleans.Storage;

namespace Nsn.Grains.Tests.Slots;

/// <summary>
/// A slot goes on air while its certificate is on its way into the ledger: what is said of the slot is what the ledger comes to hold, and that it was too late for the air.
/// </summary>
[Collection(SlotCluster.Name)]
public sealed class LateCertificateTests : SlotCluster
{
    [Theory]
    [InlineData(nameof(Moment.Call))] // it has not even got there
    [InlineData(nameof(Moment.Answer))] // it is in a block, and nobody has heard of it
    public async Task A_certificate_that_gets_into_the_ledger_is_not_given_up_because_of_air(string moment)
    {
        var submission = await IsSubmittedAsync(Enum.Parse<Moment>(moment));
        Assert.Equal(moment == nameof(Moment.Answer), await Grains.GetGrain<ILedgerGrain>(ChainName.Default).GetCertificateAsync(Assignment.Slot) is not null);
        await GoesOnAirAsync();
        submission.Release();

        var report = await EndedAsync();
        await CertifiedAsync(report);
        Assert.False(report.IsInTime);
        Assert.Contains("after it had gone on air", report.Failure, StringComparison.Ordinal);
        Assert.NotNull(report.CertifiedInBlock);
    }

    [Fact]
    public async Task A_slot_is_given_up_when_the_ledger_takes_its_certificate_no_more()
    {
        for (var place = 0; place < 5; place++)
            Make(place, Misbehaviour.IsTooLateAsSubmitter);
        var submission = await IsSubmittedAsync(Moment.Call);
        await GoesOnAirAsync();
        submission.Release();

        var report = await EndedAsync();
        Assert.Equal(SlotPhase.Failed, report.Phase);
        Assert.Contains($"not in the ledger: {DirectorErrors.OutsideWindow.Name}", report.Failure, StringComparison.Ordinal);
        Assert.Null(await Grains.GetGrain<ILedgerGrain>(ChainName.Default).GetCertificateAsync(Assignment.Slot));
    }

    /// <summary>Runs the slot until its proposer brings the certificate to the ledger, and holds that.</summary>
    private async Task<Interruption> IsSubmittedAsync(Moment held)
    {
        var submission = Interruptions.Plan(
            Convert.ToHexStringLower(Assignment.Directors[Assignment.Proposers[0]]), nameof(IDirectorGrain.SubmitAsync), new Interruption(held, holds: true));
        await Slot.StartAsync(Assignment);
        await submission.Reached.WaitAsync(TimeSpan.FromSeconds(25), TestContext.Current.CancellationToken);
        return submission;
    }

    /// <summary>The time of air is a moment ago, by what is stored; the activation that goes by another time has to end.</summary>
    private async Task GoesOnAirAsync()
    {
        var storage = Cluster.GetSiloServiceProvider().GetRequiredKeyedService<IGrainStorage>("nsn");
        var stored = new GrainState<SlotDocument>(new SlotDocument());
        await storage.ReadStateAsync("slot", Slot.GetGrainId(), stored);
        Assert.Equal(SlotPhase.Submitting, stored.State!.Report!.Phase);
        Assignment = Assignment with { Deadline = DateTimeOffset.UtcNow.AddSeconds(-1) };
        stored.State.Report = stored.State.Report with { Assignment = Assignment };
        await storage.WriteStateAsync("slot", Slot.GetGrainId(), stored);
        Interruptions.Plan(Slot.GetGrainId().Key.ToString()!, nameof(ISlotGrain.GetAsync), new Interruption(Moment.Call));
        await Assert.ThrowsAsync<SiloUnavailableException>(Slot.GetAsync);
    }
}
