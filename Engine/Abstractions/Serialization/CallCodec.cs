namespace Nsn.Engine.Serialization;

/// <summary>Writes a call: its method, type arguments and arguments.</summary>
internal sealed class CallCodec : Codec<Call>
{
    private const int TypeArgumentsMax = 16;

    public override void Write(Writer writer, Call value)
    {
        writer.WriteFixed32(value.MethodId);
        var types = value.TypeArguments;
        writer.WriteVarUInt((ulong)types.Length);
        foreach (var type in types)
            writer.WriteType(type);
        value.WriteArguments(writer);
    }

    public override Call Read(Reader reader)
    {
        var id = reader.ReadFixed32();
        var types = Type.EmptyTypes;
        if (reader.ReadLength("type arguments") is > 0 and var count)
        {
            if (count > TypeArgumentsMax)
                throw new WireFormatException($"A method with {count} type arguments is refused.");
            types = new Type[count];
            for (var i = 0; i < count; i++)
                types[i] = reader.ReadType();
        }

        try
        {
            var call = TypeManifest.Current.CreateCall(id, types);
            call.ReadArguments(reader);
            return call;
        }
        catch (Exception exception) when (exception is not (WireFormatException or InsufficientExecutionStackException))
        {
            throw new WireFormatException($"The arguments of the method with number {id:x8} are malformed: {exception.Message}", exception);
        }
    }

    public override Call Copy(Call value)
    {
        var copy = value.Fork();
        copy.CopyArguments();
        return copy;
    }
}
