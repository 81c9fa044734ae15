using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Consensus;

/// <summary>What directors say to one another about a slot: a commit, a reveal or a vote.</summary>
/// <param name="Director">Who says it.</param>
public abstract record ConsensusMessage(AccountId Director)
{
    /// <summary>The longest message, a reveal, in bytes.</summary>
    public const int EncodedBytesMax = 1 + AccountId.Size + RoundId.Size + Hash256.Size + QuantisedEmbedding.Length;

    /// <summary>Reads a message; what it says is not checked here.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out ConsensusMessage? message, [NotNullWhen(false)] out string? reason)
    {
        message = null;
        ScaleReader reader = new(encoded);
        if (reader.TryReadVariant(3, out byte kind))
        {
            message = kind switch
            {
                0 => CommitMessage.TryRead(ref reader, out CommitMessage? commit) ? commit : null,
                1 => RevealMessage.TryRead(ref reader, out RevealMessage? reveal) ? reveal : null,
                _ => Vote.TryRead(ref reader, out Vote? vote) ? new VoteMessage(vote) : null,
            };
        }

        if (!reader.TryReadEnd())
            message = null;
        reason = message is null ? $"not a consensus message: {reader.Error} at byte {reader.Offset}" : null;
        return message is not null;
    }

    /// <summary>The bytes of the message: one byte for its kind, then its fields.</summary>
    public byte[] Encode()
    {
        ScaleWriter writer = new(EncodedBytesMax);
        WriteTo(writer);
        return writer.ToArray();
    }

    private protected abstract void WriteTo(ScaleWriter writer);
}
