using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Xml.Linq;
using Nsn.Gateway;
using Nsn.Grains.Channels;
using Nsn.Grains.Directors;
using Nsn.Grains.Ledger;
using Nsn.Grains.Slots;

namespace Nsn.Silo.Tests;

/// <summary>docs/configuration.md is made from the settings' classes: <c>NSN_WRITE_DOCS=1 ./test Silo</c> writes it anew.</summary>
public sealed class ConfigurationPageTests
{
    private static readonly (string Section, string Reader, object Defaults)[] s_sections =
    [
        ("Silo", "silos", new SiloSettings()),
        ("Gateway", "gateways", new GatewaySettings()),
        ("Channel", "core silos", new ChannelOptions()),
        ("Slot", "core silos", new SlotOptions()),
        ("Director", "core silos", new DirectorOptions()),
        ("Ledger", "core silos", new LedgerOptions()),
    ];

    [Fact]
    public void The_page_of_settings_is_the_one_that_the_classes_make()
    {
        var path = Path.Combine(Root(), "docs", "configuration.md");
        var page = Page();
        if (Environment.GetEnvironmentVariable("NSN_WRITE_DOCS") == "1")
            File.WriteAllText(path, page);
        Assert.True(File.Exists(path) && File.ReadAllText(path) == page, "docs/configuration.md is not up to date: run NSN_WRITE_DOCS=1 ./test Silo and commit it.");
    }

    [Fact]
    public void Every_setting_says_what_it_is()
    {
        foreach (var (section, _, defaults) in s_sections)
            Assert.All(Settings(defaults), setting => Assert.True(Summary(setting).Length > 0, $"{section}:{setting.Name} has no summary."));
    }

    private static string Page()
    {
        var page = new StringBuilder();
        page.Append("# Settings\n\n");
        page.Append("Made from the classes of settings by `NSN_WRITE_DOCS=1 ./test Silo`; a test fails when it is out of date.\n\n");
        page.Append("In the environment a setting is `Section__Name` (`Gateway__UdpPort=8189`; items of a list `Silo__Roles__0`), on the command line `--Section:Name=value`. Settings that break\n");
        page.Append("their bounds stop the process at its start, with the reason. AppHost gives its processes what they need, and hands its own environment on to them.\n\n");
        page.Append("| Setting | Default | Bounds | Read by | What it is |\n|---|---|---|---|---|\n");
        page.Append("| `ConnectionStrings:nsn` | required | | silos, gateways | PostgreSQL: membership, grain state, the ledger's journal |\n");
        page.Append("| `ConnectionStrings:blobs` | required | | silos, gateways | Azure Storage (or Azurite): the chunks of clips |\n");
        page.Append("| `OTEL_EXPORTER_OTLP_ENDPOINT` | none | | silos, gateways | where traces, metrics and logs are sent; nothing is sent without it |\n");
        page.Append("| `NSN_ONNXRUNTIME` | none | | GPU silos, `nsn` | file of another ONNX Runtime library, with WebGPU or CUDA (docs/inference.md) |\n");
        foreach (var (section, reader, defaults) in s_sections)
        {
            foreach (var setting in Settings(defaults))
                page.Append(CultureInfo.InvariantCulture, $"| `{section}:{setting.Name}` | {Default(setting.GetValue(defaults))} | {Bounds(setting)}| {reader} | {Summary(setting)} |\n");
        }

        return page.ToString();
    }

    private static IEnumerable<PropertyInfo> Settings(object defaults) =>
        defaults.GetType().GetProperties().Where(property => property.CanWrite || property.PropertyType == typeof(IList<string>)).OrderBy(property => property.MetadataToken);

    private static string Default(object? value) => value switch
    {
        null or "" => "none",
        IList<string> list => list.Count == 0 ? "none" : $"`{string.Join(", ", list)}`",
        TimeSpan time => $"`{time.ToString("c", CultureInfo.InvariantCulture)}`",
        bool yes => yes ? "`true`" : "`false`",
        IFormattable other => $"`{other.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => $"`{value}`",
    };

    private static string Bounds(PropertyInfo setting)
    {
        if (setting.GetCustomAttribute<RangeAttribute>() is { } range)
            return string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum} ");
        if (setting.GetCustomAttribute<RegularExpressionAttribute>() is { } pattern)
            return $"`{pattern.Pattern.Replace("|", "\\|", StringComparison.Ordinal)}` ";
        if (setting.PropertyType.IsEnum)
            return $"{string.Join(", ", Enum.GetNames(setting.PropertyType).Select(name => $"`{name}`"))} ";
        return setting.GetCustomAttribute<StringLengthAttribute>() is { } length
            ? $"up to {length.MaximumLength.ToString(CultureInfo.InvariantCulture)} characters "
            : "";
    }

    /// <summary>The summary of the property's documentation, on one line, fit for a table.</summary>
    private static string Summary(PropertyInfo setting)
    {
        var type = setting.DeclaringType!;
        var file = Path.ChangeExtension(type.Assembly.Location, ".xml");
        var member = XDocument.Load(file).Descendants("member").FirstOrDefault(m => m.Attribute("name")?.Value == $"P:{type.FullName}.{setting.Name}");
        var summary = member?.Element("summary");
        if (summary is null)
            return "";
        foreach (var reference in summary.Descendants("see").ToArray())
            reference.ReplaceWith($"`{reference.Attribute("cref")?.Value.Split('.')[^1] ?? reference.Attribute("langword")?.Value}`");
        foreach (var code in summary.Descendants("c").ToArray())
            code.ReplaceWith($"`{code.Value}`");
        return string.Join(' ', summary.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace("|", "\\|", StringComparison.Ordinal).TrimEnd('.');
    }

    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "NSN.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The test runs outside of the repository.");
    }
}
