namespace Nsn.Engine.Serialization;

/// <summary>Pairs of a dictionary.</summary>
internal sealed class KeyValuePairCodec<TKey, TValue> : Codec<KeyValuePair<TKey, TValue>>
{
    public override void Write(Writer writer, KeyValuePair<TKey, TValue> value)
    {
        CodecOf<TKey>.Instance.WriteItem(writer, value.Key);
        CodecOf<TValue>.Instance.WriteItem(writer, value.Value);
    }

    public override KeyValuePair<TKey, TValue> Read(Reader reader) => new(CodecOf<TKey>.Instance.ReadItem(reader), CodecOf<TValue>.Instance.ReadItem(reader));
    public override KeyValuePair<TKey, TValue> Copy(KeyValuePair<TKey, TValue> value) => new(CodecOf<TKey>.Instance.Copy(value.Key), CodecOf<TValue>.Instance.Copy(value.Value));
}

/// <summary>One-tuples.</summary>
internal sealed class TupleCodec<T1> : Codec<Tuple<T1>>
{
    public override void Write(Writer writer, Tuple<T1> value) => CodecOf<T1>.Instance.WriteItem(writer, value.Item1);
    public override Tuple<T1> Read(Reader reader) => new(CodecOf<T1>.Instance.ReadItem(reader));
    public override Tuple<T1> Copy(Tuple<T1> value) => value is null ? null : new(CodecOf<T1>.Instance.Copy(value.Item1));
}

/// <summary>Pairs.</summary>
internal sealed class TupleCodec<T1, T2> : Codec<Tuple<T1, T2>>
{
    public override void Write(Writer writer, Tuple<T1, T2> value) => CodecOf<(T1, T2)>.Instance.Write(writer, (value.Item1, value.Item2));

    public override Tuple<T1, T2> Read(Reader reader)
    {
        var (first, second) = CodecOf<(T1, T2)>.Instance.Read(reader);
        return new(first, second);
    }

    public override Tuple<T1, T2> Copy(Tuple<T1, T2> value) => value is null ? null : new(CodecOf<T1>.Instance.Copy(value.Item1), CodecOf<T2>.Instance.Copy(value.Item2));
}

/// <summary>Triples.</summary>
internal sealed class TupleCodec<T1, T2, T3> : Codec<Tuple<T1, T2, T3>>
{
    public override void Write(Writer writer, Tuple<T1, T2, T3> value) => CodecOf<(T1, T2, T3)>.Instance.Write(writer, (value.Item1, value.Item2, value.Item3));

    public override Tuple<T1, T2, T3> Read(Reader reader)
    {
        var (first, second, third) = CodecOf<(T1, T2, T3)>.Instance.Read(reader);
        return new(first, second, third);
    }

    public override Tuple<T1, T2, T3> Copy(Tuple<T1, T2, T3> value) =>
        value is null ? null : new(CodecOf<T1>.Instance.Copy(value.Item1), CodecOf<T2>.Instance.Copy(value.Item2), CodecOf<T3>.Instance.Copy(value.Item3));
}

/// <summary>Value tuples of one.</summary>
internal sealed class ValueTupleCodec<T1> : Codec<ValueTuple<T1>>
{
    public override void Write(Writer writer, ValueTuple<T1> value) => CodecOf<T1>.Instance.WriteItem(writer, value.Item1);
    public override ValueTuple<T1> Read(Reader reader) => new(CodecOf<T1>.Instance.ReadItem(reader));
    public override ValueTuple<T1> Copy(ValueTuple<T1> value) => new(CodecOf<T1>.Instance.Copy(value.Item1));
}

/// <summary>Value tuples of two.</summary>
internal sealed class ValueTupleCodec<T1, T2> : Codec<(T1, T2)>
{
    public override void Write(Writer writer, (T1, T2) value)
    {
        CodecOf<T1>.Instance.WriteItem(writer, value.Item1);
        CodecOf<T2>.Instance.WriteItem(writer, value.Item2);
    }

    public override (T1, T2) Read(Reader reader) => (CodecOf<T1>.Instance.ReadItem(reader), CodecOf<T2>.Instance.ReadItem(reader));
    public override (T1, T2) Copy((T1, T2) value) => (CodecOf<T1>.Instance.Copy(value.Item1), CodecOf<T2>.Instance.Copy(value.Item2));
}

/// <summary>Value tuples of three.</summary>
internal sealed class ValueTupleCodec<T1, T2, T3> : Codec<(T1, T2, T3)>
{
    public override void Write(Writer writer, (T1, T2, T3) value)
    {
        CodecOf<T1>.Instance.WriteItem(writer, value.Item1);
        CodecOf<T2>.Instance.WriteItem(writer, value.Item2);
        CodecOf<T3>.Instance.WriteItem(writer, value.Item3);
    }

    public override (T1, T2, T3) Read(Reader reader) =>
        (CodecOf<T1>.Instance.ReadItem(reader), CodecOf<T2>.Instance.ReadItem(reader), CodecOf<T3>.Instance.ReadItem(reader));

    public override (T1, T2, T3) Copy((T1, T2, T3) value) =>
        (CodecOf<T1>.Instance.Copy(value.Item1), CodecOf<T2>.Instance.Copy(value.Item2), CodecOf<T3>.Instance.Copy(value.Item3));
}

/// <summary>Value tuples of four.</summary>
internal sealed class ValueTupleCodec<T1, T2, T3, T4> : Codec<(T1, T2, T3, T4)>
{
    public override void Write(Writer writer, (T1, T2, T3, T4) value)
    {
        CodecOf<(T1, T2)>.Instance.Write(writer, (value.Item1, value.Item2));
        CodecOf<(T3, T4)>.Instance.Write(writer, (value.Item3, value.Item4));
    }

    public override (T1, T2, T3, T4) Read(Reader reader)
    {
        var (first, second) = CodecOf<(T1, T2)>.Instance.Read(reader);
        var (third, fourth) = CodecOf<(T3, T4)>.Instance.Read(reader);
        return (first, second, third, fourth);
    }

    public override (T1, T2, T3, T4) Copy((T1, T2, T3, T4) value) =>
        (CodecOf<T1>.Instance.Copy(value.Item1), CodecOf<T2>.Instance.Copy(value.Item2), CodecOf<T3>.Instance.Copy(value.Item3), CodecOf<T4>.Instance.Copy(value.Item4));
}

/// <summary>Value tuples of five.</summary>
internal sealed class ValueTupleCodec<T1, T2, T3, T4, T5> : Codec<(T1, T2, T3, T4, T5)>
{
    public override void Write(Writer writer, (T1, T2, T3, T4, T5) value)
    {
        CodecOf<(T1, T2)>.Instance.Write(writer, (value.Item1, value.Item2));
        CodecOf<(T3, T4, T5)>.Instance.Write(writer, (value.Item3, value.Item4, value.Item5));
    }

    public override (T1, T2, T3, T4, T5) Read(Reader reader)
    {
        var (first, second) = CodecOf<(T1, T2)>.Instance.Read(reader);
        var (third, fourth, fifth) = CodecOf<(T3, T4, T5)>.Instance.Read(reader);
        return (first, second, third, fourth, fifth);
    }

    public override (T1, T2, T3, T4, T5) Copy((T1, T2, T3, T4, T5) value)
    {
        var (first, second) = CodecOf<(T1, T2)>.Instance.Copy((value.Item1, value.Item2));
        var (third, fourth, fifth) = CodecOf<(T3, T4, T5)>.Instance.Copy((value.Item3, value.Item4, value.Item5));
        return (first, second, third, fourth, fifth);
    }
}
