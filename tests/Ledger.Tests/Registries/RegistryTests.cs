using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Bootstrap;
using Nsn.Protocol.Ledger.Pallets.ModelRegistry;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Pallets.Sudo;

namespace Nsn.Ledger.Tests.Registries;

public sealed class RegistryTests
{
    [Fact]
    public void X1_an_id_costs_a_deposit_and_comes_free_again()
    {
        var chain = new TestChain(GenesisPresets.Dev());
        chain.Fails(RegistryErrors.NoCapabilities, "Viewer1", new RegistryCalls.RegisterModel("m", "cid", 1, ModelCapabilities.None));
        chain.Fails(RegistryErrors.InvalidModelId, "Viewer1", new RegistryCalls.RegisterModel(string.Empty, "cid", 1, ModelCapabilities.Text));
        chain.Ok("Viewer1", new RegistryCalls.RegisterModel("m", "cid", 1, ModelCapabilities.Text));
        chain.Fails(RegistryErrors.ModelAlreadyRegistered, "Viewer2", new RegistryCalls.RegisterModel("m", "cid", 1, ModelCapabilities.Text));
        Assert.Equal(Units.OneNsn, chain.Balance("Viewer1").Reserved);
        chain.Fails(RegistryErrors.NotOwner, "Viewer2", new RegistryCalls.DeregisterModel("m"));
        chain.Ok("Viewer1", new RegistryCalls.DeregisterModel("m"));
        Assert.Equal(UInt128.Zero, chain.Balance("Viewer1").Reserved);
    }

    [Fact]
    public void X1_only_staked_nodes_advertise_and_only_models_that_exist()
    {
        var chain = new TestChain(GenesisPresets.Dev());
        chain.Fails(RegistryErrors.NotStaked, "Viewer1", new RegistryCalls.UpdateCapabilities(1, [], []));
        chain.Fails(RegistryErrors.ModelNotFound, "Alice", new RegistryCalls.UpdateCapabilities(1, ["ghost"], []));
        chain.Ok("Alice", new RegistryCalls.RegisterModel("m", "cid", 1, ModelCapabilities.Text));
        chain.Ok("Alice", new RegistryCalls.UpdateCapabilities(9, ["m"], ["m"]));
        var node = Registry.Nodes.Get(chain.State.Storage, TestChain.Account("Alice"));
        Assert.Equal((ModelState.Hot, ModelState.Cold), (node.StateOf("m"), node.StateOf("x")));
    }

    [Theory]
    [InlineData(Lane.Lane0, 100u, 100u, false, "NsnModelRegistry.RendererNotDeterministic")]
    [InlineData(Lane.Lane1, 11_501u, 100u, false, "NsnModelRegistry.RendererVramExceeded")]
    [InlineData(Lane.Lane0, 100u, 15_001u, true, "NsnModelRegistry.RendererLatencyExceeded")]
    [InlineData(Lane.Lane1, 100u, 120_000u, false, "Ok")]
    public void Renderers_keep_the_limits_of_their_lane(Lane lane, uint vram, uint latency, bool deterministic, string expected)
    {
        var chain = new TestChain(GenesisPresets.Dev());
        Assert.Equal(expected, chain.Do("Viewer1", new RegistryCalls.RegisterRenderer("r", lane, "cid", vram, latency, [], deterministic)).ToString());
    }

    [Fact]
    public void X2_there_are_always_enough_signers_for_the_quorum()
    {
        var chain = new TestChain(GenesisPresets.Dev());
        byte[] a = [1], b = [2], c = [3];
        Sudo(chain, new BootstrapCalls.SetSigners([a, b, c, a], 2), "Ok");
        Assert.Equal(3, BootstrapPallet.TrustedSigners.Get(chain.State.Storage).Count);
        Sudo(chain, new BootstrapCalls.RevokeSigner(a), "Ok");
        Sudo(chain, new BootstrapCalls.RevokeSigner(a), "NsnBootstrap.SignerAlreadyRevoked");
        Sudo(chain, new BootstrapCalls.RevokeSigner(b), "NsnBootstrap.InvalidQuorum");
        Sudo(chain, new BootstrapCalls.SetQuorum(3), "NsnBootstrap.InvalidQuorum");
        Sudo(chain, new BootstrapCalls.SetQuorum(1), "Ok");
        Sudo(chain, new BootstrapCalls.RevokeSigner(b), "Ok");
        Sudo(chain, new BootstrapCalls.RestoreSigner(a), "Ok");
        Sudo(chain, new BootstrapCalls.RestoreSigner(c), "NsnBootstrap.SignerNotRevoked");
        Sudo(chain, new BootstrapCalls.SetSigners([[]], 1), "NsnBootstrap.EmptySignerKey");

        static void Sudo(TestChain chain, Nsn.Protocol.Ledger.Runtime.Call call, string expected) =>
            Assert.Equal(expected, chain.Do("Sudo", new SudoCalls.Sudo(call)).ToString());
    }

    [Fact]
    public void G1_the_dev_genesis_has_every_role()
    {
        var chain = new TestChain(GenesisPresets.Dev());
        var roles = StakeStorage.Stakes.Entries(chain.State.Storage).Select(entry => entry.Value.RoleUnder(chain.Runtime.Parameters)).ToHashSet();
        Assert.Superset(new HashSet<NodeRole> { NodeRole.Validator, NodeRole.SuperNode, NodeRole.Director, NodeRole.ActiveDirector }, roles);
        Assert.All(DevAccounts.Directors, name => Assert.True(chain.Free(name) > Units.Nsn(1000)));
        Assert.All(new[] { LedgerParameters.Main, LedgerParameters.Test, LedgerParameters.Dev }, parameters => Assert.Empty(parameters.Problems()));
    }
}
