using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>Why a call had no effect.</summary>
/// <param name="Kind">The family.</param>
/// <param name="Pallet">The pallet's index, for <see cref="DispatchErrorKind.Module"/>.</param>
/// <param name="Code">The error within the family or pallet.</param>
/// <param name="Name">For people and logs, for example <c>NsnStake.RegionCapExceeded</c>. Not on the wire, not compared.</param>
public readonly record struct DispatchError(DispatchErrorKind Kind, byte Pallet, byte Code, string Name)
{
    /// <summary>The caller may not make this call.</summary>
    public static DispatchError BadOrigin { get; } = new(DispatchErrorKind.BadOrigin, 0, 0, "BadOrigin");

    /// <summary>There is not enough balance that may be spent.</summary>
    public static DispatchError FundsUnavailable { get; } = new(DispatchErrorKind.Token, 0, 0, "Token.FundsUnavailable");

    /// <summary>The account would be left with less than the existential deposit while something depends on it.</summary>
    public static DispatchError OnlyProvider { get; } = new(DispatchErrorKind.Token, 0, 1, "Token.OnlyProvider");

    /// <summary>The receiving account would hold less than the existential deposit.</summary>
    public static DispatchError BelowMinimum { get; } = new(DispatchErrorKind.Token, 0, 2, "Token.BelowMinimum");

    /// <summary>The balance is frozen.</summary>
    public static DispatchError Frozen { get; } = new(DispatchErrorKind.Token, 0, 5, "Token.Frozen");

    /// <summary>A result would be below zero.</summary>
    public static DispatchError Underflow { get; } = new(DispatchErrorKind.Arithmetic, 0, 0, "Arithmetic.Underflow");

    /// <summary>A result would be too large.</summary>
    public static DispatchError Overflow { get; } = new(DispatchErrorKind.Arithmetic, 0, 1, "Arithmetic.Overflow");

    /// <summary>The bytes: as in Substrate, so that its tools name the error.</summary>
    public static Codec<DispatchError> Codec { get; } = new(
        new ScaleType.Variant("DispatchError",
        [
            new("BadOrigin", 2, []),
            new("Module", 3, [new(null, new ScaleType.Composite("ModuleError",
                [new("index", Codecs.Codec.U8.Type), new("error", new ScaleType.FixedArray(4, Codecs.Codec.U8.Type))]))]),
            new("Token", 7, [new(null, new ScaleType.Variant("TokenError",
            [
                new("FundsUnavailable", 0, []), new("OnlyProvider", 1, []), new("BelowMinimum", 2, []), new("CannotCreate", 3, []),
                new("UnknownAsset", 4, []), new("Frozen", 5, []), new("Unsupported", 6, []), new("CannotCreateHold", 7, []),
                new("NotExpendable", 8, []), new("Blocked", 9, []),
            ]))]),
            new("Arithmetic", 8, [new(null, new ScaleType.Variant("ArithmeticError",
                [new("Underflow", 0, []), new("Overflow", 1, []), new("DivisionByZero", 2, [])]))]),
        ]),
        1,
        static (w, v) => v.Write(w),
        TryRead);

    /// <inheritdoc/>
    public bool Equals(DispatchError other) => Kind == other.Kind && Pallet == other.Pallet && Code == other.Code;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Pallet, Code);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static bool TryRead(ref ScaleReader reader, [MaybeNullWhen(false)] out DispatchError value)
    {
        value = default;
        if (!reader.TryReadU8(out var kind) || !Enum.IsDefined((DispatchErrorKind)kind))
        {
            return reader.Fail(ScaleError.UnknownVariant);
        }

        byte pallet = 0;
        byte code = 0;
        var family = (DispatchErrorKind)kind;
        if ((family == DispatchErrorKind.Module && !reader.TryReadU8(out pallet)) || (family != DispatchErrorKind.BadOrigin && !reader.TryReadU8(out code)))
        {
            return false;
        }

        if (family == DispatchErrorKind.Module && !reader.TryReadFixed(3, out _))
        {
            return false;
        }

        value = new(family, pallet, code, $"{family}.{pallet}.{code}");
        return true;
    }

    private void Write(ScaleWriter writer)
    {
        writer.WriteU8((byte)Kind);
        if (Kind == DispatchErrorKind.Module)
        {
            writer.WriteU8(Pallet);
            writer.WriteU8(Code);
            writer.WriteFixed([0, 0, 0]);
        }
        else if (Kind != DispatchErrorKind.BadOrigin)
        {
            writer.WriteU8(Code);
        }
    }
}
