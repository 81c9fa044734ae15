namespace Nsn.Gateway.Api;

/// <summary>A director: SS58 account, Ed25519 key in hexadecimal, name for people.</summary>
internal sealed record DirectorKey(string Account, string Key, string Name, string Region);
