namespace Nsn.Engine.Calls;

/// <summary>How a call may be scheduled and answered.</summary>
[Flags]
public enum CallOptions
{
    None = 0,
    ReadOnly = 1,
    AlwaysInterleave = 2,
    OneWay = 4,
    Unordered = 8,
}
