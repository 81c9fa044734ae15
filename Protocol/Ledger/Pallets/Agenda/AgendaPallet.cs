using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.Agenda;

/// <summary>
/// What is due when. Pallets put their deadlines here instead of scanning all their records each block; what one block cannot carry out
/// is carried out by the next, in order, so nothing is ever forgotten and no block does unbounded work.
/// </summary>
public static class AgendaPallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "Agenda";

    private static readonly Codec<AgendaItem> s_item = Codec.Record<AgendaItem>("AgendaItem")
        .With("pallet", Codec.U8, static i => i.Pallet).With("kind", Codec.U8, static i => i.Kind).With("key", Codec.Bytes(256), static i => i.Key)
        .Build(static (pallet, kind, key) => new(pallet, kind, key));

    /// <summary>How many items a block has.</summary>
    public static StorageMap<uint, uint> Count { get; } = new(Name, "Count", StorageHasher.Twox64Concat, Codec.U32, Codec.U32, 0U);

    /// <summary>Items by block and place.</summary>
    public static StorageDoubleMap<uint, uint, AgendaItem> Items { get; } = new(Name, "Items", StorageHasher.Twox64Concat, Codec.U32, Codec.U32, s_item);

    /// <summary>The first block and place that is not carried out.</summary>
    public static StorageValue<(uint Block, uint Place)> Next { get; } = new(Name, "Next", Codec.Pair(Codec.U32, Codec.U32), (1U, 0U));

    /// <summary>The pallet. Runs right after the system pallet, before all whose items it carries out.</summary>
    public static Pallet Pallet { get; } = new(1, Name) { Storage = [Count, Items, Next], OnInitialize = CarryOut };

    /// <summary>Puts an item on the agenda of a block to come.</summary>
    public static void Schedule(BlockContext context, uint block, byte pallet, byte kind, byte[] key)
    {
        if (block <= context.Number)
        {
            throw new ArgumentOutOfRangeException(nameof(block), block, "Only later blocks have an agenda.");
        }

        var place = Count.Get(context.State, block);
        Items.Set(context.State, block, place, new AgendaItem(pallet, kind, key));
        Count.Set(context.State, block, place + 1);
    }

    private static void CarryOut(BlockContext context)
    {
        var (block, place) = Next.Get(context.State);
        var left = context.Parameters.DueItemsPerBlock;
        while (block <= context.Number)
        {
            var count = Count.Get(context.State, block);
            for (; place < count && left > 0; place++, left--)
            {
                if (Items.TryGet(context.State, block, place, out var item))
                {
                    Items.Remove(context.State, block, place);
                    CarryOut(context, item);
                }
            }

            if (place < count)
            {
                break;
            }

            if (count > 0)
            {
                Count.Remove(context.State, block);
            }

            block++;
            place = 0;
        }

        Next.Set(context.State, (block, place));
    }

    private static void CarryOut(BlockContext context, AgendaItem item)
    {
        var pallet = context.Table.Pallets.First(candidate => candidate.Index == item.Pallet);
        var result = context.Transact(() => pallet.OnDue!(context, item.Kind, item.Key));
        if (result.IsError)
        {
            throw new InvalidOperationException($"Item {item.Kind} of {pallet.Name} could not be carried out: {result}. What is on the agenda must not fail.");
        }
    }
}
