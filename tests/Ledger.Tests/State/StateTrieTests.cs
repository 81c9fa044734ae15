using System.Text;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Ledger.Tests.State;

public sealed class StateTrieTests
{
    [Fact]
    public void Root_depends_on_content_only_not_on_the_order_of_changes()
    {
        var random = new Random(7);
        var model = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var trie = StateTrie.Empty;
        for (var round = 0; round < 60; round++)
        {
            var changes = new Dictionary<StorageKey, byte[]?>();
            for (var i = 0; i < random.Next(1, 40); i++)
            {
                var name = Name(random);
                var value = random.Next(4) == 0 ? null : BitConverter.GetBytes(random.Next());
                changes[Key(name)] = value;
                if (value is null)
                {
                    model.Remove(name);
                }
                else
                {
                    model[name] = value;
                }
            }

            trie = trie.With(changes.Select(change => new StateChange(change.Key, change.Value)));
            var rebuilt = StateTrie.Empty.With(model.Select(entry => new StateChange(Key(entry.Key), entry.Value)));
            Assert.Equal(rebuilt.Root, trie.Root);
        }

        Assert.Equal(model.Keys, trie.Iterate(default).Select(entry => Encoding.ASCII.GetString(entry.Key.Span)));
        foreach (var (name, value) in model)
        {
            Assert.Equal(value, trie.Get(Key(name)));
        }

        Assert.Null(trie.Get(Key("not there")));
    }

    [Fact]
    public void Old_states_stay_as_they_were()
    {
        var first = StateTrie.Empty.With([new(Key("a"), [1]), new(Key("b"), [2])]);
        var root = first.Root;
        var second = first.With([new(Key("a"), null), new(Key("c"), [3])]);
        Assert.Equal(root, first.Root);
        Assert.Equal([1], first.Get(Key("a")));
        Assert.Null(second.Get(Key("a")));
        Assert.Equal(root, second.With([new(Key("c"), null), new(Key("a"), [1])]).Root);
    }

    [Fact]
    public void Removing_everything_gives_the_empty_root()
    {
        var trie = StateTrie.Empty.With([new(Key("abc"), [1]), new(Key("ab"), [2]), new(Key("abd"), [3])]);
        Assert.True(trie.With([new(Key("abc"), null), new(Key("ab"), null), new(Key("abd"), null)]).Root.IsZero);
    }

    [Fact]
    public void Keys_are_walked_in_order_by_prefix_and_after_a_key()
    {
        var names = new[] { "ab", "abc", "abd", "ac", "b", "ba", "bab" };
        var trie = StateTrie.Empty.With(names.Select(name => new StateChange(Key(name), [1])));
        Assert.Equal(["ab", "abc", "abd"], Names(trie, "ab"));
        Assert.Equal(["abd", "ac"], Names(trie, "a", "abc"));
        Assert.Equal(["ba", "bab"], Names(trie, string.Empty, "b"));
        Assert.Empty(Names(trie, "zz"));
        var overlay = new StateOverlay(trie);
        overlay.Set(Key("abca"), [2]);
        overlay.Remove(Key("abd"));
        overlay.Set(Key("ab"), [3]);
        Assert.Equal(["ab", "abc", "abca"], Names(overlay, "ab"));
        Assert.Equal([3], overlay.Iterate(Key("ab")).First().Value);
    }

    [Fact]
    public void Overlay_rolls_back_to_a_mark_and_no_further()
    {
        var overlay = new StateOverlay(StateTrie.Empty.With([new(Key("a"), [1])]));
        overlay.Set(Key("b"), [2]);
        var mark = overlay.Mark();
        overlay.Set(Key("b"), [3]);
        overlay.Remove(Key("a"));
        overlay.Set(Key("c"), [4]);
        overlay.RollBack(mark);
        Assert.Equal([1], overlay.Get(Key("a")));
        Assert.Equal([2], overlay.Get(Key("b")));
        Assert.Null(overlay.Get(Key("c")));
    }

    [Fact]
    public void Values_written_over_in_a_block_leave_all_others_as_they_are()
    {
        var overlay = new StateOverlay(StateTrie.Empty.With([new(Key("a"), [1, 0, 0, 0])]));
        var random = new Random(3);
        var model = new Dictionary<string, uint> { ["a"] = 1 };
        for (var round = 0; round < 300; round++)
        {
            var mark = overlay.Mark();
            var before = new Dictionary<string, uint>(model);
            for (var i = 0; i < 4; i++)
            {
                var name = Name(random);
                model[name] = (uint)random.Next();
                overlay.Set(Key(name), Codec.U32, model[name]);
            }

            if (random.Next(4) == 0)
            {
                overlay.RollBack(mark);
                model = before;
            }

            if (random.Next(3) != 0)
            {
                overlay.ForgetMarks();
            }

            foreach (var (name, value) in model)
            {
                Assert.Equal(BitConverter.GetBytes(value), overlay.Get(Key(name)));
            }
        }

        var sealedState = overlay.Commit();
        var next = new StateOverlay(sealedState);
        foreach (var name in model.Keys)
        {
            next.Set(Key(name), Codec.U32, 0u);
            next.ForgetMarks();
            next.Set(Key(name), Codec.U32, 1u);
            next.ForgetMarks();
        }

        Assert.All(model, entry => Assert.Equal(BitConverter.GetBytes(entry.Value), sealedState.Get(Key(entry.Key))));
    }

    private static string Name(Random random) => new([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => "abAB"[random.Next(4)])]);

    private static StorageKey Key(string name) => new(Encoding.ASCII.GetBytes(name));

    private static IEnumerable<string> Names(IStateReader state, string prefix, string? after = null) =>
        state.Iterate(Key(prefix), after is null ? null : Key(after)).Select(entry => Encoding.ASCII.GetString(entry.Key.Span));
}
