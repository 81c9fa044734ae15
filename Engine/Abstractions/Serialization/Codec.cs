namespace Nsn.Engine.Serialization;

/// <summary>Writes, reads and copies values of one type, seen without its type parameter.</summary>
public abstract class Codec
{
    public abstract Type ValueType { get; }

    /// <summary>Whether values never change, so that a copy is the value itself.</summary>
    public virtual bool IsImmutable => false;

    public virtual WireKind Kind => WireKind.Blob;
    public abstract void WriteObject(Writer writer, object value);
    public abstract object ReadObject(Reader reader);
    public abstract object CopyObject(object value);
}

/// <summary>Writes, reads and copies values of one type.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
public abstract class Codec<T> : Codec
{
    private static readonly bool s_mayBeNull = default(T) is null;

    public override Type ValueType => typeof(T);

    /// <summary>Writes a value that is not null.</summary>
    public abstract void Write(Writer writer, T value);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public abstract T Read(Reader reader);

    /// <summary>A value that shares nothing mutable with the given one.</summary>
    public abstract T Copy(T value);

    public override void WriteObject(Writer writer, object value) => Write(writer, (T)value);
    public override object ReadObject(Reader reader) => Read(reader);
    public override object CopyObject(object value) => Copy((T)value);

    /// <summary>Writes a value that may be null.</summary>
    public void WriteItem(Writer writer, T value)
    {
        if (s_mayBeNull)
        {
            if (value is null)
            {
                writer.WriteByte(0);
                return;
            }

            writer.WriteByte(1);
        }

        Write(writer, value);
    }

    public T ReadItem(Reader reader) => s_mayBeNull && reader.ReadByte() == 0 ? default : Read(reader);

    /// <summary>Writes a numbered member.</summary>
    public void WriteField(Writer writer, uint id, T value)
    {
        if (s_mayBeNull && value is null)
        {
            writer.WriteTag(id, WireKind.Null);
            return;
        }

        writer.WriteTag(id, Kind);
        if (Kind != WireKind.Blob)
        {
            Write(writer, value);
            return;
        }

        var start = writer.BeginBlob();
        Write(writer, value);
        writer.EndBlob(start);
    }

    public T ReadField(Reader reader, WireKind kind)
    {
        if (kind == WireKind.Null)
            return default;
        if (kind != Kind)
            throw new WireFormatException($"A member of type {typeof(T)} was written as {kind}, which is another type's form.");
        if (kind != WireKind.Blob)
            return Read(reader);
        var outer = reader.BeginBlob();
        var value = Read(reader);
        reader.EndBlob(outer);
        return value;
    }
}
