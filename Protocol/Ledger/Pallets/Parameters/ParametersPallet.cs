using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.Parameters;

/// <summary>Constants that can be changed while the network runs, each within bounds that keep the others' promises.</summary>
public static class ParametersPallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "NsnParameters";

    private const byte Index = 16;
    private static readonly ErrorSet s_errors = new(Index, Name);
    private static readonly Codec<ParameterId> s_id = Codec.Enumeration<ParameterId>();

    /// <summary>What was changed.</summary>
    public static StorageValue<IReadOnlyList<(ParameterId Id, UInt128 Value)>> Overrides { get; } =
        new(Name, "Overrides", Codec.Vector(Codec.Pair(s_id, Codec.U128), 64), []);

    /// <summary>The value is outside of the parameter's bounds.</summary>
    public static DispatchError OutOfBounds { get; } = s_errors.Next();

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(Index, Name)
    {
        Calls =
        [
            CallDefinition.Root<ParametersCalls.SetParameter>(0, "set_parameter", Weights.Of(1, 1),
                Codec.Record<ParametersCalls.SetParameter>("set_parameter")
                    .With("id", s_id, static c => c.Id).With("value", Codec.U128, static c => c.Value).Build(static (id, value) => new(id, value)),
                SetParameter),
        ],
        Events =
        [
            EventDefinition.Of(0, Codec.Record<ParametersEvents.ParameterChanged>("ParameterChanged")
                .With("id", s_id, static e => e.Id).With("value", Codec.U128, static e => e.Value).Build(static (id, value) => new(id, value))),
        ],
        Errors = s_errors.All,
        Storage = [Overrides],
    };

    /// <summary>The constants with what was changed.</summary>
    public static LedgerParameters Resolve(LedgerParameters parameters, IStateReader state)
    {
        if (!Overrides.TryGet(state, out var overrides))
        {
            return parameters;
        }

        foreach (var (id, value) in overrides)
        {
            parameters = Apply(parameters, id, value);
        }

        return parameters;
    }

    private static DispatchResult SetParameter(BlockContext context, ParametersCalls.SetParameter call)
    {
        var (least, most) = Bounds(call.Id);
        if (call.Value < least || call.Value > most || Apply(context.Parameters, call.Id, call.Value).Problems().Count > 0)
        {
            return OutOfBounds;
        }

        var kept = Overrides.Get(context.State).Where(entry => entry.Id != call.Id);
        Overrides.Set(context.State, [.. kept.Append((call.Id, call.Value)).OrderBy(static entry => entry.Id)]);
        context.Deposit(new ParametersEvents.ParameterChanged(call.Id, call.Value));
        return DispatchResult.Ok;
    }

    private static (UInt128 Least, UInt128 Most) Bounds(ParameterId id) => id switch
    {
        ParameterId.BaseFee => (0, Units.OneNsn),
        ParameterId.FeePerByte => (0, Units.MilliNsn),
        ParameterId.RetentionBlocks => (1_000, 100_000_000),
        ParameterId.RegionShareMaxPercent => (15, 100),
        ParameterId.ChallengeQuorum => (1, 50),
        ParameterId.ChallengeBond => (Units.OneNsn, Units.Nsn(1000)),
        ParameterId.CertificateGraceBlocks => (1, 200),
        _ => throw new ArgumentOutOfRangeException(nameof(id)),
    };

    private static LedgerParameters Apply(LedgerParameters parameters, ParameterId id, UInt128 value) => id switch
    {
        ParameterId.BaseFee => parameters with { BaseFee = value },
        ParameterId.FeePerByte => parameters with { FeePerByte = value },
        ParameterId.RetentionBlocks => parameters with { RetentionBlocks = (uint)value },
        ParameterId.RegionShareMaxPercent => parameters with { RegionShareMaxPercent = (uint)value },
        ParameterId.ChallengeQuorum => parameters with { ChallengeQuorum = (int)value },
        ParameterId.ChallengeBond => parameters with { ChallengeBond = value },
        ParameterId.CertificateGraceBlocks => parameters with { CertificateGraceBlocks = (uint)value },
        _ => throw new ArgumentOutOfRangeException(nameof(id)),
    };
}
