namespace Nsn.Protocol.Ledger.Pallets.Agenda;

/// <summary>Something to do in a block.</summary>
/// <param name="Pallet">The index of the pallet that does it.</param>
/// <param name="Kind">Which of its duties.</param>
/// <param name="Key">What it concerns, as SCALE.</param>
public sealed record AgendaItem(byte Pallet, byte Kind, byte[] Key);
