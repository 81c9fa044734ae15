using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Scale;

#pragma warning disable CA1005 // One class for each number of fields: they only differ in that number.

namespace Nsn.Protocol.Ledger.Codecs;

/// <summary>A record being described: its name, and no field yet.</summary>
public sealed class RecordCodec<T>(string name)
{
    /// <summary>Adds the first field.</summary>
    public RecordCodec<T, TA> With<TA>(string field, Codec<TA> codec, Func<T, TA> get) => new(name, new(field, codec, get));
}

/// <summary>A field: its name, its codec, and how to get it out of the record.</summary>
public sealed record RecordField<T, TField>(string Name, Codec<TField> Codec, Func<T, TField> Get)
{
    internal ScaleField Described => new(Name, Codec.Type);
}

/// <summary>A record being described, with 1 field.</summary>
public sealed class RecordCodec<T, TA>(string name, RecordField<T, TA> a)
{
    /// <summary>Adds a field.</summary>
    public RecordCodec<T, TA, TB> With<TB>(string field, Codec<TB> codec, Func<T, TB> get) =>
        new(name, a, new(field, codec, get));

    /// <summary>The codec; <paramref name="make"/> makes the record from its fields.</summary>
    public Codec<T> Build(Func<TA, T> make) => new(
        new ScaleType.Composite(name, [a.Described]),
        a.Codec.BytesMin,
        (w, v) =>
        {
            a.Codec.Encode(w, a.Get(v));
        },
        (ref ScaleReader r, [MaybeNullWhen(false)] out T v) =>
        {
            v = default;
            if (!a.Codec.TryDecode(ref r, out var aValue))
            {
                return false;
            }

            v = make(aValue);
            return true;
        });
}

/// <summary>A record being described, with 2 fields.</summary>
public sealed class RecordCodec<T, TA, TB>(string name, RecordField<T, TA> a, RecordField<T, TB> b)
{
    /// <summary>Adds a field.</summary>
    public RecordCodec<T, TA, TB, TC> With<TC>(string field, Codec<TC> codec, Func<T, TC> get) =>
        new(name, a, b, new(field, codec, get));

    /// <summary>The codec; <paramref name="make"/> makes the record from its fields.</summary>
    public Codec<T> Build(Func<TA, TB, T> make) => new(
        new ScaleType.Composite(name, [a.Described, b.Described]),
        a.Codec.BytesMin + b.Codec.BytesMin,
        (w, v) =>
        {
            a.Codec.Encode(w, a.Get(v));
            b.Codec.Encode(w, b.Get(v));
        },
        (ref ScaleReader r, [MaybeNullWhen(false)] out T v) =>
        {
            v = default;
            if (!a.Codec.TryDecode(ref r, out var aValue)
                || !b.Codec.TryDecode(ref r, out var bValue))
            {
                return false;
            }

            v = make(aValue, bValue);
            return true;
        });
}

/// <summary>A record being described, with 3 fields.</summary>
public sealed class RecordCodec<T, TA, TB, TC>(string name, RecordField<T, TA> a, RecordField<T, TB> b, RecordField<T, TC> c)
{
    /// <summary>Adds a field.</summary>
    public RecordCodec<T, TA, TB, TC, TD> With<TD>(string field, Codec<TD> codec, Func<T, TD> get) =>
        new(name, a, b, c, new(field, codec, get));

    /// <summary>The codec; <paramref name="make"/> makes the record from its fields.</summary>
    public Codec<T> Build(Func<TA, TB, TC, T> make) => new(
        new ScaleType.Composite(name, [a.Described, b.Described, c.Described]),
        a.Codec.BytesMin + b.Codec.BytesMin + c.Codec.BytesMin,
        (w, v) =>
        {
            a.Codec.Encode(w, a.Get(v));
            b.Codec.Encode(w, b.Get(v));
            c.Codec.Encode(w, c.Get(v));
        },
        (ref ScaleReader r, [MaybeNullWhen(false)] out T v) =>
        {
            v = default;
            if (!a.Codec.TryDecode(ref r, out var aValue)
                || !b.Codec.TryDecode(ref r, out var bValue)
                || !c.Codec.TryDecode(ref r, out var cValue))
            {
                return false;
            }

            v = make(aValue, bValue, cValue);
            return true;
        });
}

