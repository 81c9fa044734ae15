using System.Runtime.CompilerServices;
using Orleans.Serialization;

namespace Nsn.Engine.Serialization;

/// <summary>Exceptions: type, message, stack, inner exception. The type is rebuilt when the reader knows it.</summary>
/// <typeparam name="T">The exception.</typeparam>
internal sealed class ExceptionCodec<T> : Codec<T>
    where T : Exception
{
    public override bool IsImmutable => true;

    public override void Write(Writer writer, T value) => ExceptionWire.Write(writer, value);

    public override T Read(Reader reader) =>
        (T)ExceptionWire.ReadInto((Exception)RuntimeHelpers.GetUninitializedObject(typeof(T)), reader);

    public override T Copy(T value) => value;
}

/// <summary>The fields of an exception on the wire.</summary>
internal static class ExceptionWire
{
    /// <summary>Writes an exception with its type name, so that a reader that lacks the type still gets message and stack.</summary>
    public static void WriteAny(Writer writer, Exception exception)
    {
        writer.WriteString(TypeNames.Format(exception.GetType()));
        var start = writer.BeginBlob();
        if (TypeManifest.Current.TryGetCodec(exception.GetType(), out _))
        {
            writer.WriteByte(1);
            Write(writer, exception);
            Codecs.Exact(exception.GetType()).WriteObject(writer, exception);
        }
        else
        {
            writer.WriteByte(0);
            Write(writer, exception);
        }

        writer.EndBlob(start);
    }

    public static Exception ReadAny(Reader reader)
    {
        var name = reader.ReadString();
        var outer = reader.BeginBlob();
        try
        {
            var generated = reader.ReadByte() == 1;
            if (!TypeNames.TryParse(name, out var type) || !typeof(Exception).IsAssignableFrom(type) || type.IsAbstract)
                return ReadInto(new UnavailableExceptionFallbackException { ExceptionType = name }, reader);
            var blank = ReadInto((Exception)RuntimeHelpers.GetUninitializedObject(type), reader);
            if (!generated)
                return blank;
            var full = (Exception)Codecs.Exact(type).ReadObject(reader);
            MessageOf(full) = MessageOf(blank);
            InnerOf(full) = InnerOf(blank);
            RemoteStackOf(full) = RemoteStackOf(blank);
            ResultOf(full) = ResultOf(blank);
            if (full is AggregateException aggregate)
                AllOf(aggregate) = AllOf((AggregateException)blank);
            return full;
        }
        finally
        {
            reader.EndBlob(outer);
        }
    }

    public static void Write(Writer writer, Exception exception)
    {
        // An aggregate's message is its own and those of the inner ones, which travel with it: only its own is a field.
        writer.WriteString((exception is AggregateException ? MessageOf(exception) : exception.Message) ?? string.Empty);
        writer.WriteString(exception.StackTrace ?? string.Empty);
        writer.WriteVarInt(exception.HResult);
        writer.WriteByte(exception.InnerException is null ? (byte)0 : (byte)1);
        if (exception.InnerException is { } inner)
            WriteAny(writer, inner);
        if (exception is AggregateException aggregate)
            WriteOthers(writer, aggregate);
    }

    /// <summary>The inner exceptions beyond the first, which is written as any exception's.</summary>
    private static void WriteOthers(Writer writer, AggregateException aggregate)
    {
        var others = Math.Max(0, aggregate.InnerExceptions.Count - 1);
        writer.WriteVarUInt((ulong)others);
        for (var i = 1; i <= others; i++)
            WriteAny(writer, aggregate.InnerExceptions[i]);
    }

    private static void ReadOthers(AggregateException aggregate, Reader reader)
    {
        var all = new List<Exception>();
        if (aggregate.InnerException is { } first)
            all.Add(first);
        for (var others = reader.Remaining > 0 ? reader.ReadLength("inner exceptions") : 0; others > 0; others--) // who wrote it may be too old to send them
            all.Add(ReadAny(reader));
        AllOf(aggregate) = [.. all];
    }

    public static Exception ReadInto(Exception exception, Reader reader)
    {
        MessageOf(exception) = reader.ReadString();
        RemoteStackOf(exception) = reader.ReadString() is { Length: > 0 } stack ? stack + Environment.NewLine + "--- End of the remote stack ---" + Environment.NewLine : null;
        ResultOf(exception) = (int)reader.ReadVarInt();
        InnerOf(exception) = reader.ReadByte() == 1 ? ReadAny(reader) : null;
        if (exception is AggregateException aggregate)
            ReadOthers(aggregate, reader);
        return exception;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_message")]
    private static extern ref string MessageOf(Exception exception);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_remoteStackTraceString")]
    private static extern ref string RemoteStackOf(Exception exception);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_innerException")]
    private static extern ref Exception InnerOf(Exception exception);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_innerExceptions")]
    private static extern ref Exception[] AllOf(AggregateException exception);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_HResult")]
    private static extern ref int ResultOf(Exception exception);
}
