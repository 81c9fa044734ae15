using System.Globalization;
using System.Text.Json.Nodes;
using Nsn.Grains.Ledger;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Blocks;

namespace Nsn.Gateway.Chain;

/// <summary>
/// The methods. They read the last block's state: older states are not kept, and a call that names another block than the last is refused, not answered wrongly.
/// </summary>
internal sealed class ChainMethods
{
    private const int KeyBytesMax = 1024;
    private const int ExtrinsicBytesMax = 64 * 1024;
    private const int KeysMax = 1000;
    private const ulong HashSearchBlocks = 64;
    private readonly ILedgerGrain _ledger;
    private readonly SortedDictionary<string, Func<JsonArray, Task<RpcResult>>> _methods;
    private RuntimeInfo? _runtime;

    public ChainMethods(ILedgerGrain ledger)
    {
        _ledger = ledger;
        _methods = new(StringComparer.Ordinal)
        {
            ["author_submitExtrinsic"] = SubmitAsync,
            ["chain_getBlock"] = parameters => BlockAsync(parameters, static block => new JsonObject
            {
                ["block"] = new JsonObject
                {
                    ["header"] = Header(block),
                    ["extrinsics"] = new JsonArray([.. block.Extrinsics.Select(static extrinsic => (JsonNode)ApiJson.Hex(extrinsic))]),
                },
                ["justifications"] = null,
            }),
            ["chain_getBlockHash"] = BlockHashAsync,
            ["chain_getFinalizedHead"] = async _ => RpcResult.Ok(ApiJson.Hex((await _ledger.GetHeadAsync()).BlockHash)),
            ["chain_getHeader"] = parameters => BlockAsync(parameters, Header),
            ["rpc_methods"] = _ => Now(new JsonObject { ["methods"] = new JsonArray([.. _methods!.Keys.Select(static name => (JsonNode)name)]) }),
            ["state_getKeysPaged"] = KeysAsync,
            ["state_getMetadata"] = async parameters => await WhereAsync(parameters, 0) ?? RpcResult.Ok(ApiJson.Hex((await RuntimeAsync()).Metadata)),
            ["state_getRuntimeVersion"] = async _ => RpcResult.Ok(Version(await RuntimeAsync())),
            ["state_getStorage"] = StorageAsync,
            ["state_queryStorageAt"] = QueryStorageAsync,
            ["system_accountNextIndex"] = NextIndexAsync,
            ["system_chain"] = async _ => RpcResult.Ok((await _ledger.GetHeadAsync()).ChainId),
            ["system_health"] = _ => Now(new JsonObject { ["peers"] = 0, ["isSyncing"] = false, ["shouldHavePeers"] = false }),
            ["system_name"] = _ => Now("nsn-gateway"),
            ["system_properties"] = async _ => RpcResult.Ok(new JsonObject
            {
                ["ss58Format"] = (await RuntimeAsync()).Ss58Prefix,
                ["tokenDecimals"] = new JsonArray(18),
                ["tokenSymbol"] = new JsonArray("NSN"),
            }),
            ["system_version"] = _ => Now(typeof(ChainMethods).Assembly.GetName().Version?.ToString(3)),
        };
    }

    public Task<RpcResult> CallAsync(string method, JsonArray parameters) => _methods.TryGetValue(method, out var handler)
        ? handler(parameters)
        : Task.FromResult(RpcResult.Error(RpcResult.MethodNotFound, "No such method; rpc_methods lists those there are."));

    private static Task<RpcResult> Now(JsonNode? value) => Task.FromResult(RpcResult.Ok(value));

    private async Task<RuntimeInfo> RuntimeAsync() => _runtime ??= await _ledger.GetRuntimeAsync();

    private async Task<RpcResult> SubmitAsync(JsonArray parameters)
    {
        if (!TryBytes(parameters, 0, ExtrinsicBytesMax, out var extrinsic))
            return RpcResult.Invalid("The first parameter is the extrinsic in hexadecimal with 0x.");
        var receipt = await _ledger.SubmitAsync(extrinsic);
        return receipt.Block is null
            ? RpcResult.Error(RpcResult.InvalidTransaction, $"Invalid Transaction: {receipt.Error}")
            : RpcResult.Ok(ApiJson.Hex(receipt.Hash));
    }

    private async Task<RpcResult> StorageAsync(JsonArray parameters)
    {
        if (!TryBytes(parameters, 0, KeyBytesMax, out var key))
            return RpcResult.Invalid("The first parameter is a storage key in hexadecimal with 0x.");
        return await WhereAsync(parameters, 1) ?? RpcResult.Ok(await ValueAsync(key));
    }

    private async Task<RpcResult> QueryStorageAsync(JsonArray parameters)
    {
        if (parameters.Count == 0 || parameters[0] is not JsonArray { Count: <= KeysMax } keys)
            return RpcResult.Invalid($"The first parameter is an array of at most {KeysMax} storage keys.");
        if (await WhereAsync(parameters, 1) is { } refusal)
            return refusal;
        var changes = new JsonArray();
        for (var i = 0; i < keys.Count; i++)
        {
            if (!TryBytes(keys, i, KeyBytesMax, out var key))
                return RpcResult.Invalid($"Key {i} is not hexadecimal with 0x.");
            changes.Add(new JsonArray(ApiJson.Hex(key), await ValueAsync(key)));
        }

        var head = await _ledger.GetHeadAsync();
        return RpcResult.Ok(new JsonArray(new JsonObject { ["block"] = ApiJson.Hex(head.BlockHash), ["changes"] = changes }));
    }

