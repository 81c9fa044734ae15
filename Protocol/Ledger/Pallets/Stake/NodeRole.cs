namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>What an account's stake makes it. In rising order, but the last three are all directors.</summary>
public enum NodeRole : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Passes chunks on.</summary>
    Relay,

    /// <summary>Votes on challenges and checks tasks.</summary>
    Validator,

    /// <summary>Keeps shards.</summary>
    SuperNode,

    /// <summary>May be elected.</summary>
    Director,

    /// <summary>Directs the running epoch.</summary>
    ActiveDirector,

    /// <summary>Directs the next epoch, or directed one before.</summary>
    Reserve,
}
