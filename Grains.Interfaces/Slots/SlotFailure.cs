namespace Nsn.Grains.Slots;

/// <summary>Why a slot gets no certificate, for what branches on it and for figures; people read the sentence beside it.</summary>
[GenerateSerializer, Alias("nsn.slot-failure")]
public enum SlotFailure
{
    /// <summary>There was not enough time until air, so it was left out for the next.</summary>
    PassedOver,

    /// <summary>It was on air before its work could begin.</summary>
    NotBegun,

    /// <summary>There was no time left to make the clip.</summary>
    NoTime,

    /// <summary>No proposer published a clip.</summary>
    NotPublished,

    /// <summary>No three directors said the same.</summary>
    NoQuorum,

    /// <summary>The directors rejected the clip.</summary>
    Rejected,

    /// <summary>The certificate did not get into the ledger.</summary>
    NotSubmitted,

    /// <summary>Something that nobody foresaw.</summary>
    Error,
}
