namespace Nsn.Grains.Ledger;

/// <summary>The rules that a chain runs, as clients need to know them.</summary>
/// <param name="SpecVersion">Version of the rules; part of what a signature covers.</param>
/// <param name="TransactionVersion">Version of the extrinsic format; part of what a signature covers.</param>
/// <param name="Ss58Prefix">Of its addresses.</param>
/// <param name="Metadata">Substrate's runtime metadata, version 14.</param>
[GenerateSerializer, Immutable, Alias("nsn.runtime-info")]
public sealed record RuntimeInfo(
    [property: Id(0)] uint SpecVersion,
    [property: Id(1)] uint TransactionVersion,
    [property: Id(2)] ushort Ss58Prefix,
    [property: Id(3)] byte[] Metadata);
