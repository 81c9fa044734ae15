namespace Nsn.Engine.Metadata;

/// <summary>Adds an assembly's grains, interfaces and serializers to the manifest; implemented by generated code.</summary>
public interface ITypeManifestProvider
{
    void Configure(TypeManifest manifest);
}
