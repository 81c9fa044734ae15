using Nsn.Protocol.Certificates;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Tests.Consensus;

/// <summary>
/// One slot over a network that loses, doubles and reorders: a collector, honest directors, liars. All chance comes from the seed, so a seed is a whole run.
/// </summary>
internal sealed class ConsensusSimulation
{
    private readonly Random _random;
    private readonly List<ConsensusMessage> _network = [];
    private readonly List<ConsensusMessage> _history = [];
    private readonly DirectorRound?[] _honest = new DirectorRound?[5];
    private readonly SlotContext _context;

    internal ConsensusSimulation(int seed, int liars, bool deadlinesWaitForTheHonest)
    {
        _random = new Random(seed);
        _context = Directors.Context();
        Collector = new SlotCollector(_context, HashScheme.Instance);
        int[] places = [0, 1, 2, 3, 4];
        _random.Shuffle(places);
        foreach (int place in places[liars..])
            _honest[place] = Directors.Honest(_context, place, _random);
        Run(deadlinesWaitForTheHonest);
    }

    internal SlotCollector Collector { get; }

    internal List<Certificate> Certificates { get; } = [];

    private void Run(bool deadlinesWaitForTheHonest)
    {
        for (int step = 0; step < 4000 && Collector.Phase != ConsensusPhase.Finished; step++)
        {
            Speak();
            Deliver();
            bool answered = Enumerable.Range(0, 5).All(place => _honest[place] is null || Collector.HasAnswered(place));
            if (_random.Next(40) == 0 && (answered || !deadlinesWaitForTheHonest))
                Collector.OnDeadline(deadlinesWaitForTheHonest ? Collector.Phase : (ConsensusPhase)_random.Next(3));
            Note();
        }

        // What is still under way arrives after the end.
        for (int i = 0; i < 200 && _network.Count > 0; i++)
            Deliver();
        Note();
    }

    private void Speak()
    {
        int place = _random.Next(5);
        ConsensusMessage? said = _honest[place] is { } honest ? Honestly(honest) : Lie(Directors.Signers[place]);
        if (said is null)
            return;
        _history.Add(said);
        for (int copies = _random.Next(3); copies > 0; copies--) // 0 is a loss
            _network.Add(said);
    }

    private ConsensusMessage? Honestly(DirectorRound round) => Collector.Phase switch
    {
        ConsensusPhase.Commit => round.Commit,
        ConsensusPhase.Reveal => round.TryReveal(Collector.Commits, out RevealMessage? reveal, out _) ? reveal : null,
        ConsensusPhase.Vote => round.CastVote(Collector.Reveals),
        _ => null,
    };

    private ConsensusMessage? Lie(ISigner liar)
    {
        QuantisedEmbedding seen = Directors.Seen(_random, _random.Next(4) switch { 0 => 0, 1 => 0.3, 2 => 0.9, _ => 5 });
        SlotContext context = _random.Next(4) == 0 ? Directors.Context("other") : _context;
        switch (_random.Next(7))
        {
            case 0:
                return CommitMessage.Create(liar, context.Round, new Hash256(new byte[32]), seen);
            case 1:
                return CommitMessage.Create(liar, _context.Round, default, Directors.Seen(new Random(5), 0.9));
            case 2:
                return new RevealMessage(liar.PublicKey, _context.Round, default, Directors.Seen(new Random(5), 0.9));
            case 3:
                return new RevealMessage(liar.PublicKey, context.Round, default, seen);
            case 4:
                return new VoteMessage(Vote.Sign(liar, context.Statement(Collector.Canonical?.Embedding ?? seen, (Verdict)_random.Next(6))));
            case 5 when _history.Count > 0:
                return _history[_random.Next(_history.Count)] switch // says what another said, as its own
                {
                    CommitMessage commit => commit with { Director = liar.PublicKey },
                    RevealMessage reveal => reveal with { Director = liar.PublicKey },
                    VoteMessage vote => new VoteMessage(vote.Vote with { Director = liar.PublicKey }),
                    var other => other,
                };
            default:
                return null;
        }
    }

    private void Deliver()
    {
        if (_network.Count == 0)
            return;
        int index = _random.Next(_network.Count);
        Collector.Handle(_network[index]);
        _network.RemoveAt(index);
    }

    private void Note()
    {
        if (Collector.Certificate is { } certificate && !Certificates.Contains(certificate))
            Certificates.Add(certificate);
    }
}
