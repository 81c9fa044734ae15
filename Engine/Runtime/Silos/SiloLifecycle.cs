using Nsn.Engine.Runtime.Grains;

namespace Nsn.Engine.Runtime.Silos;

/// <summary>The stages of a silo.</summary>
internal sealed class SiloLifecycle : GrainLifecycle, ISiloLifecycle
{
    public int HighestCompletedStage { get; private set; } = int.MinValue;
    public int LowestStoppedStage { get; private set; } = int.MaxValue;
    protected override void OnStageStarted(int stage) => HighestCompletedStage = stage;
    protected override void OnStageStopped(int stage) => LowestStoppedStage = stage;
}
