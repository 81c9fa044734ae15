using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Ledger.Tests;

/// <summary>A chain in a test: signs, seals, and replays each block to see that the rules give the same bytes twice.</summary>
internal sealed class TestChain
{
    private static readonly Dictionary<string, ISigner> s_signers = [];
    private readonly Dictionary<AccountId, uint> _waiting = [];
    private readonly List<Extrinsic> _pool = [];

    public TestChain(GenesisConfig genesis) => (Runtime, State) = LedgerRuntime.Start(genesis);

    public LedgerRuntime Runtime { get; }

    public LedgerState State { get; private set; }

    public SealedBlock? Last { get; private set; }

    public bool Replay { get; init; } = true;

    public static ISigner Signer(string name)
    {
        lock (s_signers)
        {
            return s_signers.TryGetValue(name, out var signer) ? signer : s_signers[name] = DevAccounts.SignerOf(name);
        }
    }

    public static AccountId Account(string name) => Signer(name).PublicKey;

    /// <summary>The next block before anything happened in it, to call services of pallets directly.</summary>
    public static BlockContext ContextAfter(TestChain chain) => new(
        chain.State.Storage, chain.Runtime.Parameters, LedgerRuntime.Calls, chain.State.Number + 1, chain.State.GenesisHash, chain.State.Hash);

    public UInt128 Free(string name) => Tokens.Of(State.Storage, Account(name)).Free;

    public AccountData Balance(string name) => Tokens.Of(State.Storage, Account(name));

    public Extrinsic Submit(string who, Call call)
    {
        var signer = Signer(who);
        var nonce = LedgerRuntime.NonceOf(State.Storage, signer.PublicKey) + _waiting.GetValueOrDefault(signer.PublicKey);
        _waiting[signer.PublicKey] = _waiting.GetValueOrDefault(signer.PublicKey) + 1;
        var extrinsic = Runtime.Sign(State.GenesisHash, call, signer, nonce);
        _pool.Add(extrinsic);
        return extrinsic;
    }

    public SealedBlock Seal()
    {
        var timestamp = ((ulong)State.Number + 1) * Runtime.Parameters.BlockMilliseconds;
        var block = Runtime.Seal(State, timestamp, _pool);
        _pool.Clear();
        _waiting.Clear();
        if (Replay)
        {
            Assert.True(Runtime.TryApply(State, block.Block, out var replayed, out var reason), reason);
            Assert.Equal(block.Block.Header, replayed.Block.Header);
        }

        State = block.State;
        Last = block;
        return block;
    }

    /// <summary>One call in a block of its own; answers what became of it.</summary>
    public DispatchResult Do(string who, Call call)
    {
        var extrinsic = Submit(who, call);
        var block = Seal();
        var outcome = block.Outcomes.SingleOrDefault(o => o.Extrinsic == extrinsic);
        Assert.True(outcome is not null, $"{LedgerRuntime.Calls.NameOf(call)} by {who} entered no block: {string.Join(", ", block.Rejected.Select(r => r.Reason))}");
        return outcome.Result;
    }

    public void Ok(string who, Call call)
    {
        var result = Do(who, call);
        Assert.False(result.IsError, $"{LedgerRuntime.Calls.NameOf(call)} by {who}: {result}");
    }

    public void Fails(DispatchError error, string who, Call call) => Assert.Equal(error.Name, Do(who, call).ToString());

    public void SealTo(uint number)
    {
        while (State.Number < number)
        {
            Seal();
        }
    }

    public IEnumerable<T> Events<T>()
        where T : LedgerEvent => Last!.Events.Select(record => record.Event).OfType<T>();
}
