using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Consensus;

public sealed partial class DirectorRound
{
    private const int StoredMessagesMax = 7; // five commits seen, one reveal, one vote

    /// <summary>All that must survive a restart. Secret until the reveal: it has the nonce.</summary>
    public byte[] ToBytes()
    {
        ScaleWriter writer = new(2048);
        RoundId.Write(writer, _context.Round);
        writer.WriteVariant((byte)Verdict);
        Hash256.Write(writer, Nonce);
        writer.WriteOption(Embedding, QuantisedEmbedding.Write);
        ConsensusMessage?[] stored = [.. _seen, VoteMade];
        writer.WriteBool(RevealMade is not null);
        writer.WriteVector(stored.OfType<ConsensusMessage>().ToArray(), static (w, message) => w.WriteBytes(message.Encode()));
        return writer.ToArray();
    }

    /// <summary>Goes on where <see cref="ToBytes"/> was taken.</summary>
    /// <param name="stored">The bytes.</param>
    /// <param name="context">The same context as before.</param>
    /// <param name="scheme">How signatures are verified.</param>
    /// <param name="signer">The same key as before.</param>
    /// <param name="round">The round.</param>
    /// <param name="reason">Why the bytes cannot be used.</param>
    public static bool TryRestore(
        ReadOnlySpan<byte> stored,
        SlotContext context,
        ISignatureScheme scheme,
        ISigner signer,
        [NotNullWhen(true)] out DirectorRound? round,
        [NotNullWhen(false)] out string? reason)
    {
        round = null;
        reason = "not the bytes of a director's round";
        ScaleReader reader = new(stored);
        QuantisedEmbedding? embedding = null;
        if (!RoundId.TryRead(ref reader, out RoundId id)
            || !reader.TryReadVariant((int)Verdict.RejectSimilarity + 1, out byte verdict)
            || !Hash256.TryRead(ref reader, out Hash256 nonce)
            || !reader.TryReadOptionTag(out bool seen)
            || (seen && !QuantisedEmbedding.TryRead(ref reader, out embedding))
            || !reader.TryReadBool(out bool revealed)
            || !reader.TryReadCount(1, StoredMessagesMax, out int count))
        {
            return false;
        }

        if (id != context.Round || context.Directors.IndexOf(signer.PublicKey) < 0 || (!seen && verdict == 0))
        {
            reason = "the bytes are of another round or director";
            return false;
        }

        DirectorRound restored = new(context, scheme, signer, (Verdict)verdict, embedding, nonce);
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryReadBytes(ConsensusMessage.EncodedBytesMax, out ReadOnlySpan<byte> bytes)
                || !ConsensusMessage.TryDecode(bytes, out ConsensusMessage? message, out _)
                || !restored.Remember(message))
            {
                return false;
            }
        }

        if (!reader.TryReadEnd() || (revealed && embedding is null))
            return false;
        if (revealed)
            restored.RevealMade = new RevealMessage(signer.PublicKey, id, nonce, embedding!);
        round = restored;
        reason = null;
        return true;
    }

    private bool Remember(ConsensusMessage message)
    {
        int place = _context.Directors.IndexOf(message.Director);
        if (place < 0)
            return false;
        if (message is CommitMessage commit)
            _seen[place] = commit;
        else if (message is VoteMessage vote && place == _place)
            VoteMade = vote;
        else
            return false;
        return true;
    }
}
