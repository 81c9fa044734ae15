using System.ComponentModel.DataAnnotations;
using System.Net;
using Nsn.Hosting;

namespace Nsn.Silo;

/// <summary>Settings of a silo, section "Silo" of the configuration (environment: Silo__Name and so on).</summary>
public sealed class SiloSettings : IValidatableObject
{
    /// <summary>Name; unique among the silos that run.</summary>
    [Required, RegularExpression("^[a-z0-9-]{1,40}$")]
    public string Name { get; set; } = "core-1";

    /// <summary>"core" hosts the ledger, channels, slots and directors; "gpu" runs models.</summary>
    public IList<string> Roles { get; } = [];

    /// <summary>Where it stands: what its devices say of themselves. Nothing is chosen by it yet.</summary>
    [Required, StringLength(32)]
    public string Region { get; set; } = "local";

    /// <summary>Address that it advertises to silos and clients.</summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port for other silos.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>Port for clients.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>Port for health and metrics over HTTP.</summary>
    [Range(1, 65535)]
    public int HealthPort { get; set; } = 8081;

    /// <summary>Folder of the director keys (files with mode 0600).</summary>
    [Required]
    public string KeyFolder { get; set; } = ".data/keys";

    /// <summary>Folder of the model pack that this silo runs; it stays loaded.</summary>
    public string ModelPack { get; set; } = "models/toon/pack";

    /// <summary>Folders of further model packs: loaded at the start where they fit beside the first, else when a clip asks for them, in place of those that were used least recently.</summary>
    public IList<string> MorePacks { get; } = [];

    /// <summary>Memory of the device that packs may take, in MiB, as their manifests say.</summary>
    [Range(1, 1 << 20)]
    public int VramBudgetMib { get; set; } = 4096;

    /// <summary>Folder of a pack whose towers judge instead of the model pack's own; empty for none.</summary>
    public string TowersPack { get; set; } = "";

    /// <summary>Folder of a pack that speaks instead of espeak-ng; empty for none.</summary>
    public string VoicePack { get; set; } = "";

    /// <summary>"auto", "cpu", "cuda" or "webgpu" (docs/inference.md).</summary>
    [RegularExpression("^(auto|cpu|cuda|webgpu)$")]
    public string Device { get; set; } = "auto";

    /// <summary>Jobs that run at once on the device.</summary>
    [Range(1, 64)]
    public int DeviceJobs { get; set; } = 2;

    /// <summary>Whether the process gives way to others on its machine: for models on the processors of a machine that people use.</summary>
    public bool LowPriority { get; set; }

    /// <summary>Whether it hosts the grains of the core.</summary>
    public bool IsCore => Roles.Contains("core");

    /// <summary>Whether it has a device that runs models.</summary>
    public bool IsGpu => Roles.Contains("gpu");

    /// <summary>The silo's endpoints.</summary>
    public SiloEndpoints ToEndpoints() => new(Name, IPAddress.Parse(Address), SiloPort, GatewayPort);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Roles.Count == 0 || Roles.Any(role => role is not ("core" or "gpu")))
            yield return new ValidationResult("Silo:Roles names what the silo does: \"core\", \"gpu\" or both.", [nameof(Roles)]);
        if (!IPAddress.TryParse(Address, out _))
            yield return new ValidationResult($"Silo:Address '{Address}' is not an IP address.", [nameof(Address)]);
    }
}
