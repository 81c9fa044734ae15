using System.Diagnostics;
using Nsn.Grains.Directors;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;

namespace Nsn.Grains.Slots;

/// <content>How five directors come from what each of them saw to one certificate, or to the reason why there is none.</content>
internal sealed partial class SlotGrain
{
    /// <summary>Brings the directors from commitments over reveals to votes.</summary>
    private async Task<byte[]> AgreeAsync(SlotAssignment assignment, ClipManifest manifest, CancellationToken cancellationToken)
    {
        var collector = new SlotCollector(SlotContexts.Of(assignment, manifest.ContentRoot), Ed25519.Instance);
        DirectorAnswer[] answers = Report.Phase > SlotPhase.Committing
            ? [.. Report.Answers]
            : [.. assignment.Directors.Select(account => new DirectorAnswer(account, false, false, null, null, null, null))];
        Restore(collector, Report.Phase, answers);

        await CollectAsync(collector, answers, ConsensusPhase.Commit, "commit", SlotPhase.Committing, options.Value.CommitTimeout, assignment,
            (director, _) => director.CommitAsync(assignment, manifest, cancellationToken), cancellationToken);
        await CollectAsync(collector, answers, ConsensusPhase.Reveal, "reveal", SlotPhase.Revealing, options.Value.RevealTimeout, assignment,
            (director, messages) => director.RevealAsync(assignment.Slot, messages), cancellationToken);
        Report = Report with { Similarities = Similarities(collector, SlotContexts.Directors(assignment)) };
        await CollectAsync(collector, answers, ConsensusPhase.Vote, "vote", SlotPhase.Voting, options.Value.VoteTimeout, assignment,
            (director, messages) => director.VoteAsync(assignment.Slot, messages), cancellationToken);

        foreach (var account in assignment.Directors)
            metrics.Voted(collector.Votes.FirstOrDefault(vote => vote.Director.AsSpan().SequenceEqual(account))?.Statement.Verdict);

        // Beside the slot's own work, which it must not hold up.
        _reports = Task.WhenAll(collector.Evidence.Select(evidence => ReportAsync(assignment, evidence)));
        if (collector.Certificate is not { } certificate)
            throw new SlotFailedException(SlotFailure.NoQuorum, $"No three directors said the same: {Summary(answers)}.");
        if (!certificate.IsAccept)
            throw new SlotFailedException(SlotFailure.Rejected, $"The directors rejected the clip: {Summary(answers)}.");
        var bytes = certificate.Encode();
        Report = Report with { Certificate = bytes, Phase = SlotPhase.Submitting };
        await StoreAsync(assignment, cancellationToken);
        return bytes;
    }

    /// <summary>
    /// Brings a new collector to where the last activation had come. What was closed then stays closed: directors have revealed for those commitments, and voted about those reveals.
    /// </summary>
    private static void Restore(SlotCollector collector, SlotPhase phase, DirectorAnswer[] answers)
    {
        Take(answers.Select(answer => answer.Commit), ConsensusPhase.Commit, phase > SlotPhase.Committing);
        Take(answers.Select(answer => answer.Reveal), ConsensusPhase.Reveal, phase > SlotPhase.Revealing);

        void Take(IEnumerable<byte[]?> messages, ConsensusPhase closed, bool isClosed)
        {
            if (!isClosed)
                return;
            foreach (var bytes in messages)
            {
                if (bytes is not null && ConsensusMessage.TryDecode(bytes, out var message, out _))
                    collector.Handle(message);
            }

            collector.OnDeadline(closed);
        }
    }

    /// <summary>Has the ledger punish a director that voted twice: any other director may bring the proof.</summary>
    private async Task ReportAsync(SlotAssignment assignment, EquivocationEvidence evidence)
    {
        var writer = new Protocol.Scale.ScaleWriter();
        EquivocationEvidence.Write(writer, evidence);
        var reason = "nobody brought the proof";
        foreach (var account in assignment.Directors.Where(account => !evidence.Director.AsSpan().SequenceEqual(account)))
        {
            try
            {
                reason = await Director(account).ReportEquivocationAsync(writer.ToArray());
            }
            catch (Exception failure)
            {
                reason = failure.Message;
            }

            if (reason is null)
                break;
        }

        LogEquivocation(Slot, evidence.Director, reason ?? "the ledger has convicted it");
    }