    private async Task<RpcResult> KeysAsync(JsonArray parameters)
    {
        byte[]? after = null;
        if (!TryBytes(parameters, 0, KeyBytesMax, out var prefix) || !TryNumber(parameters, 1, out var count) || count > KeysMax
            || (IsGiven(parameters, 2) && !TryBytes(parameters, 2, KeyBytesMax, out after)))
        {
            return RpcResult.Invalid($"The parameters are a prefix, a count of at most {KeysMax}, and optionally the key to go on after.");
        }

        if (await WhereAsync(parameters, 3) is { } refusal)
            return refusal;
        var keys = await _ledger.GetKeysAsync(prefix, (int)count, after);
        return RpcResult.Ok(new JsonArray([.. keys.Select(static key => (JsonNode)ApiJson.Hex(key))]));
    }

    private async Task<RpcResult> NextIndexAsync(JsonArray parameters)
    {
        if (!TryText(parameters, 0, out var address) || !Ss58.TryDecode(address, out var account, out _, out _))
            return RpcResult.Invalid("The first parameter is an SS58 address.");
        return RpcResult.Ok(await _ledger.GetNextNonceAsync(account.ToArray()));
    }

    private async Task<RpcResult> BlockHashAsync(JsonArray parameters)
    {
        var head = await _ledger.GetHeadAsync();
        if (!IsGiven(parameters, 0))
            return RpcResult.Ok(ApiJson.Hex(head.BlockHash));
        if (!TryNumber(parameters, 0, out var number))
            return RpcResult.Invalid("The first parameter is a block number.");
        var hash = number == 0 ? head.GenesisHash : number == head.Block ? head.BlockHash : (await _ledger.GetBlockAsync(number))?.Hash;
        return RpcResult.Ok(hash is null ? null : ApiJson.Hex(hash));
    }

    /// <summary>The block of a hash, which must be one of the last; the last one where none is given.</summary>
    private async Task<RpcResult> BlockAsync(JsonArray parameters, Func<BlockInfo, JsonNode> show)
    {
        byte[]? wanted = null;
        if (IsGiven(parameters, 0) && (!TryBytes(parameters, 0, Hash256.Size, out wanted) || wanted.Length != Hash256.Size))
            return RpcResult.Invalid("The first parameter is a block hash.");
        var head = await _ledger.GetHeadAsync();
        for (var number = head.Block; number > 0 && head.Block - number < HashSearchBlocks; number--)
        {
            if (await _ledger.GetBlockAsync(number) is { } block && (wanted is null || block.Hash.AsSpan().SequenceEqual(wanted)))
                return RpcResult.Ok(show(block));
        }

        return RpcResult.Ok(null);
    }

    /// <summary>Null when the call is about the last block, else why it cannot be answered.</summary>
    private async Task<RpcResult?> WhereAsync(JsonArray parameters, int index)
    {
        if (!IsGiven(parameters, index))
            return null;
        if (!TryBytes(parameters, index, Hash256.Size, out var at))
            return RpcResult.Invalid("A block is named by its hash.");
        var head = await _ledger.GetHeadAsync();
        return at.AsSpan().SequenceEqual(head.BlockHash)
            ? null
            : RpcResult.Error(RpcResult.NotKept, "Only the last block's state is kept. Leave the block hash out.");
    }

    private async Task<JsonNode?> ValueAsync(byte[] key) => await _ledger.GetStorageAsync(key) is { } value ? ApiJson.Hex(value) : null;

    private static JsonObject Header(BlockInfo block)
    {
        if (!BlockHeader.Codec.TryDecode(block.Header, out var header))
            throw new InvalidOperationException($"The header of block {block.Number} does not decode: the gateway is older or newer than the silos.");
        return new JsonObject
        {
            ["parentHash"] = header.ParentHash.ToString(),
            ["number"] = "0x" + block.Number.ToString("x", CultureInfo.InvariantCulture),
            ["stateRoot"] = header.StateRoot.ToString(),
            ["extrinsicsRoot"] = header.ExtrinsicsRoot.ToString(),
            ["digest"] = new JsonObject { ["logs"] = new JsonArray() },
        };
    }

    private static JsonObject Version(RuntimeInfo runtime) => new()
    {
        ["specName"] = "nsn-runtime",
        ["implName"] = "nsn",
        ["authoringVersion"] = 1,
        ["specVersion"] = runtime.SpecVersion,
        ["implVersion"] = 0,
        ["apis"] = new JsonArray(),
        ["transactionVersion"] = runtime.TransactionVersion,
        ["stateVersion"] = 1,
    };

    private static bool IsGiven(JsonArray parameters, int index) => index < parameters.Count && parameters[index] is not null;

    private static bool TryText(JsonArray parameters, int index, out string text)
    {
        text = "";
        return IsGiven(parameters, index) && (parameters[index] as JsonValue)?.TryGetValue(out text!) == true;
    }

    private static bool TryNumber(JsonArray parameters, int index, out ulong number)
    {
        number = 0;
        return IsGiven(parameters, index) && (parameters[index] as JsonValue)?.TryGetValue(out number) == true;
    }

    private static bool TryBytes(JsonArray parameters, int index, int bytesMax, out byte[] bytes)
    {
        bytes = [];
        if (!TryText(parameters, index, out var text) || !text.StartsWith("0x", StringComparison.Ordinal) || text.Length % 2 != 0 || text.Length > 2 + bytesMax * 2)
            return false;
        var buffer = new byte[(text.Length - 2) / 2];
        if (Convert.FromHexString(text.AsSpan(2), buffer, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;
        bytes = buffer;
        return true;
    }
}
