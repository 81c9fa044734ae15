namespace Nsn.Engine.Runtime.Silos;

/// <summary>What a frame says.</summary>
internal enum FrameKind : byte
{
    Request = 1,
    Response = 2,
    Cancel = 3,

    /// <summary>The silo leaves in good order: what was sent is answered, the next calls are for another gateway.</summary>
    Leaving = 4,
}
