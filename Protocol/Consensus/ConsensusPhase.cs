namespace Nsn.Protocol.Consensus;

/// <summary>What a collector waits for.</summary>
public enum ConsensusPhase
{
    /// <summary>Commits: the directors check the clip.</summary>
    Commit,

    /// <summary>Reveals of those who committed.</summary>
    Reveal,

    /// <summary>Votes.</summary>
    Vote,

    /// <summary>Nothing: there is a certificate, or there will be none.</summary>
    Finished,
}
