using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Tests.Cryptography;

public sealed class Ss58Tests
{
    // Alice of the Substrate development chains.
    private const string Alice = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

    [Theory]
    [InlineData(42, "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
    [InlineData(0, "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5")]
    [InlineData(2, "HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F")]
    public void Addresses_are_those_of_Substrate(ushort prefix, string address)
    {
        Assert.Equal(address, Ss58.Encode(AccountId.Parse(Alice), prefix));
        Assert.True(Ss58.TryDecode(address, out AccountId account, out ushort read, out _));
        Assert.Equal(Alice, account.ToString());
        Assert.Equal(prefix, read);
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(16383)]
    public void Long_prefixes_come_back(ushort prefix)
    {
        string address = Ss58.Encode(AccountId.Parse(Alice), prefix);
        Assert.True(Ss58.TryDecode(address, out AccountId account, out ushort read, out _));
        Assert.Equal((Alice, prefix), (account.ToString(), read));
    }

    [Fact]
    public void Any_changed_character_is_noticed()
    {
        const string Good = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
        for (int i = 0; i < Good.Length; i++)
        {
            char other = Good[i] == 'A' ? 'B' : 'A';
            Assert.False(Ss58.TryDecode(Good[..i] + other + Good[(i + 1)..], out _, out _, out string? reason));
            Assert.NotNull(reason);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("11111111111111111111111111111111111111111111111111")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
    public void Other_texts_are_refused_with_a_reason(string? text)
    {
        Assert.False(Ss58.TryDecode(text, out _, out _, out string? reason));
        Assert.NotNull(reason);
    }
}
