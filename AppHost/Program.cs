using Nsn.AppHost.Hosting;

// dotnet run --project AppHost -- [run|provision|reset|help] [--Name=value …]
string command = args.Length > 0 && !args[0].StartsWith('-') ? args[0] : "run";
string[] settings = [.. args.Skip(args.Length > 0 && args[0] == command ? 1 : 0)];
try
{
    return await Commands.RunAsync(command, settings).ConfigureAwait(false);
}
catch (AppHostException error)
{
    Terminal.Line(Console.Error, $"AppHost: {error.Message}");
    return 1;
}