/// <summary>A record being described, with 4 fields.</summary>
public sealed class RecordCodec<T, TA, TB, TC, TD>(string name, RecordField<T, TA> a, RecordField<T, TB> b, RecordField<T, TC> c, RecordField<T, TD> d)
{
    /// <summary>Adds a field.</summary>
    public RecordCodec<T, TA, TB, TC, TD, TE> With<TE>(string field, Codec<TE> codec, Func<T, TE> get) =>
        new(name, a, b, c, d, new(field, codec, get));

    /// <summary>The codec; <paramref name="make"/> makes the record from its fields.</summary>
    public Codec<T> Build(Func<TA, TB, TC, TD, T> make) => new(
        new ScaleType.Composite(name, [a.Described, b.Described, c.Described, d.Described]),
        a.Codec.BytesMin + b.Codec.BytesMin + c.Codec.BytesMin + d.Codec.BytesMin,
        (w, v) =>
        {
            a.Codec.Encode(w, a.Get(v));
            b.Codec.Encode(w, b.Get(v));
            c.Codec.Encode(w, c.Get(v));
            d.Codec.Encode(w, d.Get(v));
        },
        (ref ScaleReader r, [MaybeNullWhen(false)] out T v) =>
        {
            v = default;
            if (!a.Codec.TryDecode(ref r, out var aValue)
                || !b.Codec.TryDecode(ref r, out var bValue)
                || !c.Codec.TryDecode(ref r, out var cValue)
                || !d.Codec.TryDecode(ref r, out var dValue))
            {
                return false;
            }

            v = make(aValue, bValue, cValue, dValue);
            return true;
        });
}

/// <summary>A record being described, with 5 fields.</summary>
public sealed class RecordCodec<T, TA, TB, TC, TD, TE>(string name, RecordField<T, TA> a, RecordField<T, TB> b, RecordField<T, TC> c, RecordField<T, TD> d, RecordField<T, TE> e)
{
    /// <summary>Adds a field.</summary>
    public RecordCodec<T, TA, TB, TC, TD, TE, TF> With<TF>(string field, Codec<TF> codec, Func<T, TF> get) =>
        new(name, a, b, c, d, e, new(field, codec, get));

    /// <summary>The codec; <paramref name="make"/> makes the record from its fields.</summary>
    public Codec<T> Build(Func<TA, TB, TC, TD, TE, T> make) => new(
        new ScaleType.Composite(name, [a.Described, b.Described, c.Described, d.Described, e.Described]),
        a.Codec.BytesMin + b.Codec.BytesMin + c.Codec.BytesMin + d.Codec.BytesMin + e.Codec.BytesMin,
        (w, v) =>
        {
            a.Codec.Encode(w, a.Get(v));
            b.Codec.Encode(w, b.Get(v));
            c.Codec.Encode(w, c.Get(v));
            d.Codec.Encode(w, d.Get(v));
            e.Codec.Encode(w, e.Get(v));
        },
        (ref ScaleReader r, [MaybeNullWhen(false)] out T v) =>
        {
            v = default;
            if (!a.Codec.TryDecode(ref r, out var aValue)
                || !b.Codec.TryDecode(ref r, out var bValue)
                || !c.Codec.TryDecode(ref r, out var cValue)
                || !d.Codec.TryDecode(ref r, out var dValue)
                || !e.Codec.TryDecode(ref r, out var eValue))
            {
                return false;
            }

            v = make(aValue, bValue, cValue, dValue, eValue);
            return true;
        });
}

/// <summary>A record being described, with 6 fields.</summary>
public sealed class RecordCodec<T, TA, TB, TC, TD, TE, TF>(string name, RecordField<T, TA> a, RecordField<T, TB> b, RecordField<T, TC> c, RecordField<T, TD> d, RecordField<T, TE> e, RecordField<T, TF> f)
{
    /// <summary>Adds a field.</summary>
    public RecordCodec<T, TA, TB, TC, TD, TE, TF, TG> With<TG>(string field, Codec<TG> codec, Func<T, TG> get) =>
        new(name, a, b, c, d, e, f, new(field, codec, get));

