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
    private const int OutOfTimeForSlow = 2;

    /// <summary>Slots that the first one is reckoned to take beyond the shortest lead: models are cold, and everything else starts beside it.</summary>
    private const double FirstTakes = 0.5;
    private ulong _observed;
    private ulong _passedOver;
    private int _outOfTime;

    /// <summary>Time from a slot's start until its directors have agreed, as far as slots came so far; zero before the first one has.</summary>
    private TimeSpan _took;

    /// <summary>Time from a slot's start until its directors have agreed that is reckoned with; zero before the first slot has ended.</summary>
    public TimeSpan WorkTime { get; private set; }

    /// <summary>
    /// The same while it is not known better: one slot that ran out of time may have met a machine that died, and those after it take as long as those before, or a little
    /// longer. Only when the next one runs out of it, too, the machines are slow.
    /// </summary>
    private TimeSpan Expected(TimeSpan slotDuration) => _outOfTime switch
    {
        _ when _took == TimeSpan.Zero => Reckoned(slotDuration),
        0 => _took,
        < OutOfTimeForSlow => _took * Reserve,
        _ => Max(WorkTime, _took * Reserve),
    };

    private TimeSpan Reckoned(TimeSpan slotDuration) => WorkTime > TimeSpan.Zero ? WorkTime : slotDuration * (options.LeadSlots + FirstTakes);

    /// <summary>Slots ahead of the one on air that are begun.</summary>
    /// <param name="slotDuration">How long a slot is on air.</param>
    public int LeadSlots(TimeSpan slotDuration) =>
        Math.Clamp((int)Math.Ceiling(Reckoned(slotDuration) * Reserve / slotDuration), options.LeadSlots, LeadSlotsMax);

    /// <summary>
    /// Whether work takes longer than the shortest lead, or the last slot ran out of time. Then a slot's check and the next one's clip would only take the machine from each
    /// other until neither is done in time, so they are done one after the other.
    /// </summary>
    /// <param name="slotDuration">How long a slot is on air.</param>
    public bool IsBehind(TimeSpan slotDuration) => _outOfTime > 0 || Expected(slotDuration) > slotDuration * options.LeadSlots;

    /// <summary>Learns from a slot that has ended. A slower one counts at once, a faster one by and by.</summary>
    public void Observe(SlotReport report)
    {
        if (report is not { Phase: SlotPhase.Certified or SlotPhase.Failed, StartedAt: { } started, FinishedAt: { } finished } || report.Slot <= _observed)
            return;
        _observed = report.Slot;

        // A certificate may have waited until the ledger took it: that was no work.
        var took = finished - started - TimeSpan.FromSeconds(report.StageSeconds.GetValueOrDefault("submit"));

        // A clip that was rejected took as long as one that was accepted.
        if (report.Phase == SlotPhase.Failed && report.FailedBy != SlotFailure.Rejected)
        {
            // A slot that ran out of time says how long it had, not how long it would have taken: only that this is longer. To take the one
            // for the other would start each next slot as late as this one, for ever.
            var had = report.Assignment is { } assignment ? assignment.Deadline - started : took;
            if (took < had * OutOfTime)
                return;
            _outOfTime++;
            WorkTime = Max(WorkTime, had * Longer);
            return;
        }

        _outOfTime = 0;
        _took = Max(took, _took * Decay + took * (1 - Decay));
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
        if (airsAt - now >= Min(Expected(slotDuration), slotDuration * (LeadSlotsMax - 1)))
            return false;
        _passedOver = slot;
        return true;
    }

    private int LeadSlotsMax => Math.Max(options.LeadSlots, options.LeadSlotsMax);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
