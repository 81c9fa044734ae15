using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Nsn.Engine.Runtime.Transport;

namespace Nsn.Engine.Runtime.Silos;

/// <content>Requests, responses and cancellations as frames.</content>
internal abstract partial class Node
{
    private readonly ConcurrentDictionary<long, (Call Call, SiloAddress Target)> _pending = new();
    private readonly ConcurrentDictionary<(SiloAddress From, long Correlation), Call> _cancellable = new();
    private long _lastCorrelation;
    private long _lastRequest;

    protected void SendRemote(Call call, SiloAddress target, bool placeHere)
    {
        var oneWay = (call.Options & CallOptions.OneWay) != 0;
        var correlation = oneWay ? 0 : Interlocked.Increment(ref _lastCorrelation);
        var frame = new Writer { LengthMax = MessageLengthMax };
        try
        {
            WriteRequest(frame, call, correlation, placeHere);
        }
        catch (Exception exception)
        {
            frame.Dispose();
            call.Abandon(exception);
            return;
        }

        call.CorrelationId = correlation;
        if (!oneWay)
            _pending[correlation] = (call, target);
        var cancellation = call.Cancellation; // the call may have ended, and be another one, as soon as it is sent
        var result = Transport.Send(target, frame);
        if (cancellation is { IsCancellationRequested: true } && !oneWay)
            SendCancel(target, correlation); // word of it may have gone before the call
        if (result == SendResult.Unreachable)
            OnUnreachable(target);
        if (result != SendResult.Queued)
        {
            if ((oneWay || _pending.TryRemove(correlation, out _)) && !(result == SendResult.Unreachable && RoutesAnew(call, target)))
                call.Abandon(WhyNotSent(result, target, call));
        }
        else if (oneWay)
        {
            call.Complete();
        }
    }

    private static OrleansException WhyNotSent(SendResult result, SiloAddress target, Call call) => result == SendResult.QueueFull
        ? new LimitExceededException($"{target} does not read as fast as it is sent to, and as much waits for it as may; {call} was not sent.")
        : new SiloUnavailableException($"{target} cannot be reached; {call} was not sent.");

    /// <summary>Finds another way for a call that could not be sent. False when there is none.</summary>
    protected virtual bool RoutesAnew(Call call, SiloAddress unreachable) => false;

    private void WriteRequest(Writer frame, Call call, long correlation, bool placeHere)
    {
        frame.WriteByte((byte)FrameKind.Request);
        frame.WriteVarUInt((ulong)correlation);
        frame.WriteByte((byte)(placeHere ? 1 : 0));
        frame.WriteVarUInt((ulong)call.ForwardCount);
        frame.WriteVarUInt((ulong)Math.Max(0, call.Deadline - Now));
        frame.WriteBytes(call.TargetId.Type.AsSpan());
        frame.WriteBytes(call.TargetId.Key.AsSpan());
        frame.WriteBytes(call.SourceId.Type.AsSpan());
        frame.WriteBytes(call.SourceId.Key.AsSpan());
        frame.WriteVarUInt((ulong)(call.Context?.Count ?? 0));
        if (call.Context is { } context)
        {
            foreach (var (key, value) in context)
            {
                frame.WriteString(key);
                CodecOf<object>.Instance.WriteItem(frame, value);
            }
        }

        CodecOf<Call>.Instance.Write(frame, call);
    }

    private void SendCancel(SiloAddress target, long correlation)
    {
        var frame = new Writer(32);
        frame.WriteByte((byte)FrameKind.Cancel);
        frame.WriteVarUInt((ulong)correlation);
        Transport.Send(target, frame);
    }

    protected void SendLeaving(SiloAddress target)
    {
        var frame = new Writer(16);
        frame.WriteByte((byte)FrameKind.Leaving);
        Transport.Send(target, frame);
    }

    /// <summary>A peer says that it leaves in good order.</summary>
    protected virtual void OnLeaving(SiloAddress peer)
    {
    }

    /// <summary>A call that came from afar is cancelled: where this node only sent it on, the next node hears of it.</summary>
    private void PassCancellationOn(Call call)
    {
        if (call.CancellationOnlyTells)
        {
            Cancel(call, CancellationToken.None);
            return;
        }

        if (call.CorrelationId != 0 && _pending.TryGetValue(call.CorrelationId, out var pending) && ReferenceEquals(pending.Call, call))
            SendCancel(pending.Target, call.CorrelationId);
        else
            SignalCancellation(call);
    }

    public bool OnFrame(SiloAddress from, byte[] buffer, int offset, int count)
    {
        try
        {
            var reader = new Reader(buffer, offset, count) { Runtime = this };
            switch ((FrameKind)reader.ReadByte())
            {
                case FrameKind.Request:
                    OnRequest(from, reader);
                    break;
                case FrameKind.Response:
                    OnResponse(from, reader);
                    break;
                case FrameKind.Cancel:
                    if (_cancellable.TryRemove((from, (long)reader.ReadVarUInt()), out var call))
                        PassCancellationOn(call);
                    break;
                case FrameKind.Leaving:
                    OnLeaving(from);
                    break;
                default:
                    throw new WireFormatException("The frame is of no known kind.");
            }

            return true;
        }
        catch (Exception exception)
        {
            SiloLog.BadFrame(Logger, from, exception);
            return false;
        }
    }