    /// <summary>The codec; <paramref name="make"/> makes the record from its fields.</summary>
    public Codec<T> Build(Func<TA, TB, TC, TD, TE, TF, T> make) => new(
        new ScaleType.Composite(name, [a.Described, b.Described, c.Described, d.Described, e.Described, f.Described]),
        a.Codec.BytesMin + b.Codec.BytesMin + c.Codec.BytesMin + d.Codec.BytesMin + e.Codec.BytesMin + f.Codec.BytesMin,
        (w, v) =>
        {
            a.Codec.Encode(w, a.Get(v));
            b.Codec.Encode(w, b.Get(v));
            c.Codec.Encode(w, c.Get(v));
            d.Codec.Encode(w, d.Get(v));
            e.Codec.Encode(w, e.Get(v));
            f.Codec.Encode(w, f.Get(v));
        },
        (ref ScaleReader r, [MaybeNullWhen(false)] out T v) =>
        {
            v = default;
            if (!a.Codec.TryDecode(ref r, out var aValue)
                || !b.Codec.TryDecode(ref r, out var bValue)
                || !c.Codec.TryDecode(ref r, out var cValue)
                || !d.Codec.TryDecode(ref r, out var dValue)
                || !e.Codec.TryDecode(ref r, out var eValue)
                || !f.Codec.TryDecode(ref r, out var fValue))
            {
                return false;
            }

            v = make(aValue, bValue, cValue, dValue, eValue, fValue);
            return true;
        });
}

/// <summary>A record being described, with 7 fields.</summary>
public sealed class RecordCodec<T, TA, TB, TC, TD, TE, TF, TG>(string name, RecordField<T, TA> a, RecordField<T, TB> b, RecordField<T, TC> c, RecordField<T, TD> d, RecordField<T, TE> e, RecordField<T, TF> f, RecordField<T, TG> g)
{
    /// <summary>Adds a field.</summary>
    public RecordCodec<T, TA, TB, TC, TD, TE, TF, TG, TH> With<TH>(string field, Codec<TH> codec, Func<T, TH> get) =>
        new(name, a, b, c, d, e, f, g, new(field, codec, get));

    /// <summary>The codec; <paramref name="make"/> makes the record from its fields.</summary>
    public Codec<T> Build(Func<TA, TB, TC, TD, TE, TF, TG, T> make) => new(
        new ScaleType.Composite(name, [a.Described, b.Described, c.Described, d.Described, e.Described, f.Described, g.Described]),
        a.Codec.BytesMin + b.Codec.BytesMin + c.Codec.BytesMin + d.Codec.BytesMin + e.Codec.BytesMin + f.Codec.BytesMin + g.Codec.BytesMin,
        (w, v) =>
        {
            a.Codec.Encode(w, a.Get(v));
            b.Codec.Encode(w, b.Get(v));
            c.Codec.Encode(w, c.Get(v));
            d.Codec.Encode(w, d.Get(v));
            e.Codec.Encode(w, e.Get(v));
            f.Codec.Encode(w, f.Get(v));
            g.Codec.Encode(w, g.Get(v));
        },
        (ref ScaleReader r, [MaybeNullWhen(false)] out T v) =>
        {
            v = default;
            if (!a.Codec.TryDecode(ref r, out var aValue)
                || !b.Codec.TryDecode(ref r, out var bValue)
                || !c.Codec.TryDecode(ref r, out var cValue)
                || !d.Codec.TryDecode(ref r, out var dValue)
                || !e.Codec.TryDecode(ref r, out var eValue)
                || !f.Codec.TryDecode(ref r, out var fValue)
                || !g.Codec.TryDecode(ref r, out var gValue))
            {
                return false;
            }

            v = make(aValue, bValue, cValue, dValue, eValue, fValue, gValue);
            return true;
        });
}

