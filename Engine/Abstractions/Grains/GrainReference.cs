namespace Orleans.Runtime;

/// <summary>A logical pointer to a grain; generated proxies derive from it.</summary>
public class GrainReference : IAddressable, IEquatable<GrainReference>, ISpanFormattable
{
    private readonly GrainReferenceShared _shared;
    private readonly IdSpan _key;

    protected GrainReference(GrainReferenceShared shared, IdSpan key)
    {
        _shared = shared;
        _key = key;
    }

    internal GrainReferenceShared Shared => _shared;

    /// <summary>The activation that the runtime last found for this reference in its own silo; checked before each use.</summary>
    internal IGrainContext LocalTarget { get; set; }

    public GrainId GrainId => new(_shared.GrainType, _key);
    public GrainInterfaceType InterfaceType => _shared.InterfaceType;
    public ushort InterfaceVersion => 0;
    public virtual string InterfaceName => InterfaceType.ToString();

    public virtual TGrainInterface Cast<TGrainInterface>()
        where TGrainInterface : IAddressable => this is TGrainInterface same ? same : (TGrainInterface)(object)_shared.Runtime.Cast(this, typeof(TGrainInterface));

    public uint GetUniformHashCode() => GrainId.GetUniformHashCode();

    /// <summary>Sends a call and gives the promise of its result.</summary>
    protected ValueTask<T> Send<T>(Call<T> call)
    {
        call.Reference = this;
        var promise = call.AsValueTask();
        _shared.Runtime.Send(call);
        return promise;
    }

    /// <summary>Sends a call and gives the promise of its end.</summary>
    protected ValueTask Send(VoidCall call)
    {
        call.Reference = this;
        var promise = call.AsValueTask();
        _shared.Runtime.Send(call);
        return promise;
    }

    /// <summary>Sends a call that nobody waits for.</summary>
    protected void Post(Call call)
    {
        call.Reference = this;
        _shared.Runtime.Send(call);
    }

    public bool Equals(GrainReference other) => other is not null && GrainId.Equals(other.GrainId);
    public override bool Equals(object obj) => Equals(obj as GrainReference);
    public override int GetHashCode() => GrainId.GetHashCode();
    public override string ToString() => $"GrainReference:{GrainId}:{InterfaceType}";
    string IFormattable.ToString(string format, IFormatProvider formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider provider) =>
        destination.TryWrite($"{ToString()}", out charsWritten);

    public static bool operator ==(GrainReference left, GrainReference right) => left is null ? right is null : left.Equals(right);
    public static bool operator !=(GrainReference left, GrainReference right) => !(left == right);
}
