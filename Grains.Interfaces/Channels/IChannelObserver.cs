namespace Nsn.Grains.Channels;

/// <summary>Hears of changes on a channel. Notifications may be lost: whoever needs them all asks for the state as well.</summary>
[Alias("nsn.channel-observer")]
public interface IChannelObserver : IGrainObserver
{
    /// <summary>A slot was planned, changed its phase, was certified or given up.</summary>
    [OneWay]
    Task SlotChangedAsync(SlotEntry slot);

    /// <summary>A submitted recipe moved on.</summary>
    [OneWay]
    Task RecipeChangedAsync(RecipeTicket ticket);
}
