namespace Nsn.Engine.Runtime.Silos;

/// <summary>What a frame says.</summary>
internal enum FrameKind : byte
{
    Request = 1,
    Response = 2,
    Cancel = 3,
}
