namespace Nsn.AppHost.Supervision;

/// <summary>One line of an instance's console.</summary>
/// <param name="Sequence">Counts up from 1 within the instance.</param>
/// <param name="Time">When it was read.</param>
/// <param name="IsError">Whether it came from standard error.</param>
/// <param name="Text">The line, cut at <see cref="LogBuffer.MaxLineLength"/> characters.</param>
public sealed record LogLine(long Sequence, DateTimeOffset Time, bool IsError, string Text);
