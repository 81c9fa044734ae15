using Nsn.Protocol.Recipes;

namespace Nsn.Grains.Channels;

/// <summary>What a channel shows when nobody asks for anything: an endless walk through a list of prompts, by slot number.</summary>
public static class BuiltInProgramme
{
    private static readonly ProgrammeItem[] s_items =
    [
        new("a cheerful scientist with glasses in a laboratory by day", "Welcome to NSN. Every picture you see has been checked by five directors.", Emotion.Excited, "zoom_in"),
        new("an astronaut in a spaceship at night", "This is the night shift, three hundred kilometres above your home.", Emotion.Neutral, "static"),
        new("a cook with a white hat in a kitchen in the evening", "Today we bake bread. Flour, water, salt, and a little patience.", Emotion.Excited, "pan_left"),
        new("a pirate with a beard on a beach by day", "The tide is out, the treasure is not. Better luck tomorrow.", Emotion.Excited, "handheld"),
        new("a robot in a city at night", "I have counted every window in this street. All of them are on.", Emotion.Neutral, "zoom_out"),
        new("a wizard with a long beard in a forest in the evening", "The trees remember what you said here. So do I.", Emotion.Sad, "zoom_in"),
        new("a cat in a library by day", "I have read the silence on every shelf. It is excellent.", Emotion.Neutral, "pan_right"),
        new("a bear in the mountains by day", "The snow is late this year, and I am late for bed.", Emotion.Excited, "static"),
        new("a king with a crown on a stage in the evening", "My people, the show begins. Please be kind to the orchestra.", Emotion.Excited, "zoom_out"),
        new("a newsreader in a city by day", "And now the news: nothing was made up, and we can prove it.", Emotion.Neutral, "static"),
        new("a scientist with blond hair in a classroom by day", "One question, three answers, and only one of them has a proof.", Emotion.Excited, "zoom_in"),
        new("an astronaut on a beach in the evening", "I came back for the waves. Space has none of those.", Emotion.Sad, "pan_left"),
    ];

    /// <summary>The item of a slot.</summary>
    public static ProgrammeItem ItemFor(ulong slot) => s_items[slot % (ulong)s_items.Length];

    /// <summary>Number of items before the programme starts over.</summary>
    public static int Count => s_items.Length;
}
