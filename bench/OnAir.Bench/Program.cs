using System.Text.Json;
using Nsn.OnAir.Bench;

const string Help = """
    What the whole network takes and how it behaves, on this machine: brings it up on free ports, and down again.

    OnAir.Bench [all|rest|prompts|joins|viewers|freezes] [options]

      rest      processor and memory of every resource while nobody watches
      prompts   from a person's prompt to its certificate           --prompts 8
      joins     from opening the page to the first picture          --joins 10
      viewers   the gateway with a number of viewers                --viewers 0,50,200
      freezes   how long a picture stands still at faults

      --seconds 30   how long rest and viewers are looked at
      --json FILE    writes the figures there, too

    The exit code is 1 where an aim was missed, also on a machine that is busy with something else, and 2 where an argument was not understood.
    """;
string[] modes = ["all", "rest", "prompts", "joins", "viewers", "freezes"];
if (args.Contains("--help") || args.Contains("-h"))
{
    Console.WriteLine(Help);
    return 0;
}

string what = args.Length > 0 && !args[0].StartsWith('-') ? args[0] : "all";
string[] options = [.. args.Skip(args.Length > 0 && args[0] == what ? 1 : 0)];
string[] named = ["--prompts", "--joins", "--viewers", "--seconds", "--json"];
if (!modes.Contains(what) || options.Length % 2 != 0 || options.Where((_, i) => i % 2 == 0).Any(name => !named.Contains(name))
    || options.Where((name, i) => i % 2 == 0 && name != "--json").Any(name => !Argument(name)!.Split(',').All(number => int.TryParse(number, out int value) && value >= 0)))
{
    Console.Error.WriteLine($"not understood: {string.Join(' ', args)}\n\n{Help}");
    return 2;
}

string? json = Argument("--json");
int[] viewers = [.. (Argument("--viewers") ?? "0,50,200").Split(',').Select(int.Parse)];
int prompts = int.Parse(Argument("--prompts") ?? "8"), joins = int.Parse(Argument("--joins") ?? "10");
TimeSpan window = TimeSpan.FromSeconds(int.Parse(Argument("--seconds") ?? "30"));

await using BenchStack stack = await BenchStack.StartAsync();
Console.Error.WriteLine("the stack is ready");
var report = new Report();
if (what is "all" or "rest")
{
    foreach (RestFigures figures in await RestMeasure.MeasureAsync(stack, window))
        report.Rest.Add(Tell(figures));
}

if (what is "all" or "prompts")
    report.Prompts = Tell(await PromptMeasure.MeasureAsync(stack, prompts));
if (what is "all" or "joins")
{
    report.Joins = Tell(await JoinMeasure.MeasureAsync(stack, joins));
    if (report.Joins.PictureMaxSeconds > Report.JoinSecondsMax)
        report.Missed.Add($"a join took {report.Joins.PictureMaxSeconds} s to the first picture, {Report.JoinSecondsMax} s at most");
}

if (what is "all" or "viewers")
{
    foreach (int count in viewers)
        report.Viewers.Add(Tell(await ViewerLoad.MeasureAsync(stack, count, window)));
}

if (what is "all" or "freezes")
{
    await using var browser = await HeadlessBrowser.LaunchAsync();
    await using var screen = await WatchedScreen.OpenAsync(browser, stack.Gateway);
    foreach (Fault fault in Fault.All)
    {
        report.Freezes.Add(Tell(await FreezeMeasure.MeasureAsync(stack, screen, fault)));
        if (fault.GatewayLives && report.Freezes[^1].LongestFreezeSeconds > Report.FreezeSecondsMax)
            report.Missed.Add($"{fault.Name}: the picture stood still for {report.Freezes[^1].LongestFreezeSeconds} s, {Report.FreezeSecondsMax} s at most");
    }
}

string text = JsonSerializer.Serialize(report, Report.Json);
Console.WriteLine(text);
if (json is not null)
    await File.WriteAllTextAsync(json, text + "\n");
foreach (string missed in report.Missed)
    Console.Error.WriteLine($"missed: {missed}");
return report.Missed.Count == 0 ? 0 : 1;

static T Tell<T>(T result)
{
    Console.Error.WriteLine(result);
    return result;
}

string? Argument(string name)
{
    int index = Array.IndexOf(args, name);
    return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
}
