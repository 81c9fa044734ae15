namespace Nsn.Gateway.Api;

/// <summary>A line of the script and when it is spoken, seconds within the clip.</summary>
internal sealed record Caption(double Start, double End, string Text);