    private void OnRequest(SiloAddress from, Reader reader)
    {
        Volatile.Write(ref _lastRequest, Now);
        var correlation = (long)reader.ReadVarUInt();
        var placeHere = reader.ReadByte() == 1;
        var forwards = checked((int)reader.ReadVarUInt());
        var deadline = Now + checked((long)Math.Min(reader.ReadVarUInt(), (ulong)long.MaxValue / 4));
        var target = new GrainId(new GrainType(reader.ReadBytes()), new IdSpan(reader.ReadBytes()));
        var source = new GrainId(new GrainType(reader.ReadBytes()), new IdSpan(reader.ReadBytes()));
        if (Sheds(from, target))
        {
            if (correlation != 0)
                SendResponse(from, correlation, null, new GatewayTooBusyException($"{Address} is overloaded and takes no calls of clients now."));
            return;
        }

        Call call;
        try
        {
            Dictionary<string, object>? context = null;
            for (var entries = reader.ReadLength("request context"); entries > 0; entries--)
                (context ??= new(StringComparer.Ordinal))[reader.ReadString()] = CodecOf<object>.Instance.ReadItem(reader);
            call = CodecOf<Call>.Instance.Read(reader);
            call.Context = context!;
        }
        catch (Exception exception)
        {
            SiloLog.BadFrame(Logger, from, exception);
            if (correlation != 0)
                SendResponse(from, correlation, null, exception);
            return;
        }

        call.TargetId = target;
        call.SourceId = source;
        call.Deadline = deadline;
        call.ForwardCount = forwards;
        call.PlaceHere = placeHere;
        call.OwnsArguments = true;
        if (correlation != 0)
        {
            call.Completion = this;
            call.ReplyTo = from;
            call.ReplyCorrelation = correlation;
            if (call.IsCancellable)
            {
                call.Cancellation = new CancellationTokenSource();
                if (call.GetCancellationToken().IsCancellationRequested)
                    call.Cancellation.Cancel(); // before it was sent
                call.SetCancellationToken(call.Cancellation.Token);
                _cancellable[(from, correlation)] = call;
            }
        }

        Route(call);
    }

    public int PendingCalls => _pending.Count;

    /// <summary>When the last call came from another process, by <see cref="Now"/>.</summary>
    protected long LastRequest => Volatile.Read(ref _lastRequest);

    /// <summary>Whether a call is refused because this node has too much to do.</summary>
    protected virtual bool Sheds(SiloAddress from, GrainId target) => false;

    /// <summary>A call that came from afar has ended: answer it.</summary>
    void ICallCompletion.OnCompleted(Call call)
    {
        if (call.IsCancellable)
            _cancellable.TryRemove((call.ReplyTo, call.ReplyCorrelation), out _);
        SendResponse(call.ReplyTo, call.ReplyCorrelation, call, call.Fault);
        call.Recycle();
    }

    private void SendResponse(SiloAddress to, long correlation, Call? call, Exception? fault)
    {
        var frame = new Writer { LengthMax = MessageLengthMax };
        try
        {
            WriteResponse(frame, correlation, call, fault);
        }
        catch (Exception exception)
        {
            frame.Reset();
            WriteResponse(frame, correlation, null, exception);
        }

        Transport.Send(to, frame);
    }

    private static void WriteResponse(Writer frame, long correlation, Call? call, Exception? fault)
    {
        frame.WriteByte((byte)FrameKind.Response);
        frame.WriteVarUInt((ulong)correlation);
        // Whether this node sent the call on, or could not activate its grain: who asked it should ask another next time. How often it was sent on before it came here says
        // nothing about this node.
        frame.WriteByte(call is { CorrelationId: not 0 } or { FoundNoGrain: true } ? (byte)1 : (byte)0);
        frame.WriteByte(fault is null ? (byte)0 : (byte)1);
        if (fault is null)
            call!.WriteResult(frame);
        else
            ExceptionWire.WriteAny(frame, fault);
    }

    private void OnResponse(SiloAddress from, Reader reader)
    {
        var correlation = (long)reader.ReadVarUInt();
        if (!_pending.TryGetValue(correlation, out var pending) || !pending.Target.Equals(from) || !_pending.TryRemove(correlation, out pending))
            return; // timed out or cancelled meanwhile, or not asked of this peer
        var call = pending.Call;
        if (reader.ReadByte() == 1)
            OnForwarded(call.TargetId);
        try
        {
            if (reader.ReadByte() == 0)
                call.ReadResult(reader);
            else
                call.Fault = ExceptionWire.ReadAny(reader);
        }
        catch (Exception exception)
        {
            call.Fault = exception;
        }

        if (call.Source is null && call.Completion is null)
            Scheduler.Schedule(call); // what its caller does next may take long, and others wait for this connection
        else
            call.Complete();
    }

    public virtual void OnDisconnected(SiloAddress peer, string reason)
    {
        OnUnreachable(peer);
        foreach (var (correlation, pending) in _pending)
        {
            if (pending.Target.Equals(peer) && _pending.TryRemove(correlation, out _))
                pending.Call.Abandon(new SiloUnavailableException($"{peer} was lost ({reason}) while {pending.Call} was under way; whether it ran is not known."));
        }
    }

    /// <summary>A peer does not answer: what is cached about it is in doubt.</summary>
    protected virtual void OnUnreachable(SiloAddress peer)
    {
    }

    /// <summary>A call was passed on by the silo it was sent to, or found its grain not to be had there: what is cached about its grain is wrong.</summary>
    protected virtual void OnForwarded(GrainId grainId)
    {
    }
}
