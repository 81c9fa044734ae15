using Nsn.WebRtc.Sctp;

namespace Nsn.WebRtc.Sctp.Tests;

/// <summary>What a path does to packets; every decision comes from one seed.</summary>
public sealed record PathConditions
{
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(10);

    public TimeSpan Jitter { get; init; }

    public double Loss { get; init; }

    public double Duplication { get; init; }

    public double Mutation { get; init; }

    /// <summary>Drops the packets for which this says yes (true means from A to B).</summary>
    public Func<bool, byte[], bool>? Drop { get; init; }
}

/// <summary>Two associations and the path between them, on virtual time.</summary>
public sealed class VirtualLink : IDisposable
{
    private readonly PriorityQueue<(bool ToB, byte[] Packet), (TimeSpan At, long Order)> _inFlight = new();
    private readonly Random _random;
    private readonly byte[] _buffer = new byte[8192];
    private long _order;

    public VirtualLink(int seed, PathConditions? conditions = null, SctpOptions? a = null, SctpOptions? b = null)
    {
        _random = new Random(seed);
        Conditions = conditions ?? new PathConditions();
        A = new SctpAssociation(a ?? new SctpOptions(), _random.NextBytes);
        B = new SctpAssociation(b ?? new SctpOptions(), _random.NextBytes);
    }

    public SctpAssociation A { get; }

    public SctpAssociation B { get; }

    public PathConditions Conditions { get; set; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromHours(5);

    public List<ReceivedMessage> AtA { get; } = [];

    public List<ReceivedMessage> AtB { get; } = [];

    public List<SctpEventKind> EventsA { get; } = [];

    public List<SctpEventKind> EventsB { get; } = [];

    public List<ushort> ResetsAtB { get; } = [];

    /// <summary>Called whenever everything at this time is done; may send.</summary>
    public Action? OnTurn { get; set; }

    /// <summary>Whether events are read as they come.</summary>
    public bool ReadAtB { get; set; } = true;

    public long PacketsCarried { get; private set; }

    public void Connect()
    {
        A.Connect(Now);
        RunUntil(() => A.State == SctpState.Established && B.State == SctpState.Established, TimeSpan.FromMinutes(2), "both sides to be established");
    }

    public void RunUntil(Func<bool> condition, TimeSpan limit, string what)
    {
        TimeSpan end = Now + limit;
        Pump();
        while (!condition())
        {
            TimeSpan next = NextTime();
            Assert.True(next <= end, $"Waited in vain for {what}: A {A.State} {A.CloseReason} {A.Statistics}; B {B.State} {B.CloseReason} {B.Statistics}; at B {AtB.Count}, at A {AtA.Count}");
            Step(next);
        }
    }

    public void RunFor(TimeSpan span)
    {
        TimeSpan end = Now + span;
        Pump();
        for (TimeSpan next = NextTime(); next <= end; next = NextTime())
            Step(next);
        Now = end;
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }

    private TimeSpan NextTime()
    {
        TimeSpan next = A.NextDeadline < B.NextDeadline ? A.NextDeadline : B.NextDeadline;
        return _inFlight.TryPeek(out _, out var first) && first.At < next ? first.At : next;
    }

    private void Step(TimeSpan next)
    {
        Now = next > Now ? next : Now;
        while (_inFlight.TryPeek(out var arrival, out var when) && when.At <= Now)
        {
            _inFlight.Dequeue();
            (arrival.ToB ? B : A).Handle(arrival.Packet, Now);
        }

        A.HandleTimeout(Now);
        B.HandleTimeout(Now);
        Pump();
    }

    private void Pump()
    {
        Drain();
        OnTurn?.Invoke();
        Drain();
    }

    private void Drain()
    {
        Read(A, AtA, EventsA, []);
        if (ReadAtB)
            Read(B, AtB, EventsB, ResetsAtB);
        while (A.TryPollPacket(Now, _buffer, out int length))
            Carry(true, _buffer.AsSpan(0, length));
        while (B.TryPollPacket(Now, _buffer, out int length))
            Carry(false, _buffer.AsSpan(0, length));
    }

    private static void Read(SctpAssociation from, List<ReceivedMessage> messages, List<SctpEventKind> kinds, List<ushort> resets)
    {
        while (from.TryPollEvent(out SctpEvent e))
        {
            kinds.Add(e.Kind);
            if (e.Kind == SctpEventKind.Message)
                messages.Add(new ReceivedMessage(e.StreamId, e.PayloadProtocolId, e.Payload.ToArray()));
            else if (e.Kind == SctpEventKind.IncomingStreamReset)
                resets.Add(e.StreamId);
        }
    }

    private void Carry(bool toB, ReadOnlySpan<byte> packet)
    {
        PacketsCarried++;
        byte[] copy = packet.ToArray();
        if (Conditions.Drop?.Invoke(toB, copy) == true || _random.NextDouble() < Conditions.Loss)
            return;
        if (_random.NextDouble() < Conditions.Duplication)
            Launch(toB, copy);
        if (_random.NextDouble() < Conditions.Mutation)
        {
            byte[] mutated = [.. copy];
            for (int i = _random.Next(1, 4); i > 0; i--)
                mutated[_random.Next(mutated.Length)] ^= (byte)(1 << _random.Next(8));
            Launch(toB, mutated);
            return;
        }

        Launch(toB, copy);
    }

    private void Launch(bool toB, byte[] packet) =>
        _inFlight.Enqueue((toB, packet), (Now + Conditions.Delay + (Conditions.Jitter * _random.NextDouble()), _order++));
}

public sealed record ReceivedMessage(ushort StreamId, uint ProtocolId, byte[] Payload);
