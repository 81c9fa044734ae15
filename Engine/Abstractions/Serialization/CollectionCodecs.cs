using System.Collections.Immutable;

namespace Nsn.Engine.Serialization;

/// <summary>Arrays of one dimension.</summary>
internal sealed class ArrayCodec<T> : Codec<T[]>
{
    /// <summary>Items that are made room for because a count says so; more room comes as they are read.</summary>
    private const int TrustedCount = 4096;

    public override void Write(Writer writer, T[] value)
    {
        writer.WriteVarUInt((ulong)value.Length);
        var codec = CodecOf<T>.Instance;
        foreach (var item in value)
            codec.WriteItem(writer, item);
    }

    public override T[] Read(Reader reader)
    {
        var count = reader.ReadLength(typeof(T[]).Name);
        var items = new T[Math.Min(count, TrustedCount)];
        var codec = CodecOf<T>.Instance;
        for (var i = 0; i < count; i++)
        {
            if (i == items.Length)
                Array.Resize(ref items, (int)Math.Min(count, items.Length * 2L));
            items[i] = codec.ReadItem(reader);
        }

        return items;
    }

    public override T[] Copy(T[] value)
    {
        if (value is null)
            return null;
        var copy = (T[])value.Clone();
        var codec = CodecOf<T>.Instance;
        if (!codec.IsImmutable)
        {
            for (var i = 0; i < copy.Length; i++)
                copy[i] = codec.Copy(copy[i]);
        }

        return copy;
    }
}

/// <summary>Base of collections that are written as a count and their items.</summary>
/// <typeparam name="TCollection">The collection.</typeparam>
/// <typeparam name="T">Its items.</typeparam>
internal abstract class ItemsCodec<TCollection, T> : Codec<TCollection>
    where TCollection : IEnumerable<T>
{
    protected abstract TCollection Build(List<T> items, TCollection like);
    protected virtual IEnumerable<T> InOrder(TCollection value) => value;
    protected virtual void WriteExtra(Writer writer, TCollection value)
    {
    }

    protected virtual TCollection ReadExtra(Reader reader) => default;

    public override void Write(Writer writer, TCollection value)
    {
        WriteExtra(writer, value);
        var codec = CodecOf<T>.Instance;
        if (!value.TryGetNonEnumeratedCount(out var count))
        {
            var items = value.ToList();
            writer.WriteVarUInt((ulong)items.Count);
            foreach (var item in items)
                codec.WriteItem(writer, item);
            return;
        }

        writer.WriteVarUInt((ulong)count);
        foreach (var item in InOrder(value))
            codec.WriteItem(writer, item);
    }

    public override TCollection Read(Reader reader)
    {
        var like = ReadExtra(reader);
        var count = reader.ReadLength(typeof(TCollection).Name);
        var items = new List<T>(Math.Min(count, 4096));
        var codec = CodecOf<T>.Instance;
        for (var i = 0; i < count; i++)
            items.Add(codec.ReadItem(reader));
        return Build(items, like);
    }

    public override TCollection Copy(TCollection value)
    {
        if (value is null)
            return value;
        var items = new List<T>(InOrder(value));
        var codec = CodecOf<T>.Instance;
        if (!codec.IsImmutable)
        {
            for (var i = 0; i < items.Count; i++)
                items[i] = codec.Copy(items[i]);
        }

        return Build(items, value);
    }
}

/// <summary>Lists.</summary>
internal sealed class ListCodec<T> : ItemsCodec<List<T>, T>
{
    /// <summary>Writes what the base does, but without an enumerator on the heap.</summary>
    public override void Write(Writer writer, List<T> value)
    {
        writer.WriteVarUInt((ulong)value.Count);
        var codec = CodecOf<T>.Instance;
        foreach (var item in value)
            codec.WriteItem(writer, item);
    }

    protected override List<T> Build(List<T> items, List<T> like) => items;
}

/// <summary>Hash sets, with the well-known comparers.</summary>
internal sealed class HashSetCodec<T> : ItemsCodec<HashSet<T>, T>
{
    protected override void WriteExtra(Writer writer, HashSet<T> value) => Comparers.Write(writer, value.Comparer);
    protected override HashSet<T> ReadExtra(Reader reader) => new((IEqualityComparer<T>)Comparers.Read(reader));
    protected override HashSet<T> Build(List<T> items, HashSet<T> like) => new(items, like?.Comparer);
}

/// <summary>Sorted sets in the default order.</summary>
internal sealed class SortedSetCodec<T> : ItemsCodec<SortedSet<T>, T>
{
    protected override SortedSet<T> Build(List<T> items, SortedSet<T> like) => new(items, like?.Comparer);
}

