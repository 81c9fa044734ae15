namespace Nsn.Engine.Metadata;

/// <summary>Points at the generated list of an assembly's grains, interfaces and serializers.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class TypeManifestProviderAttribute(Type provider) : Attribute
{
    public Type Provider { get; } = provider;
}
