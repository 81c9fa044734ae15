using System.Globalization;
using System.Text.RegularExpressions;

namespace Nsn.EndToEnd.Tests;

/// <summary>What processes of the stack serve at <c>/metrics</c> at one moment.</summary>
internal sealed partial class Scrape
{
    private readonly List<(string Instance, string Name, string[] Labels, double Value)> _samples = [];

    private Scrape()
    {
    }

    /// <summary>Names of what is measured, as Prometheus has them.</summary>
    public HashSet<string> Metrics { get; } = [];

    /// <summary>
    /// Asks all silos and the gateway, as Prometheus does. The figures are of now: processes give the same answer for a moment, so each is asked until there is another one.
    /// </summary>
    public static async Task<Scrape> TakeAsync(StackFixture stack)
    {
        var scrape = new Scrape();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };
        foreach (var instance in (string[])["core-1", "core-2", "gpu", "gateway"])
        {
            var endpoint = stack.Instance(instance).Snapshot.Endpoints.First(endpoint => endpoint.Name is "health" or "http");
            var first = await AskAsync();
            scrape.Read(instance, await Eventually.HoldsAsync($"{instance} collects its figures anew", AskAsync, text => text != first, seconds: 60));

            Task<string> AskAsync() => http.GetStringAsync(new Uri($"{endpoint.Address}/metrics"), TestContext.Current.CancellationToken);
        }

        return scrape;
    }

    /// <summary>Sum of the samples of a name that have these labels, among others: <c>outcome="ok"</c>.</summary>
    public double Sum(string name, params string[] labels) => Of(name, labels).Sum(sample => sample.Value);

    /// <summary>Who serves such samples.</summary>
    public string[] Servers(string name, params string[] labels) => [.. Of(name, labels).Select(sample => sample.Instance).Distinct()];

    private IEnumerable<(string Instance, double Value)> Of(string name, string[] labels) => _samples
        .Where(sample => sample.Name == name && labels.All(sample.Labels.Contains)).Select(sample => (sample.Instance, sample.Value));

    private void Read(string instance, string text)
    {
        Metrics.UnionWith(TypeLine().Matches(text).Select(match => match.Groups[1].Value));
        foreach (Match sample in Sample().Matches(text))
        {
            _samples.Add((
                instance,
                sample.Groups["name"].Value,
                [.. Label().Matches(sample.Groups["labels"].Value).Select(label => label.Value)],
                double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture)));
        }
    }

    [GeneratedRegex(@"^# TYPE (\S+)", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^(?<name>nsn_\w+)(\{(?<labels>.*)\})? (?<value>[0-9.eE+-]+)( \d+)?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Sample();

    [GeneratedRegex(@"\w+=""[^""]*""")]
    private static partial Regex Label();
}
