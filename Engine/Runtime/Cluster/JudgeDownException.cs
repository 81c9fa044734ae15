namespace Nsn.Engine.Runtime.Cluster;

/// <summary>The judge does not run: until it does, and for a lease after that, it declares nobody dead whose lease has not run out.</summary>
public sealed class JudgeDownException(Exception reason) : Exception($"The judge is down: {reason.Message}", reason);
