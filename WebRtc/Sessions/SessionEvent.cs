namespace Nsn.WebRtc.Sessions;

/// <summary>What a session tells its owner. The kinds are the records that derive from it.</summary>
public abstract record SessionEvent;
