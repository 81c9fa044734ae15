namespace Nsn.AppHost.Provisioning;

/// <summary>How a command ended, with the end of what it wrote.</summary>
internal sealed record CommandResult(int ExitCode, string Output);
