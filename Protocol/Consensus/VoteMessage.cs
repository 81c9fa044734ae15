using Nsn.Protocol.Certificates;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Consensus;

/// <summary>A director votes.</summary>
/// <param name="Vote">The signed statement.</param>
public sealed record VoteMessage(Vote Vote) : ConsensusMessage(Vote.Director)
{
    private protected override void WriteTo(ScaleWriter writer)
    {
        writer.WriteVariant(2);
        Vote.Write(writer, Vote);
    }
}
