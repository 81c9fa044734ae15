// dotnet run -c Release --project bench/Protocol.Bench -- all [--json FILE]     one or more names instead of "all" run only those
using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using Nsn.Protocol.Bench;

IBenchmark[] all = [.. typeof(IBenchmark).Assembly.GetTypes()
    .Where(type => type.IsClass && !type.IsAbstract && type.IsAssignableTo(typeof(IBenchmark)))
    .Select(type => (IBenchmark)Activator.CreateInstance(type)!)
    .OrderBy(benchmark => benchmark.Name, StringComparer.Ordinal)];
int option = Array.IndexOf(args, "--json");
string? file = option >= 0 && option + 1 < args.Length ? args[option + 1] : null;
string[] names = option >= 0 ? args[..option] : args;
if (names.Length == 0 || (option >= 0 && file is null))
{
    Console.Error.WriteLine($"usage: all|NAME... [--json FILE]    names: {string.Join(' ', all.Select(benchmark => benchmark.Name))}");
    return 2;
}

Results results = new();
foreach (IBenchmark benchmark in all.Where(benchmark => names.Contains("all") || names.Contains(benchmark.Name)))
{
    benchmark.Run(results);
    GC.Collect(); // what one leaves behind is no burden for the next
}

if (file is not null)
{
    string machine = $"{Environment.ProcessorCount} cores, .NET {Environment.Version}, AVX-512 {Avx512BW.IsSupported}, GFNI {Gfni.V512.IsSupported}";
    File.WriteAllText(file, JsonSerializer.Serialize(new { machine, figures = results.Figures }, Json.Options) + "\n");
}

return 0;

internal static class Json
{
    internal static readonly JsonSerializerOptions Options = new() { WriteIndented = true };
}