/// <summary>Queues.</summary>
internal sealed class QueueCodec<T> : ItemsCodec<Queue<T>, T>
{
    protected override Queue<T> Build(List<T> items, Queue<T> like) => new(items);
}

/// <summary>Stacks, from the bottom.</summary>
internal sealed class StackCodec<T> : ItemsCodec<Stack<T>, T>
{
    protected override IEnumerable<T> InOrder(Stack<T> value) => value.Reverse();
    protected override Stack<T> Build(List<T> items, Stack<T> like) => new(items);
}

/// <summary>Dictionaries, with the well-known comparers.</summary>
internal sealed class DictionaryCodec<TKey, TValue> : ItemsCodec<Dictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>
{
    protected override void WriteExtra(Writer writer, Dictionary<TKey, TValue> value) => Comparers.Write(writer, value.Comparer);
    protected override Dictionary<TKey, TValue> ReadExtra(Reader reader) => new((IEqualityComparer<TKey>)Comparers.Read(reader));
    protected override Dictionary<TKey, TValue> Build(List<KeyValuePair<TKey, TValue>> items, Dictionary<TKey, TValue> like) => new(items, like?.Comparer);
}

/// <summary>Sorted dictionaries.</summary>
internal sealed class SortedDictionaryCodec<TKey, TValue> : ItemsCodec<SortedDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>
{
    protected override SortedDictionary<TKey, TValue> Build(List<KeyValuePair<TKey, TValue>> items, SortedDictionary<TKey, TValue> like) =>
        new(items.ToDictionary(item => item.Key, item => item.Value), like?.Comparer);
}

/// <summary>Immutable arrays.</summary>
internal sealed class ImmutableArrayCodec<T> : ItemsCodec<ImmutableArray<T>, T>
{
    public override void Write(Writer writer, ImmutableArray<T> value) => base.Write(writer, value.IsDefault ? [] : value);
    public override ImmutableArray<T> Copy(ImmutableArray<T> value) => value.IsDefault ? value : base.Copy(value);
    protected override ImmutableArray<T> Build(List<T> items, ImmutableArray<T> like) => [.. items];
}

/// <summary>Immutable lists.</summary>
internal sealed class ImmutableListCodec<T> : ItemsCodec<ImmutableList<T>, T>
{
    protected override ImmutableList<T> Build(List<T> items, ImmutableList<T> like) => [.. items];
}

/// <summary>Immutable sets.</summary>
internal sealed class ImmutableHashSetCodec<T> : ItemsCodec<ImmutableHashSet<T>, T>
{
    protected override ImmutableHashSet<T> Build(List<T> items, ImmutableHashSet<T> like) => ImmutableHashSet.CreateRange(like?.KeyComparer, items);
}

/// <summary>Immutable dictionaries.</summary>
internal sealed class ImmutableDictionaryCodec<TKey, TValue> : ItemsCodec<ImmutableDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>
{
    protected override ImmutableDictionary<TKey, TValue> Build(List<KeyValuePair<TKey, TValue>> items, ImmutableDictionary<TKey, TValue> like) =>
        ImmutableDictionary.CreateRange(like?.KeyComparer, items);
}

/// <summary>Collection interfaces, as the usual collection behind them.</summary>
internal sealed class SequenceCodec<TInterface, TConcrete> : Codec<TInterface>
    where TInterface : class
    where TConcrete : class
{
    public override void Write(Writer writer, TInterface value) => CodecOf<TConcrete>.Instance.Write(writer, Concrete(value));
    public override TInterface Read(Reader reader) => (TInterface)(object)CodecOf<TConcrete>.Instance.Read(reader);

    public override TInterface Copy(TInterface value)
    {
        if (value is null)
            return null;
        var type = value.GetType();
        return Codecs.CanWrite(type)
            ? (TInterface)Codecs.Exact(type).CopyObject(value)
            : (TInterface)(object)CodecOf<TConcrete>.Instance.Copy(Concrete(value));
    }

    private static TConcrete Concrete(TInterface value) => value as TConcrete ?? (TConcrete)Activator.CreateInstance(typeof(TConcrete), value);
}

/// <summary>The comparers that can be named on the wire.</summary>
internal static class Comparers
{
    public static void Write(Writer writer, object comparer) => writer.WriteByte(comparer switch
    {
        StringComparer c when c.Equals(StringComparer.OrdinalIgnoreCase) => 1,
        _ => 0,
    });

    public static object Read(Reader reader) => reader.ReadByte() == 1 ? StringComparer.OrdinalIgnoreCase : null;
}
