using System.Text.Json;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Scale;

namespace Nsn.EndToEnd.Tests;

/// <summary>
/// Directors that lie, keep silent, publish something else or sign twice, in real silos with real models: what is certified, what is written
/// down about them, and what the viewer's badge says.
/// </summary>
public sealed class LyingDirectorsTests(StackFixture stack, FaultySlots slots) : IClassFixture<FaultySlots>
{
    private static JsonElement[] Directors(JsonElement slot) => [.. slot.GetProperty("directors").EnumerateArray()];

    private static string Verdict(JsonElement director) => director.GetProperty("verdict").GetString()!;

    private static string Reason(JsonElement director) => director.GetProperty("reason").GetString() ?? "";

    private static ulong Number(JsonElement slot) => slot.GetProperty("slot").GetUInt64();

    /// <summary>The director at a place in the slot's rotation, with its place among the five.</summary>
    private static (int Index, JsonElement Director) InRotation(JsonElement slot, int place)
    {
        var index = (int)((Number(slot) + (ulong)place) % Quorum.Directors); // EpochSchedule.Proposers
        return (index, Directors(slot)[index]);
    }

    /// <summary>The slot is certified by those who were honest, and by nobody else; what the page showed of it, it showed as certified.</summary>
    private async Task IsCertifiedWithoutAsync(JsonElement slot, params int[] places)
    {
        var certificate = await stack.LedgerCertificateAsync(Number(slot));
        Assert.True(certificate is { IsAccept: true });
        foreach (var place in places)
            Assert.Equal(0, certificate.Signers >> InRotation(slot, place).Index & 1);
        Assert.InRange(certificate.Signatures.Length, Quorum.Votes, Quorum.Directors - places.Length);
        Assert.DoesNotContain("broken", await slots.Viewer.VerdictsOfAsync(Number(slot)));
        await slots.Viewer.ShowedAsCertifiedOnlyWhatTheLedgerHoldsAsync();
    }

    /// <summary>Nobody has accepted the slot's clip, and who was in time has said why; the ledger holds nothing of it, and the page never said that it was certified.</summary>
    private async Task IsRejectedAsync(JsonElement slot, string why)
    {
        Assert.DoesNotContain(Directors(slot), director => Verdict(director) == "accept");
        var rejected = Directors(slot).Where(director => Verdict(director) == "reject").ToArray();
        Assert.InRange(rejected.Length, Quorum.Votes, Quorum.Directors);
        Assert.All(rejected, director => Assert.Contains(why, Reason(director), StringComparison.Ordinal));
        Assert.Null(await stack.LedgerCertificateAsync(Number(slot)));
        Assert.DoesNotContain("certified", await slots.Viewer.VerdictsOfAsync(Number(slot)));
        Assert.Equal("filler", (await stack.GetAsync($"/api/slots/{Number(slot)}")).GetProperty("kind").GetString());
        await slots.Viewer.ShowedAsCertifiedOnlyWhatTheLedgerHoldsAsync();
    }

    [Fact]
    public async Task One_that_lies_about_the_embedding_is_left_out_and_it_is_written_down()
    {
        var slot = await slots.Liar;
        var (index, liar) = InRotation(slot, 2);
        Assert.Equal("reject", Verdict(liar));
        Assert.Contains("not among three that are similar", Reason(liar), StringComparison.Ordinal);
        await IsCertifiedWithoutAsync(slot, 2);

        // The matrix shows who it was: unlike each of the others, who are alike. Who was late has no numbers in it.
        var least = slot.GetProperty("thresholds").GetProperty("similarity").GetDouble();
        var rows = slot.GetProperty("similarity").EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Null ? (double?)null : value.GetDouble()).ToArray()).ToArray();
        for (var row = 0; row < rows.Length; row++)
        {
            for (var column = 0; column < rows.Length; column++)
            {
                if (rows[row][column] is { } similarity)
                    Assert.Equal((row == index) == (column == index), similarity >= least);
            }
        }
    }

    [Fact]
    public async Task Two_that_are_silent_hold_nobody_up()
    {
        var slot = await slots.Silent;
        foreach (var place in (int[])[1, 3])
        {
            var (_, silent) = InRotation(slot, place);
            Assert.Equal("absent", Verdict(silent));
            Assert.False(silent.GetProperty("committed").GetBoolean());
            Assert.NotEmpty(Reason(silent));
        }

        await IsCertifiedWithoutAsync(slot, 1, 3);
    }

    [Fact]
    public async Task A_proposer_that_publishes_another_clip_than_it_scored_is_rejected_by_all() =>
        await IsRejectedAsync(await slots.OtherClip, "frame");

    [Fact]
    public async Task A_clip_whose_bytes_were_changed_in_the_content_store_is_rejected_by_all() =>
        await IsRejectedAsync(await slots.ChangedInStore, "another hash");

    [Fact]
    public async Task One_that_signs_two_things_about_a_slot_is_convicted_by_anybody_who_has_both()
    {
        var slot = Number(await stack.CertifiedSlotAsync(0));
        var certificate = (await stack.LedgerCertificateAsync(slot))!;
        var guilty = new AccountId(Convert.FromHexString((await stack.GetAsync($"/api/slots/{slot}")).GetProperty("directors")[0].GetProperty("key").GetString().AsSpan(2)));
        using var key = DevAccounts.Directors.Select(DevAccounts.SignerOf).Single(signer => signer.PublicKey == guilty);
        var first = Vote.Sign(key, certificate.Statement);
        var second = Vote.Sign(key, certificate.Statement with { Verdict = Nsn.Protocol.Certificates.Verdict.RejectContent });
        var before = await StakeAsync(guilty);

        using var anybody = DevAccounts.SignerOf(DevAccounts.Users[0]);
        var genesis = Hash256.Parse((await stack.RpcAsync("chain_getBlockHash", 0)).GetString()!);
        var nonce = (await stack.RpcAsync("system_accountNextIndex", Ss58.Encode(anybody.PublicKey, GenesisPresets.Dev().Parameters.Ss58Prefix))).GetUInt32();
        var extrinsic = new LedgerRuntime(GenesisPresets.Dev().Parameters).Sign(genesis, new DirectorCalls.ReportEquivocation(Encode(first), Encode(second)), anybody, nonce);
        await stack.RpcAsync("author_submitExtrinsic", StackFixture.Hex(extrinsic.Bytes));

        Assert.NotNull(await stack.StorageAsync(DirectorStorage.Equivocations.KeyOf(slot, guilty)));
        Assert.Equal(before - GenesisPresets.Dev().Parameters.DirectorSlash, await StakeAsync(guilty));
        await stack.CertifiedSlotAsync(slot + 1);
    }

    private async Task<UInt128> StakeAsync(AccountId director)
    {
        Assert.True(StakeRecord.Codec.TryDecode(await stack.StorageAsync(StakeStorage.Stakes.KeyOf(director)), out var stake));
        return stake.Amount;
    }

    private static byte[] Encode(Vote vote)
    {
        var writer = new ScaleWriter();
        Vote.Write(writer, vote);
        return writer.ToArray();
    }

    [Fact]
    public async Task After_all_of_it_the_ledger_is_whole()
    {
        await Task.WhenAll(slots.Liar, slots.Silent, slots.OtherClip, slots.ChangedInStore);
        await stack.LedgerIsWholeAsync();
    }
}