/// <summary>A record being described, with 8 fields.</summary>
public sealed class RecordCodec<T, TA, TB, TC, TD, TE, TF, TG, TH>(string name, RecordField<T, TA> a, RecordField<T, TB> b, RecordField<T, TC> c, RecordField<T, TD> d, RecordField<T, TE> e, RecordField<T, TF> f, RecordField<T, TG> g, RecordField<T, TH> h)
{
    /// <summary>Adds a field.</summary>
    public RecordCodec<T, TA, TB, TC, TD, TE, TF, TG, TH, TI> With<TI>(string field, Codec<TI> codec, Func<T, TI> get) =>
        new(name, a, b, c, d, e, f, g, h, new(field, codec, get));

    /// <summary>The codec; <paramref name="make"/> makes the record from its fields.</summary>
    public Codec<T> Build(Func<TA, TB, TC, TD, TE, TF, TG, TH, T> make) => new(
        new ScaleType.Composite(name, [a.Described, b.Described, c.Described, d.Described, e.Described, f.Described, g.Described, h.Described]),
        a.Codec.BytesMin + b.Codec.BytesMin + c.Codec.BytesMin + d.Codec.BytesMin + e.Codec.BytesMin + f.Codec.BytesMin + g.Codec.BytesMin + h.Codec.BytesMin,
        (w, v) =>
        {
            a.Codec.Encode(w, a.Get(v));
            b.Codec.Encode(w, b.Get(v));
            c.Codec.Encode(w, c.Get(v));
            d.Codec.Encode(w, d.Get(v));
            e.Codec.Encode(w, e.Get(v));
            f.Codec.Encode(w, f.Get(v));
            g.Codec.Encode(w, g.Get(v));
            h.Codec.Encode(w, h.Get(v));
        },
        (ref ScaleReader r, [MaybeNullWhen(false)] out T v) =>
        {
            v = default;
            if (!a.Codec.TryDecode(ref r, out var aValue)
                || !b.Codec.TryDecode(ref r, out var bValue)
                || !c.Codec.TryDecode(ref r, out var cValue)
                || !d.Codec.TryDecode(ref r, out var dValue)
                || !e.Codec.TryDecode(ref r, out var eValue)
                || !f.Codec.TryDecode(ref r, out var fValue)
                || !g.Codec.TryDecode(ref r, out var gValue)
                || !h.Codec.TryDecode(ref r, out var hValue))
            {
                return false;
            }

            v = make(aValue, bValue, cValue, dValue, eValue, fValue, gValue, hValue);
            return true;
        });
}

/// <summary>A record being described, with 9 fields.</summary>
public sealed class RecordCodec<T, TA, TB, TC, TD, TE, TF, TG, TH, TI>(string name, RecordField<T, TA> a, RecordField<T, TB> b, RecordField<T, TC> c, RecordField<T, TD> d, RecordField<T, TE> e, RecordField<T, TF> f, RecordField<T, TG> g, RecordField<T, TH> h, RecordField<T, TI> i)
{
    /// <summary>Adds a field.</summary>
    public RecordCodec<T, TA, TB, TC, TD, TE, TF, TG, TH, TI, TJ> With<TJ>(string field, Codec<TJ> codec, Func<T, TJ> get) =>
        new(name, a, b, c, d, e, f, g, h, i, new(field, codec, get));

