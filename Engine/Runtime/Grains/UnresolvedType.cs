namespace Nsn.Engine.Runtime.Grains;

/// <summary>
/// The grain type that a client without the grain classes uses: the interface and the class name prefix, which a silo turns into the type.
/// </summary>
internal static class UnresolvedType
{
    public static GrainType Of(Type interfaceType, string? prefix) => GrainType.Create($"?{TypeNames.Format(interfaceType)}|{prefix}");

    public static bool TryResolve(GrainType type, GrainClassMap classes, out GrainType resolved)
    {
        resolved = type;
        if (type.AsSpan() is not [(byte)'?', ..])
            return false;
        var text = type.ToString();
        var bar = text.LastIndexOf('|');
        if (bar < 0 || !TypeNames.TryParse(text[1..bar], out var interfaceType))
            throw new ArgumentException($"This silo does not know the grain interface '{text}'.");
        resolved = classes.GrainTypeOf(interfaceType, bar + 1 < text.Length ? text[(bar + 1)..] : null);
        return true;
    }
}