    private async Task CollectAsync(
        SlotCollector collector,
        DirectorAnswer[] answers,
        ConsensusPhase phase,
        string stageName,
        SlotPhase reported,
        TimeSpan timeout,
        SlotAssignment assignment,
        Func<IDirectorGrain, byte[][], Task<DirectorReply>> ask,
        CancellationToken cancellationToken)
    {
        if (collector.Phase != phase)
            return;
        Report = Report with { Phase = reported, Answers = [.. answers] };
        if (phase != ConsensusPhase.Commit)
            await StoreAsync(assignment, cancellationToken); // what is closed, before anybody goes by it
        var stage = Stopwatch.GetTimestamp();
        byte[][] broadcast = [.. collector.Broadcast.Select(message => message.Encode())];
        var failures = new string?[answers.Length];
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var inTime = DelayAsync(timeout);
        var air = DelayAsync(Left(assignment));
        var asked = Enumerable.Range(0, answers.Length).Where(place => !collector.HasAnswered(place)).ToDictionary(
            place => AskAsync(place), place => place);
        while (asked.Count > 0 && collector.Phase == phase)
        {
            var late = inTime.IsCompleted;
            if (late && HasQuorum(collector, answers.Length - asked.Count))
                break;
            var first = await Task.WhenAny([.. asked.Keys, air, .. late ? [] : new[] { inTime }]);
            cancellationToken.ThrowIfCancellationRequested();
            if (first == air)
                break;
            if (first == inTime)
                continue;
            var answer = (Task<DirectorReply>)first;
            asked.Remove(answer, out var place);
            answers[place] = Take(collector, answers[place], await answer);
            Report = Report with { Answers = [.. answers] };
        }

        await over.CancelAsync();
        foreach (var place in asked.Values)
            answers[place] = answers[place] with { Note = answers[place].Note ?? $"no {stageName} in time{(failures[place] is { } failure ? $": {failure}" : "")}" };
        collector.OnDeadline(phase);
        Report = Report with { Answers = [.. answers], StageSeconds = With(stageName, stage) };

        Task DelayAsync(TimeSpan wait) => Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, over.Token);

        // A director that refuses says nothing; why is noted. One that fails or is lost is asked until the phase is over.
        async Task<DirectorReply> AskAsync(int place)
        {
            while (!over.IsCancellationRequested)
            {
                try
                {
                    return await ask(Director(assignment.Directors[place]), broadcast);
                }
                catch (DirectorRefusalException refusal)
                {
                    return new DirectorReply(null, refusal.Message);
                }
                catch (Exception failure)
                {
                    if (failures[place] != failure.Message)
                        LogAskedAgain(Slot, place + 1, stageName, failure.Message);
                    failures[place] = failure.Message;
                }

                if (!over.IsCancellationRequested)
                    await DelayAsync(s_askAgain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }

            return new DirectorReply(null); // nobody listens any more
        }
    }

    /// <summary>Whether a phase can end although not everybody has answered: with what there is, the slot has its outcome.</summary>
    private static bool HasQuorum(SlotCollector collector, int answered) => collector.Phase switch
    {
        // Those that saw no clip have nothing to commit to; they, too, can be three that say the same.
        ConsensusPhase.Commit => Math.Max(collector.Commits.Length, answered - collector.Commits.Length) >= Quorum.Votes,
        ConsensusPhase.Reveal => collector.Commits.Length < Quorum.Votes || collector.Reveals.Length >= Quorum.Votes,
        _ => collector.Votes.GroupBy(vote => vote.Statement).Any(same => same.Count() >= Quorum.Votes),
    };

    private static DirectorAnswer Take(SlotCollector collector, DirectorAnswer answer, DirectorReply reply)
    {
        // What went wrong first is the reason of what went wrong for it.
        answer = answer with { Note = answer.Note ?? reply.Note, ScoreA = reply.ScoreA ?? answer.ScoreA, ScoreB = reply.ScoreB ?? answer.ScoreB };
        if (reply.Message is null)
            return answer;
        if (!ConsensusMessage.TryDecode(reply.Message, out var message, out var reason))
            return answer with { Note = reason };
        var outcome = message.Director.AsSpan().SequenceEqual(answer.Account) ? collector.Handle(message) : MessageOutcome.NotADirector;
        if (outcome is not (MessageOutcome.Accepted or MessageOutcome.Duplicate))
            return answer with { Note = $"its message was refused: {outcome}" };
        return message switch
        {
            CommitMessage => answer with { Committed = true, Commit = reply.Message },
            RevealMessage => answer with { Revealed = true, Reveal = reply.Message, SampleCount = reply.SampleCount },
            VoteMessage vote => answer with { Verdict = vote.Vote.Statement.Verdict == Verdict.Accept ? "accept" : "reject" },
            _ => answer,
        };
    }

    /// <summary>What the directors said, for people: those that said the same together.</summary>
    private static string Summary(DirectorAnswer[] answers) => string.Join("; ", answers
        .Select((answer, index) => (Place: index + 1, Said: answer.Verdict switch { "accept" => "accepted", "reject" => "rejected", _ => "said nothing" } + (answer.Note is null ? "" : $" ({answer.Note})")))
        .GroupBy(answer => answer.Said, answer => answer.Place)
        .Select(same => (string.Join(", ", same.SkipLast(1)), same.Last()) switch
        {
            ("", var one) => $"director {one} {same.Key}",
            _ when same.Count() == answers.Length => $"all directors {same.Key}",
            var (most, last) => $"directors {most} and {last} {same.Key}",
        }));

    private static float[] Similarities(SlotCollector collector, EpochDirectors directors)
    {
        var matrix = new float[Quorum.Directors * Quorum.Directors];
        Array.Fill(matrix, float.NaN);
        var places = collector.Reveals.Select(reveal => (Place: directors.IndexOf(reveal.Director), reveal.Embedding)).ToArray();
        foreach (var (row, left) in places)
        {
            foreach (var (column, right) in places)
                matrix[row * Quorum.Directors + column] = left.SimilarityTo(right) / (float)QuantisedEmbedding.SimilarityOne;
        }

        return matrix;
    }
}
