namespace Nsn.AppHost.Supervision;

/// <summary>One line of an instance's console.</summary>
/// <param name="Sequence">Counts up from 1 within the instance.</param>
/// <param name="Time">When it was read.</param>
/// <param name="IsError">Whether it came from standard error.</param>
/// <param name="Text">The line, cut at <see cref="LogBuffer.MaxLineLength"/> characters.</param>
/// <param name="Level">The level of the .NET logger's entry that it belongs to (<c>trce</c>, <c>dbug</c>, <c>info</c>, <c>warn</c>, <c>fail</c>, <c>crit</c>); empty where there is none.</param>
public sealed record LogLine(long Sequence, DateTimeOffset Time, bool IsError, string Text, string Level = "");
