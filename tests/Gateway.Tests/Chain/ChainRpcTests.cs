using System.Text;
using System.Text.Json.Nodes;
using Nsn.Gateway.Chain;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Metadata;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;

namespace Nsn.Gateway.Tests.Chain;

public sealed class ChainRpcTests
{
    private readonly MemoryLedger _ledger = new();
    private readonly ChainRpc _rpc;

    public ChainRpcTests() => _rpc = new ChainRpc(_ledger);

    [Fact]
    public async Task A_client_finds_the_chain_its_metadata_and_its_state()
    {
        Assert.Equal("nsn-dev", (string?)await ResultAsync("system_chain"));
        Assert.Equal(RuntimeMetadata.Encode(_ledger.Runtime.Parameters), Bytes(await ResultAsync("state_getMetadata")));
        Assert.Equal(1, (int?)(await ResultAsync("state_getRuntimeVersion"))!["specVersion"]);
        Assert.Equal(42, (int?)(await ResultAsync("system_properties"))!["ss58Format"]);
        var alice = DevAccounts.AccountOf("Alice");
        var key = SystemStorage.Account.KeyOf(alice);
        var expected = _ledger.State.Storage.Get(key);
        Assert.Equal(expected, Bytes(await ResultAsync("state_getStorage", key.ToString())));
        Assert.Equal(expected, Bytes((await ResultAsync("state_queryStorageAt", new JsonArray(key.ToString())))![0]!["changes"]![0]![1]));
        Assert.Null(await ResultAsync("state_getStorage", "0x00"));
        var accounts = (JsonArray)(await ResultAsync("state_getKeysPaged", SystemStorage.Account.Prefix.ToString(), 5))!;
        var more = (JsonArray)(await ResultAsync("state_getKeysPaged", SystemStorage.Account.Prefix.ToString(), 1000, (string?)accounts[^1]))!;
        Assert.Equal(5, accounts.Count);
        Assert.Equal(SystemStorage.Account.Entries(_ledger.State.Storage).Count(), accounts.Count + more.Count);
        Assert.Contains("author_submitExtrinsic", ((JsonArray)(await ResultAsync("rpc_methods"))!["methods"]!).Select(name => (string?)name));
    }

    [Fact]
    public async Task A_signed_extrinsic_is_in_the_next_block_and_a_bad_one_is_told_why_it_is_in_none()
    {
        var address = Ss58.Encode(DevAccounts.AccountOf("Viewer1"));
        Assert.Equal(0, (int?)await ResultAsync("system_accountNextIndex", address));
        var extrinsic = _ledger.Runtime.Sign(
            _ledger.State.GenesisHash, new BalancesCalls.TransferKeepAlive(DevAccounts.AccountOf("Bob"), Units.Nsn(1)), DevAccounts.SignerOf("Viewer1"), 0);
        var hex = "0x" + Convert.ToHexStringLower(extrinsic.Bytes);
        Assert.Equal(extrinsic.Hash.ToString(), (string?)await ResultAsync("author_submitExtrinsic", hex));
        Assert.Equal(1, (int?)await ResultAsync("system_accountNextIndex", address));

        var head = (string?)await ResultAsync("chain_getFinalizedHead");
        Assert.Equal(head, (string?)await ResultAsync("chain_getBlockHash", 1));
        Assert.Equal(_ledger.State.GenesisHash.ToString(), (string?)await ResultAsync("chain_getBlockHash", 0));
        Assert.Null(await ResultAsync("chain_getBlockHash", 7));
        Assert.Equal("0x1", (string?)(await ResultAsync("chain_getHeader"))!["number"]);
        Assert.Equal(hex, (string?)(await ResultAsync("chain_getBlock", head))!["block"]!["extrinsics"]![1]);

        var again = await CallAsync("author_submitExtrinsic", hex);
        Assert.Equal(1010, (int?)again["error"]!["code"]);
        Assert.Contains("StaleNonce", (string?)again["error"]!["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", -32700)]
    [InlineData("7", -32600)]
    [InlineData("[]", -32600)]
    [InlineData("""{"id":1,"params":[]}""", -32600)]
    [InlineData("""{"id":1,"method":"system_chain","params":{"a":1}}""", -32600)]
    [InlineData("""{"id":1,"method":"sudo_everything"}""", -32601)]
    [InlineData("""{"id":1,"method":"state_getStorage"}""", -32602)]
    [InlineData("""{"id":1,"method":"state_getStorage","params":["0xzz"]}""", -32602)]
    [InlineData("""{"id":1,"method":"state_getKeysPaged","params":["0x",100000]}""", -32602)]
    [InlineData("""{"id":1,"method":"system_accountNextIndex","params":["5Nobody"]}""", -32602)]
    [InlineData("""{"id":1,"method":"state_getStorage","params":["0x00","0x1111111111111111111111111111111111111111111111111111111111111111"]}""", -32000)]
    [InlineData("""{"id":1,"method":"author_submitExtrinsic","params":["0x0102"]}""", 1010)]
    public async Task What_is_no_call_is_answered_with_an_error(string request, int code)
    {
        var answer = await _rpc.HandleAsync(Encoding.UTF8.GetBytes(request));
        Assert.Equal(code, (int?)answer!["error"]!["code"]);
    }

    [Fact]
    public async Task A_batch_is_answered_in_order_and_notifications_are_not()
    {
        var answer = await _rpc.HandleAsync("""[{"id":"a","method":"system_chain"},{"method":"system_name"},{"id":2,"method":"system_name","params":null}]"""u8.ToArray());
        Assert.Equal(2, ((JsonArray)answer!).Count);
        Assert.Equal("a", (string?)answer[0]!["id"]);
        Assert.Equal("nsn-gateway", (string?)answer[1]!["result"]);
        Assert.Null(await _rpc.HandleAsync("""{"method":"system_chain"}"""u8.ToArray()));
    }

    private static byte[] Bytes(JsonNode? hex) => Convert.FromHexString(((string)hex!)[2..]);

    private async Task<JsonNode?> ResultAsync(string method, params JsonNode?[] parameters)
    {
        var answer = await CallAsync(method, parameters);
        Assert.Null(answer["error"]?.ToJsonString());
        return answer["result"];
    }

    private async Task<JsonObject> CallAsync(string method, params JsonNode?[] parameters)
    {
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = new JsonArray(parameters) };
        var answer = await _rpc.HandleAsync(Encoding.UTF8.GetBytes(request.ToJsonString()));
        return (JsonObject)JsonNode.Parse(answer!.ToJsonString())!; // as a client reads it
    }
}