    /// <summary>The codec; <paramref name="make"/> makes the record from its fields.</summary>
    public Codec<T> Build(Func<TA, TB, TC, TD, TE, TF, TG, TH, TI, T> make) => new(
        new ScaleType.Composite(name, [a.Described, b.Described, c.Described, d.Described, e.Described, f.Described, g.Described, h.Described, i.Described]),
        a.Codec.BytesMin + b.Codec.BytesMin + c.Codec.BytesMin + d.Codec.BytesMin + e.Codec.BytesMin + f.Codec.BytesMin + g.Codec.BytesMin + h.Codec.BytesMin + i.Codec.BytesMin,
        (w, v) =>
        {
            a.Codec.Encode(w, a.Get(v));
            b.Codec.Encode(w, b.Get(v));
            c.Codec.Encode(w, c.Get(v));
            d.Codec.Encode(w, d.Get(v));
            e.Codec.Encode(w, e.Get(v));
            f.Codec.Encode(w, f.Get(v));
            g.Codec.Encode(w, g.Get(v));
            h.Codec.Encode(w, h.Get(v));
            i.Codec.Encode(w, i.Get(v));
        },
        (ref ScaleReader r, [MaybeNullWhen(false)] out T v) =>
        {
            v = default;
            if (!a.Codec.TryDecode(ref r, out var aValue)
                || !b.Codec.TryDecode(ref r, out var bValue)
                || !c.Codec.TryDecode(ref r, out var cValue)
                || !d.Codec.TryDecode(ref r, out var dValue)
                || !e.Codec.TryDecode(ref r, out var eValue)
                || !f.Codec.TryDecode(ref r, out var fValue)
                || !g.Codec.TryDecode(ref r, out var gValue)
                || !h.Codec.TryDecode(ref r, out var hValue)
                || !i.Codec.TryDecode(ref r, out var iValue))
            {
                return false;
            }

            v = make(aValue, bValue, cValue, dValue, eValue, fValue, gValue, hValue, iValue);
            return true;
        });
}

/// <summary>A record being described, with 10 fields.</summary>
public sealed class RecordCodec<T, TA, TB, TC, TD, TE, TF, TG, TH, TI, TJ>(string name, RecordField<T, TA> a, RecordField<T, TB> b, RecordField<T, TC> c, RecordField<T, TD> d, RecordField<T, TE> e, RecordField<T, TF> f, RecordField<T, TG> g, RecordField<T, TH> h, RecordField<T, TI> i, RecordField<T, TJ> j)
{
    /// <summary>The codec; <paramref name="make"/> makes the record from its fields.</summary>
    public Codec<T> Build(Func<TA, TB, TC, TD, TE, TF, TG, TH, TI, TJ, T> make) => new(
        new ScaleType.Composite(name, [a.Described, b.Described, c.Described, d.Described, e.Described, f.Described, g.Described, h.Described, i.Described, j.Described]),
        a.Codec.BytesMin + b.Codec.BytesMin + c.Codec.BytesMin + d.Codec.BytesMin + e.Codec.BytesMin + f.Codec.BytesMin + g.Codec.BytesMin + h.Codec.BytesMin + i.Codec.BytesMin + j.Codec.BytesMin,
        (w, v) =>
        {
            a.Codec.Encode(w, a.Get(v));
            b.Codec.Encode(w, b.Get(v));
            c.Codec.Encode(w, c.Get(v));
            d.Codec.Encode(w, d.Get(v));
            e.Codec.Encode(w, e.Get(v));
            f.Codec.Encode(w, f.Get(v));
            g.Codec.Encode(w, g.Get(v));
            h.Codec.Encode(w, h.Get(v));
            i.Codec.Encode(w, i.Get(v));
            j.Codec.Encode(w, j.Get(v));
        },
        (ref ScaleReader r, [MaybeNullWhen(false)] out T v) =>
        {
            v = default;
            if (!a.Codec.TryDecode(ref r, out var aValue)
                || !b.Codec.TryDecode(ref r, out var bValue)
                || !c.Codec.TryDecode(ref r, out var cValue)
                || !d.Codec.TryDecode(ref r, out var dValue)
                || !e.Codec.TryDecode(ref r, out var eValue)
                || !f.Codec.TryDecode(ref r, out var fValue)
                || !g.Codec.TryDecode(ref r, out var gValue)
                || !h.Codec.TryDecode(ref r, out var hValue)
                || !i.Codec.TryDecode(ref r, out var iValue)
                || !j.Codec.TryDecode(ref r, out var jValue))
            {
                return false;
            }

            v = make(aValue, bValue, cValue, dValue, eValue, fValue, gValue, hValue, iValue, jValue);
            return true;
        });
}
