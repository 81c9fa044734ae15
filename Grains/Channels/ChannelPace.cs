using Nsn.Grains.Slots;

namespace Nsn.Grains.Channels;

/// <summary>
/// How far ahead of air a channel begins its slots, from how long the last ones took. Where work keeps up, that is the shortest lead, and
/// prompts get on air soonest; where machines are slow, slots begin earlier, and those that could not be done in time are passed over, so
/// that a slot that can be done is not starved by one that cannot. Pure: time is an argument, and nothing here waits.
/// </summary>
/// <param name="options">The shortest and the longest lead.</param>
internal sealed class ChannelPace(ChannelOptions options)
{
    private const double Reserve = 1.25, Decay = 0.7, Longer = 1.5, OutOfTime = 0.75;
    private ulong _observed;
    private ulong _passedOver;

    /// <summary>Time from a slot's start until its directors have agreed that is reckoned with; zero before the first slot has ended.</summary>
    public TimeSpan WorkTime { get; private set; }

    /// <summary>Slots ahead of the one on air that are begun.</summary>
    /// <param name="slotDuration">How long a slot is on air.</param>
    public int LeadSlots(TimeSpan slotDuration) =>
        Math.Clamp((int)Math.Ceiling(WorkTime * Reserve / slotDuration), options.LeadSlots, LeadSlotsMax);

    /// <summary>
    /// Whether work takes longer than the shortest lead. Then a slot's check and the next one's clip would only take the machine from each
    /// other until neither is done in time, so they are done one after the other.
    /// </summary>
    /// <param name="slotDuration">How long a slot is on air.</param>
    public bool IsBehind(TimeSpan slotDuration) => WorkTime > slotDuration * options.LeadSlots;

    /// <summary>Learns from a slot that has ended. A slower one counts at once, a faster one by and by.</summary>
    public void Observe(SlotReport report)
    {
        if (report is not { Phase: SlotPhase.Certified or SlotPhase.Failed, StartedAt: { } started, FinishedAt: { } finished } || report.Slot <= _observed)
            return;
        _observed = report.Slot;

        // A certificate may have waited until the ledger took it: that was no work.
        var took = finished - started - TimeSpan.FromSeconds(report.StageSeconds.GetValueOrDefault("submit"));
        if (report.Phase == SlotPhase.Failed)
        {
            // A slot that ran out of time says how long it had, not how long it would have taken: only that this is longer. To take the one
            // for the other would start each next slot as late as this one, for ever.
            var had = report.Assignment is { } assignment ? assignment.Deadline - started : took;
            if (took >= had * OutOfTime)
                WorkTime = Max(WorkTime, had * Longer);
            return;
        }

        WorkTime = Max(took, WorkTime * Decay + took * (1 - Decay));
    }

    /// <summary>Whether a slot is to be left without a clip because there is not enough time until air. What is passed over stays so.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="airsAt">When it is on air.</param>
    /// <param name="now">The time.</param>
    /// <param name="slotDuration">How long a slot is on air.</param>
    public bool PassOver(ulong slot, DateTimeOffset airsAt, DateTimeOffset now, TimeSpan slotDuration)
    {
        if (slot <= _passedOver)
            return true;

        // No slot begins earlier than the longest lead, so no more is asked for: one that took much longer must not be the last.
        if (airsAt - now >= Min(WorkTime, slotDuration * (LeadSlotsMax - 1)))
            return false;
        _passedOver = slot;
        return true;
    }

    private int LeadSlotsMax => Math.Max(options.LeadSlots, options.LeadSlotsMax);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
